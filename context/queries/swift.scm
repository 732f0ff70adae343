; What Infill reads in a Swift file. Captures as in java.scm; `receiver` is the type that an
; extension adds to.

(class_declaration declaration_kind: "class" name: (_) @name body: (_) @head) @definition.class
(class_declaration declaration_kind: "struct" name: (_) @name body: (_) @head) @definition.class
(class_declaration declaration_kind: "actor" name: (_) @name body: (_) @head) @definition.class
(class_declaration declaration_kind: "enum" name: (_) @name body: (_) @head) @definition.enum
(class_declaration
  declaration_kind: "extension" name: (_) @name @receiver body: (_) @head) @definition.class
(protocol_declaration name: (_) @name body: (_) @head) @definition.interface

(function_declaration
  name: [(simple_identifier) (custom_operator)] @name body: (_) @head) @definition.function
(protocol_function_declaration
  name: [(simple_identifier) (custom_operator)] @name) @definition.method
(init_declaration name: _ @name body: (_) @head) @definition.method
(protocol_body (init_declaration name: _ @name) @definition.method)
(subscript_declaration "subscript" @name) @definition.method
(subscript_declaration "subscript" @name (computed_property) @head) @definition.method
(macro_declaration (simple_identifier) @name) @definition.function

(source_file (property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)) @definition.constant)
(class_body (property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)) @definition.field)
(enum_class_body (property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)) @definition.field)
(protocol_property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)) @definition.field
(enum_entry name: (simple_identifier) @name) @definition.field
(typealias_declaration name: (type_identifier) @name) @definition.type
(associatedtype_declaration name: (type_identifier) @name) @definition.type

(source_file) @import.module @import.own
(import_declaration (identifier) @import.module)
(import_declaration (modifiers (attribute (user_type
  (type_identifier) @is._exported))) (identifier) @import.module) @export
