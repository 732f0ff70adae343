; What Infill reads in a Python file. Captures: `definition.KIND` with its `name`,
; `head` where the signature ends, `doc` the docstring, `import` with
; `import.module`, `import.name` and `import.alias`; what `is.X` captures must read `X`.

(class_definition name: (identifier) @name ":" @head) @definition.class
(function_definition name: (identifier) @name ":" @head) @definition.function
(decorated_definition definition: (_) @inner) @decorated

(module (expression_statement
  (assignment left: (identifier) @name) @definition.constant))
(module (expression_statement (assignment
  left: [(pattern_list (identifier) @name) (tuple_pattern (identifier) @name)]
  right: (_)) @definition.constant))
(module (if_statement (block (expression_statement
  (assignment left: (identifier) @name) @definition.constant))))
(module (try_statement (block (expression_statement
  (assignment left: (identifier) @name) @definition.constant))))
(module (try_statement (except_clause (block (expression_statement
  (assignment left: (identifier) @name) @definition.constant)))))
(module (type_alias_statement left: (type (identifier) @name)) @definition.type)
(class_definition body: (block (expression_statement
  (assignment left: (identifier) @name) @definition.field)))
(assignment
  left: (attribute object: (identifier) @is.self attribute: (identifier) @name)) @definition.attribute

(module . (expression_statement (string) @doc))
(class_definition body: (block . (expression_statement (string) @doc)))
(function_definition body: (block . (expression_statement (string) @doc)))

(import_statement name: (dotted_name) @import.module)
(import_statement
  name: (aliased_import name: (dotted_name) @import.module alias: (identifier) @import.alias))
(import_from_statement module_name: (_) @import.module name: (dotted_name) @import.name)
(import_from_statement
  module_name: (_) @import.module
  name: (aliased_import name: (dotted_name) @import.name alias: (identifier) @import.alias))
(import_from_statement module_name: (_) @import.module (wildcard_import) @import.name)
