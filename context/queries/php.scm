; What Infill reads in a PHP file. Captures as in python.scm; `import.own` is the file itself,
; whose names in full or of its own namespace lead to other files; `import.base` is what a
; path to `import.include` is appended to, `import.group` what the names of a group start with.

(namespace_definition name: (namespace_name) @package)

(class_declaration name: (name) @name body: (_) @head) @definition.class
(trait_declaration name: (name) @name body: (_) @head) @definition.class
(interface_declaration name: (name) @name body: (_) @head) @definition.interface
(enum_declaration name: (name) @name body: (_) @head) @definition.enum
(enum_case name: (name) @name) @definition.field
(function_definition name: (name) @name body: (_) @head) @definition.function
(method_declaration name: (name) @name body: (_) @head) @definition.method
(method_declaration name: (name) @name !body) @definition.method
(property_declaration
  (property_element name: (variable_name (name) @name))) @definition.field
(property_promotion_parameter name: (variable_name (name) @name)) @definition.attribute
(assignment_expression left: (member_access_expression
  object: (variable_name (name) @is.this) name: (name) @name)) @definition.attribute
(const_declaration (const_element . (name) @name)) @definition.constant
(function_call_expression function: (name) @is.define
  arguments: (arguments . (argument (string (string_content) @name)))) @definition.constant

(program) @import.module @import.own
(namespace_use_declaration !body (namespace_use_clause . [(qualified_name) (name)] @import.module))
(namespace_use_declaration !body
  (namespace_use_clause . [(qualified_name) (name)] @import.module alias: (name) @import.alias))
(namespace_use_declaration (namespace_name) @import.group
  body: (namespace_use_group (namespace_use_clause . (_) @import.module)))
(namespace_use_declaration (namespace_name) @import.group
  body: (namespace_use_group
    (namespace_use_clause . (_) @import.module alias: (name) @import.alias)))
(include_expression [
  (_ (string_content) @import.module)
  (binary_expression left: (_) @import.base right: (_ (string_content) @import.module))
  (parenthesized_expression (_ (string_content) @import.module))
  (parenthesized_expression
    (binary_expression left: (_) @import.base right: (_ (string_content) @import.module)))]) @import.include
(include_once_expression [
  (_ (string_content) @import.module)
  (binary_expression left: (_) @import.base right: (_ (string_content) @import.module))
  (parenthesized_expression (_ (string_content) @import.module))
  (parenthesized_expression
    (binary_expression left: (_) @import.base right: (_ (string_content) @import.module)))]) @import.include
(require_expression [
  (_ (string_content) @import.module)
  (binary_expression left: (_) @import.base right: (_ (string_content) @import.module))
  (parenthesized_expression (_ (string_content) @import.module))
  (parenthesized_expression
    (binary_expression left: (_) @import.base right: (_ (string_content) @import.module)))]) @import.include
(require_once_expression [
  (_ (string_content) @import.module)
  (binary_expression left: (_) @import.base right: (_ (string_content) @import.module))
  (parenthesized_expression (_ (string_content) @import.module))
  (parenthesized_expression
    (binary_expression left: (_) @import.base right: (_ (string_content) @import.module)))]) @import.include
