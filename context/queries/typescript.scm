; What Infill reads in a TypeScript or TSX file. Captures as in javascript.scm.

(class_declaration name: (type_identifier) @name body: (_) @head) @definition.class
(abstract_class_declaration name: (type_identifier) @name body: (_) @head) @definition.class
(interface_declaration name: (type_identifier) @name body: (_) @head) @definition.interface
(enum_declaration name: (identifier) @name body: (_) @head) @definition.enum
(type_alias_declaration name: (type_identifier) @name) @definition.type
(internal_module name: (identifier) @name body: (_) @head) @definition.module
(function_declaration name: (identifier) @name body: (_) @head) @definition.function
(generator_function_declaration name: (identifier) @name body: (_) @head) @definition.function
(function_signature name: (identifier) @name) @definition.function
(method_definition name: (_) @name body: (_) @head) @definition.method
(method_signature name: (_) @name) @definition.method
(abstract_method_signature name: (_) @name) @definition.method
(public_field_definition name: (_) @name) @definition.field
(property_signature name: (property_identifier) @name) @definition.field

(program (lexical_declaration (variable_declarator name: (identifier) @name)) @definition.constant)
(program (variable_declaration (variable_declarator name: (identifier) @name)) @definition.constant)
(program (export_statement
  (lexical_declaration (variable_declarator name: (identifier) @name)) @definition.constant))
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
(export_statement !declaration source: (string) @import.module) @export
(export_statement
  (export_clause (export_specifier name: (_) @import.name !alias))
  source: (string) @import.module) @export
(export_statement
  (export_clause (export_specifier name: (_) @import.name alias: (_) @import.alias))
  source: (string) @import.module) @export
(variable_declarator
  name: (identifier) @import.alias
  value: (call_expression
    function: (identifier) @is.require arguments: (arguments . (string) @import.module)))
(variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @import.name)
  value: (call_expression
    function: (identifier) @is.require arguments: (arguments . (string) @import.module)))
(call_expression function: (import) arguments: (arguments . (string) @import.module))
