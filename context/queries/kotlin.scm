; What Infill reads in a Kotlin file. Captures as in java.scm; `receiver` is the type that
; an extension adds to. What a class or a function has no body of ends with its signature.

(package_header (qualified_identifier) @package)

(class_declaration "class" name: (identifier) @name (class_body) @head) @definition.class
(class_declaration "interface" name: (identifier) @name (class_body) @head) @definition.interface
(class_declaration name: (identifier) @name (enum_class_body) @head) @definition.enum
(class_declaration "class" name: (identifier) @name .) @definition.class
(class_declaration "interface" name: (identifier) @name .) @definition.interface
(class_declaration "class" name: (identifier) @name
  [(primary_constructor) (delegation_specifiers) (type_constraints) (type_parameters)]
  .) @definition.class
(class_declaration "interface" name: (identifier) @name
  [(delegation_specifiers) (type_constraints) (type_parameters)] .) @definition.interface
(object_declaration name: (identifier) @name (class_body) @head) @definition.class
(object_declaration name: (identifier) @name .) @definition.class
(object_declaration name: (identifier) @name (delegation_specifiers) .) @definition.class
(companion_object name: (identifier) @name (class_body) @head) @definition.class
(type_alias type: (identifier) @name) @definition.type

(source_file (function_declaration
  name: (identifier) @name (function_body) @head) @definition.function)
(source_file (function_declaration
  name: (identifier) @name [(function_value_parameters) (user_type) (nullable_type)
                            (function_type) (type_constraints)] .) @definition.function)
(source_file (function_declaration
  (user_type) @receiver . name: (identifier) @name
  (function_body) @head) @definition.function)
(source_file (function_declaration
  (nullable_type (user_type) @receiver) . name: (identifier) @name
  (function_body) @head) @definition.function)
(source_file (function_declaration
  (user_type) @receiver . name: (identifier) @name
  [(function_value_parameters) (user_type) (nullable_type) (function_type) (type_constraints)]
  .) @definition.function)
(class_body (function_declaration
  name: (identifier) @name (function_body) @head) @definition.method)
(class_body (function_declaration
  name: (identifier) @name [(function_value_parameters) (user_type) (nullable_type)
                            (function_type) (type_constraints)] .) @definition.method)
(enum_class_body (function_declaration
  name: (identifier) @name (function_body) @head) @definition.method)
(secondary_constructor "constructor" @name (block) @head) @definition.method

(source_file (property_declaration
  (user_type) @receiver . (variable_declaration . (identifier) @name)) @definition.constant)
(source_file (property_declaration
  (variable_declaration . (identifier) @name)) @definition.constant)
(source_file (property_declaration (multi_variable_declaration
  (variable_declaration . (identifier) @name))) @definition.constant)
(class_body (property_declaration
  (variable_declaration . (identifier) @name)) @definition.field)
(enum_class_body (property_declaration
  (variable_declaration . (identifier) @name)) @definition.field)
(enum_entry . (modifiers)? . (identifier) @name) @definition.field
(class_parameters (class_parameter ["val" "var"] . (identifier) @name) @definition.field)

(source_file) @import.module @import.own
(import (qualified_identifier) @import.module)
(import (qualified_identifier) @import.module "*" @import.star)
(import (qualified_identifier) @import.module (identifier) @import.alias)
