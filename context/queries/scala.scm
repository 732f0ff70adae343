; What Infill reads in a Scala file, 2 or 3. Captures as in java.scm; `import.path` is a whole
; import or export, whose spelling is read elsewhere.

(package_clause name: (_) @package)
(package_object name: (_) @package)

(class_definition name: (_) @name body: (_) @head) @definition.class
(class_definition name: (_) @name !body) @definition.class
(object_definition name: (_) @name body: (_) @head) @definition.class
(object_definition name: (_) @name !body) @definition.class
(trait_definition name: (_) @name body: (_) @head) @definition.interface
(trait_definition name: (_) @name !body) @definition.interface
(enum_definition name: (_) @name body: (_) @head) @definition.enum
(package_object name: (_) @name body: (_) @head) @definition.module
(given_definition name: (identifier) @name body: (_) @head) @definition.class

(compilation_unit (function_definition name: (_) @name body: (_) @head) @definition.function)
(template_body (function_definition name: (_) @name body: (_) @head) @definition.method)
(with_template_body (function_definition name: (_) @name body: (_) @head) @definition.method)
(enum_body (function_definition name: (_) @name body: (_) @head) @definition.method)
(template_body (function_declaration name: (_) @name) @definition.method)
(extension_definition
  parameters: (parameters (parameter type: (_) @receiver))
  body: (function_definition name: (_) @name body: (_) @head) @definition.function)
(extension_definition
  parameters: (parameters (parameter type: (_) @receiver))
  body: (_ (function_definition name: (_) @name body: (_) @head) @definition.function))

(compilation_unit (val_definition pattern: (identifier) @name) @definition.constant)
(compilation_unit (var_definition pattern: (identifier) @name) @definition.constant)
(template_body (val_definition pattern: (identifier) @name) @definition.field)
(template_body (val_definition pattern: (_ (identifier) @name)) @definition.field)
(template_body (var_definition pattern: (identifier) @name) @definition.field)
(template_body (val_declaration name: (_) @name) @definition.field)
(template_body (var_declaration name: (_) @name) @definition.field)
(simple_enum_case name: (_) @name) @definition.field
(full_enum_case name: (_) @name) @definition.field
(class_parameters (class_parameter name: (_) @name) @definition.field)
(type_definition name: (_) @name) @definition.type

(compilation_unit) @import.module @import.own
(import_declaration . path: (_) @import.module) @import.path
(export_declaration . path: (_) @import.module) @import.path @export
