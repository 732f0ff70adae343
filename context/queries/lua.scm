; What Infill reads in a Lua file. Captures as in python.scm. `function M.f` is what a module
; has for others, `function Class:method` belongs to its class; `import.file` names a path
; and `import.prefix` the beginning of a module's name.

(function_declaration name: (identifier) @name
  parameters: (parameters ")" @head)) @definition.function
(function_declaration name: (dot_index_expression field: (identifier) @name)
  parameters: (parameters ")" @head)) @definition.function
(function_declaration
  name: (method_index_expression table: (_) @receiver method: (identifier) @name)
  parameters: (parameters ")" @head)) @definition.method
(assignment_statement
  (variable_list . name: (dot_index_expression field: (identifier) @name))
  (expression_list . value: (function_definition
    parameters: (parameters ")" @head)))) @definition.function
(variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition
    parameters: (parameters ")" @head))))) @definition.function
(field name: (identifier) @name
  value: (function_definition parameters: (parameters ")" @head))) @definition.method
(chunk (variable_declaration (assignment_statement
  (variable_list name: (identifier) @name))) @definition.constant)
(chunk (assignment_statement
  (variable_list . name: (identifier) @name)) @definition.constant)
(chunk (assignment_statement
  (variable_list . name: (dot_index_expression
    table: (identifier) field: (identifier) @name))) @definition.constant)

(function_call name: (identifier) @is.require
  arguments: (arguments . (string content: (_) @import.module)))
(function_call name: (identifier) @is.require
  arguments: (arguments . (binary_expression
    left: (string content: (_) @import.module @import.prefix))))
(function_call name: (identifier) @is.pcall
  arguments: (arguments . (identifier) @is.require . (string content: (_) @import.module)))
(assignment_statement
  (variable_list . name: (identifier) @import.alias)
  (expression_list . value: (function_call name: (identifier) @is.require
    arguments: (arguments . (string content: (_) @import.module)))))
(assignment_statement
  (variable_list name: (identifier) . name: (identifier) @import.alias)
  (expression_list . value: (function_call name: (identifier) @is.pcall
    arguments: (arguments . (identifier) @is.require . (string content: (_) @import.module)))))
(dot_index_expression
  table: (function_call name: (identifier) @is.require
    arguments: (arguments . (string content: (_) @import.module)))
  field: (identifier) @import.name)
(method_index_expression
  table: (function_call name: (identifier) @is.require
    arguments: (arguments . (string content: (_) @import.module)))
  method: (identifier) @import.name)
(function_call name: (identifier) @is.dofile @import.file
  arguments: (arguments . (string content: (_) @import.module)))
(function_call name: (identifier) @is.loadfile @import.file
  arguments: (arguments . (string content: (_) @import.module)))
