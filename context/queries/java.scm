; What Infill reads in a Java file. Captures as in python.scm; `package` is where the file's
; names live, `import.own` the file itself, in which names are used in full.
; Members are looked for in the bodies of named types: an anonymous class has none for others.

(package_declaration (_) @package .)

(class_declaration name: (identifier) @name body: (_) @head) @definition.class
(record_declaration name: (identifier) @name body: (_) @head) @definition.class
(interface_declaration name: (identifier) @name body: (_) @head) @definition.interface
(annotation_type_declaration name: (identifier) @name body: (_) @head) @definition.interface
(enum_declaration name: (identifier) @name body: (_) @head) @definition.enum

(class_declaration body: (class_body
  (method_declaration name: (identifier) @name body: (_) @head) @definition.method))
(class_declaration body: (class_body
  (method_declaration name: (identifier) @name !body) @definition.method))
(record_declaration body: (class_body
  (method_declaration name: (identifier) @name body: (_) @head) @definition.method))
(enum_body_declarations
  (method_declaration name: (identifier) @name body: (_) @head) @definition.method)
(enum_body_declarations (method_declaration name: (identifier) @name !body) @definition.method)
(interface_body
  (method_declaration name: (identifier) @name body: (_) @head) @definition.method)
(interface_body (method_declaration name: (identifier) @name !body) @definition.method)
(ERROR (method_declaration name: (identifier) @name body: (_) @head) @definition.method)
(constructor_declaration name: (identifier) @name body: (_) @head) @definition.method
(compact_constructor_declaration name: (identifier) @name body: (_) @head) @definition.method
(annotation_type_element_declaration name: (identifier) @name) @definition.method

(class_declaration body: (class_body (field_declaration
  declarator: (variable_declarator name: (identifier) @name)) @definition.field))
(record_declaration body: (class_body (field_declaration
  declarator: (variable_declarator name: (identifier) @name)) @definition.field))
(enum_body_declarations (field_declaration
  declarator: (variable_declarator name: (identifier) @name)) @definition.field)
(constant_declaration
  declarator: (variable_declarator name: (identifier) @name)) @definition.field
(enum_constant name: (identifier) @name) @definition.field
(record_declaration parameters: (formal_parameters
  (formal_parameter name: (identifier) @name) @definition.field))

(program) @import.module @import.own
(import_declaration (scoped_identifier) @import.module)
(import_declaration (scoped_identifier) @import.module (asterisk) @import.star)
(import_declaration "static" @import.static (scoped_identifier) @import.module)
