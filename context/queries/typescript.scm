; What Infill reads in a TypeScript or TSX file. Captures as in javascript.scm.

(class_declaration name: (type_identifier) @name body: (_) @head) @definition.class
(abstract_class_declaration name: (type_identifier) @name body: (_) @head) @definition.class
(interface_declaration name: (type_identifier) @name body: (_) @head) @definition.interface
(enum_declaration name: (identifier) @name body: (_) @head) @definition.enum
(enum_body (property_identifier) @name @definition.field)
(enum_body (enum_assignment name: (_) @name) @definition.field)
(type_alias_declaration name: (type_identifier) @name) @definition.type
(type_alias_declaration
  name: (type_identifier) @name value: (object_type "{" @head)) @definition.interface
(type_alias_declaration
  name: (type_identifier) @name
  value: (intersection_type (object_type "{" @head) .)) @definition.interface
(internal_module name: (_) @name body: (_) @head) @definition.module
(module name: (identifier) @name body: (_) @head) @definition.module
(module name: (nested_identifier) @name body: (_) @head) @definition.module
(function_declaration name: (identifier) @name body: (_) @head) @definition.function
(generator_function_declaration name: (identifier) @name body: (_) @head) @definition.function
(function_signature name: (identifier) @name) @definition.function
(method_definition name: (_) @name body: (_) @head) @definition.method
(class_body (method_signature name: (_) @name) @definition.method)
(interface_body (method_signature name: (_) @name) @definition.method)
(type_alias_declaration (object_type (method_signature name: (_) @name) @definition.method))
(type_alias_declaration
  (intersection_type (object_type (method_signature name: (_) @name) @definition.method)))
(abstract_method_signature name: (_) @name) @definition.method
(public_field_definition name: (_) @name) @definition.field
(interface_body (property_signature name: (_) @name) @definition.field)
(type_alias_declaration (object_type (property_signature name: (_) @name) @definition.field))
(type_alias_declaration
  (intersection_type (object_type (property_signature name: (_) @name) @definition.field)))
(required_parameter
  [(accessibility_modifier) "readonly"] pattern: (identifier) @name) @definition.attribute
(optional_parameter
  [(accessibility_modifier) "readonly"] pattern: (identifier) @name) @definition.attribute

(program (lexical_declaration (variable_declarator name: (identifier) @name)) @definition.constant)
(program (variable_declaration (variable_declarator name: (identifier) @name)) @definition.constant)
(program (export_statement
  (lexical_declaration (variable_declarator name: (identifier) @name)) @definition.constant))
(ambient_declaration
  (lexical_declaration (variable_declarator name: (identifier) @name)) @definition.constant)
(ambient_declaration
  (variable_declaration (variable_declarator name: (identifier) @name)) @definition.constant)
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function body: (statement_block) @head)
          (function_expression body: (_) @head)]) @definition.function
(pair
  key: (property_identifier) @name
  value: [(arrow_function body: (statement_block) @head)
          (function_expression body: (_) @head)]) @definition.method

(import_statement source: (string) @import.module)
(import_statement
  (import_clause (identifier) @import.default) source: (string) @import.module)
(import_statement
  (import_clause (namespace_import (identifier) @import.alias)) source: (string) @import.module)
(import_statement
  (import_clause (named_imports (import_specifier name: (_) @import.name !alias)))
  source: (string) @import.module)
(import_statement
  (import_clause (named_imports
    (import_specifier name: (_) @import.name alias: (_) @import.alias)))
  source: (string) @import.module)
(import_require_clause (identifier) @import.alias source: (string) @import.module)
(export_statement
  (namespace_export (_) @import.alias) source: (string) @import.module) @export
(export_statement !declaration source: (string) @import.module) @export
(export_statement
  (export_clause (export_specifier name: (_) @import.name !alias))
  source: (string) @import.module) @export
(export_statement
  (export_clause (export_specifier name: (_) @import.name alias: (_) @import.alias))
  source: (string) @import.module) @export
(call_expression
  function: (identifier) @is.require arguments: (arguments . (string) @import.module))
(variable_declarator
  name: (identifier) @import.alias
  value: (call_expression
    function: (identifier) @is.require arguments: (arguments . (string) @import.module)))
(variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @import.name)
  value: (call_expression
    function: (identifier) @is.require arguments: (arguments . (string) @import.module)))
(variable_declarator
  name: (object_pattern (pair_pattern
    key: (property_identifier) @import.name value: (identifier) @import.alias))
  value: (call_expression
    function: (identifier) @is.require arguments: (arguments . (string) @import.module)))
(call_expression function: (import) arguments: (arguments . (string) @import.module))
(program ((comment) @import.module (#match? @import.module "^///[ \t]*<reference[ \t]+path")))
