; What Infill reads in a Rust file. Captures as in go.scm. Its imports are read from the
; text (context/spelling/rust.py), as paths stand anywhere. An `impl` is a class of the
; type's name that has the type as its receiver: it adds to the type and doesn't define it.

(struct_item name: (type_identifier) @name body: (field_declaration_list) @head) @definition.class
(struct_item name: (type_identifier) @name !body) @definition.class
(struct_item name: (type_identifier) @name body: (ordered_field_declaration_list)) @definition.class
(union_item name: (type_identifier) @name body: (_) @head) @definition.class
(enum_item name: (type_identifier) @name body: (_) @head) @definition.enum
(trait_item name: (type_identifier) @name body: (_) @head) @definition.interface
(impl_item
  type: [
    (type_identifier) @name @receiver
    (generic_type type: (type_identifier) @name @receiver)
    (generic_type type: (scoped_type_identifier name: (_) @name @receiver))
    (scoped_type_identifier name: (_) @name @receiver)
    (reference_type type: (type_identifier) @name @receiver)
    (reference_type type: (generic_type type: (type_identifier) @name @receiver))
    [(primitive_type) (array_type) (tuple_type) (unit_type) (dynamic_type) (function_type)
     (pointer_type) (never_type)] @name @receiver
    (reference_type type: [(primitive_type) (array_type) (tuple_type) (dynamic_type)] @name @receiver)
  ]
  body: (_) @head) @definition.class
(mod_item name: (identifier) @name body: (_) @head) @definition.module
(function_item name: (identifier) @name body: (_) @head) @definition.function
(function_signature_item name: (identifier) @name) @definition.function
(macro_definition name: (identifier) @name . (macro_rule right: (_) @head)) @definition.function
(type_item name: (type_identifier) @name) @definition.type
(associated_type name: (type_identifier) @name) @definition.type
(source_file (const_item name: (identifier) @name) @definition.constant)
(source_file (static_item name: (identifier) @name) @definition.constant)
(declaration_list (const_item name: (identifier) @name) @definition.constant)
(declaration_list (static_item name: (identifier) @name) @definition.constant)
(enum_variant name: (identifier) @name) @definition.field
(struct_item body: (field_declaration_list
  (field_declaration name: (field_identifier) @name) @definition.field))
(union_item body: (field_declaration_list
  (field_declaration name: (field_identifier) @name) @definition.field))

((attribute_item) @decorated . (_) @inner)
