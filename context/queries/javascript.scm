; What Infill reads in a JavaScript file. Captures as in python.scm; `import.default`
; names a default import, `export` marks what passes on another module's names.

(class_declaration name: (identifier) @name body: (_) @head) @definition.class
(function_declaration name: (identifier) @name body: (_) @head) @definition.function
(generator_function_declaration name: (identifier) @name body: (_) @head) @definition.function
(method_definition name: (_) @name body: (_) @head) @definition.method
(field_definition property: (_) @name) @definition.field

(program (lexical_declaration (variable_declarator name: (identifier) @name)) @definition.constant)
(program (variable_declaration (variable_declarator name: (identifier) @name)) @definition.constant)
(program (export_statement
  (lexical_declaration (variable_declarator name: (identifier) @name)) @definition.constant))
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function body: (statement_block) @head)
          (function_expression body: (_) @head)]) @definition.function
(assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function body: (_) @head) (function_expression body: (_) @head)]) @definition.function
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
