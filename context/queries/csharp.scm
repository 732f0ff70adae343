; What Infill reads in a C# file. Captures as in java.scm; `receiver` is the type that an
; extension method adds to, `import.line` a whole using directive.

(namespace_declaration name: (_) @package) @namespace
(file_scoped_namespace_declaration name: (_) @package)
(namespace_declaration name: (_) @name body: (_) @head) @definition.module
(file_scoped_namespace_declaration name: (_) @name) @definition.module

(class_declaration name: (identifier) @name body: (_) @head) @definition.class
(class_declaration name: (identifier) @name !body) @definition.class
(struct_declaration name: (identifier) @name body: (_) @head) @definition.class
(struct_declaration name: (identifier) @name !body) @definition.class
(record_declaration name: (identifier) @name body: (_) @head) @definition.class
(record_declaration name: (identifier) @name !body) @definition.class
(interface_declaration name: (identifier) @name body: (_) @head) @definition.interface
(enum_declaration name: (identifier) @name body: (_) @head) @definition.enum
(delegate_declaration name: (identifier) @name) @definition.type

(method_declaration name: (identifier) @name body: (_) @head) @definition.method
(method_declaration name: (identifier) @name !body) @definition.method
(method_declaration name: (identifier) @name
  parameters: (parameter_list . (parameter (modifier) @is.this type: (_) @receiver))
  body: (_) @head) @definition.method
(constructor_declaration name: (identifier) @name body: (_) @head) @definition.method
(operator_declaration operator: _ @name body: (_) @head) @definition.method
(property_declaration name: (identifier) @name) @definition.field
(indexer_declaration "this" @name) @definition.field
(event_declaration name: (identifier) @name) @definition.field
(field_declaration (variable_declaration
  (variable_declarator name: (identifier) @name))) @definition.field
(event_field_declaration (variable_declaration
  (variable_declarator name: (identifier) @name))) @definition.field
(enum_member_declaration name: (identifier) @name) @definition.field
(record_declaration (parameter_list
  (parameter name: (identifier) @name) @definition.field))

(compilation_unit) @import.module @import.own
(using_directive ";" @import.module) @import.line
