; What Infill reads in a C++ file. Captures as in c.scm; `receiver` is the type that a
; member defined outside of it belongs to.

(preproc_function_def name: (identifier) @name parameters: (_) @head) @definition.function
(preproc_def name: (identifier) @name value: (_)) @definition.constant

(namespace_definition name: (_) @name body: (_) @head) @definition.module
(class_specifier
  name: [(type_identifier) @name (template_type name: (_) @name)
         (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)]
  body: (_) @head) @definition.class
; A type inside of a `typedef` goes by the name that it is given there.
(translation_unit
  [(struct_specifier name: [(type_identifier) @name (template_type name: (_) @name)
            (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)] body: (_) @head)
   (union_specifier name: (type_identifier) @name body: (_) @head)] @definition.class)
(translation_unit (enum_specifier name: (type_identifier) @name body: (_) @head) @definition.enum)
(preproc_ifdef
  [(struct_specifier name: [(type_identifier) @name (template_type name: (_) @name)
            (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)] body: (_) @head)
   (union_specifier name: (type_identifier) @name body: (_) @head)] @definition.class)
(preproc_ifdef (enum_specifier name: (type_identifier) @name body: (_) @head) @definition.enum)
(preproc_if
  [(struct_specifier name: [(type_identifier) @name (template_type name: (_) @name)
            (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)] body: (_) @head)
   (union_specifier name: (type_identifier) @name body: (_) @head)] @definition.class)
(preproc_if (enum_specifier name: (type_identifier) @name body: (_) @head) @definition.enum)
(preproc_else
  [(struct_specifier name: [(type_identifier) @name (template_type name: (_) @name)
            (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)] body: (_) @head)
   (union_specifier name: (type_identifier) @name body: (_) @head)] @definition.class)
(preproc_else (enum_specifier name: (type_identifier) @name body: (_) @head) @definition.enum)
(declaration_list
  [(struct_specifier name: [(type_identifier) @name (template_type name: (_) @name)
            (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)] body: (_) @head)
   (union_specifier name: (type_identifier) @name body: (_) @head)] @definition.class)
(declaration_list (enum_specifier name: (type_identifier) @name body: (_) @head) @definition.enum)
(template_declaration
  [(struct_specifier name: [(type_identifier) @name (template_type name: (_) @name)
            (qualified_identifier scope: (_) @receiver name: (type_identifier) @name)] body: (_) @head)
   (union_specifier name: (type_identifier) @name body: (_) @head)] @definition.class)
(declaration type: [
    (struct_specifier name: (type_identifier) @name body: (_) @head)
    (union_specifier name: (type_identifier) @name body: (_) @head)] @definition.class)
(declaration type: (enum_specifier name: (type_identifier) @name body: (_) @head) @definition.enum)
(field_declaration type: [
    (struct_specifier name: (type_identifier) @name body: (_) @head)
    (union_specifier name: (type_identifier) @name body: (_) @head)] @definition.class)
(field_declaration type: (enum_specifier name: (type_identifier) @name body: (_) @head) @definition.enum)
(template_declaration
  [(class_specifier) (struct_specifier) (union_specifier) (function_definition) (declaration)
   (alias_declaration) (concept_definition) (friend_declaration)] @inner) @decorated
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type
(type_definition
  type: [(struct_specifier body: (_) @head) (union_specifier body: (_) @head)]
  declarator: (type_identifier) @name) @definition.class
(type_definition
  type: (enum_specifier body: (_) @head) declarator: (type_identifier) @name) @definition.enum
(type_definition
  type: [(type_identifier) (primitive_type) (sized_type_specifier) (qualified_identifier)
         (template_type) (placeholder_type_specifier) (decltype)
         (struct_specifier !body) (union_specifier !body) (enum_specifier !body)]
  declarator: [
    (type_identifier) @name
    (pointer_declarator declarator: (type_identifier) @name)
    (array_declarator declarator: (type_identifier) @name)
    (function_declarator declarator: (type_identifier) @name)
    (function_declarator declarator: (parenthesized_declarator (type_identifier) @name))
    (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (type_identifier) @name)))
    (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (type_identifier) @name))))
  ]) @definition.type
(enumerator name: (identifier) @name) @definition.constant
(field_declaration
  type: [(struct_specifier !name body: (_) @head) (union_specifier !name body: (_) @head)]
  declarator: [(field_identifier) @name (array_declarator declarator: (field_identifier) @name)
               (pointer_declarator declarator: (field_identifier) @name)]) @definition.class
(field_declaration declarator: [
    (field_identifier) @name
    (pointer_declarator declarator: (field_identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (field_identifier) @name))
    (pointer_declarator declarator: (array_declarator declarator: (field_identifier) @name))
    (array_declarator declarator: (field_identifier) @name)
    (array_declarator declarator: (array_declarator declarator: (field_identifier) @name))
    (reference_declarator (field_identifier) @name)
    (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (field_identifier) @name)))
  ]) @definition.field

(function_definition
  declarator: [
    (function_declarator declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name))
  ]
  body: (_) @head) @definition.function
(function_definition
  declarator: [
    (function_declarator declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name))
  ]
  [(default_method_clause) (delete_method_clause)]) @definition.function
(function_definition
  declarator: [
    (function_declarator declarator: (qualified_identifier
      scope: [(namespace_identifier) @receiver (template_type name: (_) @receiver)]
      name: [(identifier) (destructor_name) (operator_name)] @name))
    (pointer_declarator declarator: (function_declarator declarator: (qualified_identifier
      scope: [(namespace_identifier) @receiver (template_type name: (_) @receiver)]
      name: [(identifier) (destructor_name) (operator_name)] @name)))
    (reference_declarator (function_declarator declarator: (qualified_identifier
      scope: [(namespace_identifier) @receiver (template_type name: (_) @receiver)]
      name: [(identifier) (destructor_name) (operator_name)] @name)))
  ]
  body: (_) @head) @definition.method
(function_definition
  declarator: [
    (function_declarator declarator: (qualified_identifier name: (qualified_identifier
      scope: [(namespace_identifier) @receiver (template_type name: (_) @receiver)]
      name: [(identifier) (destructor_name) (operator_name)] @name)))
    (pointer_declarator declarator: (function_declarator declarator: (qualified_identifier name: (qualified_identifier
      scope: [(namespace_identifier) @receiver (template_type name: (_) @receiver)]
      name: [(identifier) (destructor_name) (operator_name)] @name))))
    (reference_declarator (function_declarator declarator: (qualified_identifier name: (qualified_identifier
      scope: [(namespace_identifier) @receiver (template_type name: (_) @receiver)]
      name: [(identifier) (destructor_name) (operator_name)] @name))))
  ]
  body: (_) @head) @definition.method
(field_declaration
  declarator: [
    (function_declarator declarator: [(field_identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(field_identifier) (operator_name)] @name))
  ]) @definition.function
(field_declaration_list
  (declaration declarator: [
    (function_declarator declarator: [(identifier) (destructor_name) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (destructor_name) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (destructor_name) (operator_name)] @name))
  ]) @definition.function)
(template_declaration
  (declaration declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
  ]) @definition.function)

(translation_unit
  (declaration declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
  ]) @definition.function)
(translation_unit (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (reference_declarator (identifier) @name)
    (array_declarator declarator: (identifier) @name)
    (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (reference_declarator (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    ])
  ]) @definition.constant)

(preproc_ifdef
  (declaration declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
  ]) @definition.function)
(preproc_ifdef (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (reference_declarator (identifier) @name)
    (array_declarator declarator: (identifier) @name)
    (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (reference_declarator (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    ])
  ]) @definition.constant)

(preproc_if
  (declaration declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
  ]) @definition.function)
(preproc_if (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (reference_declarator (identifier) @name)
    (array_declarator declarator: (identifier) @name)
    (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (reference_declarator (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    ])
  ]) @definition.constant)

(preproc_else
  (declaration declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
  ]) @definition.function)
(preproc_else (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (reference_declarator (identifier) @name)
    (array_declarator declarator: (identifier) @name)
    (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (reference_declarator (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    ])
  ]) @definition.constant)

(declaration_list
  (declaration declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
  ]) @definition.function)
(declaration_list (declaration declarator: [
    (identifier) @name
    (pointer_declarator declarator: (identifier) @name)
    (reference_declarator (identifier) @name)
    (array_declarator declarator: (identifier) @name)
    (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (identifier) @name)))
    (init_declarator declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (reference_declarator (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    ])
  ]) @definition.constant)
