; What Infill reads in a Go file. Captures as in python.scm; `receiver` is the type
; that a method belongs to.

(package_clause (package_identifier) @package)

(function_declaration name: (identifier) @name body: (_) @head) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @receiver))
  name: (field_identifier) @name body: (_) @head) @definition.method
(type_spec name: (type_identifier) @name type: (struct_type (_) @head)) @definition.class
(type_spec name: (type_identifier) @name type: (interface_type "{" @head)) @definition.interface
(type_declaration (type_spec
  name: (type_identifier) @name
  type: [(type_identifier) (qualified_type) (pointer_type) (slice_type) (map_type)
         (array_type) (channel_type) (function_type) (generic_type)]) @definition.type)
(type_alias name: (type_identifier) @name) @definition.type
(method_elem name: (field_identifier) @name) @definition.method
(struct_type (field_declaration_list
  (field_declaration name: (field_identifier) @name) @definition.field))
(source_file (const_declaration (const_spec name: (identifier) @name) @definition.constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @definition.constant))
(source_file (var_declaration (var_spec_list
  (var_spec name: (identifier) @name) @definition.constant)))

(import_spec path: (_) @import.module)
(import_spec name: (package_identifier) @import.alias path: (_) @import.module)
(import_spec name: (dot) @import.name path: (_) @import.module)
