; What Infill reads in a Ruby file. Captures as in python.scm; `import.own` is the file
; itself, whose constants lead to other files; `import.how` and `import.base` tell how a
; path is meant.
; A body starts on the line below: the last of name, superclass and parameters ends a signature.

(class name: [(constant) @name @head (scope_resolution name: (constant) @name @head)]
  !superclass) @definition.class
(class name: [(constant) @name (scope_resolution name: (constant) @name)]
  superclass: (superclass) @head) @definition.class
(module name: [(constant) @name @head
               (scope_resolution name: (constant) @name @head)]) @definition.module
(assignment left: (constant) @name right: (call
  receiver: (constant) method: (identifier) @is.new @head block: (_))) @definition.class
(method name: (_) @name @head !parameters) @definition.method
(method name: (_) @name parameters: (method_parameters (_) @head .)) @definition.method
(singleton_method name: (_) @name @head !parameters) @definition.method
(singleton_method name: (_) @name parameters: (method_parameters (_) @head .)) @definition.method
(method name: (_) @name parameters: (method_parameters ")" @head)) @definition.method
(singleton_method name: (_) @name parameters: (method_parameters ")" @head)) @definition.method
(alias name: (_) @name) @definition.method
((call !receiver method: (identifier) @_how
  arguments: (argument_list . (simple_symbol) @name)) @definition.method
  (#any-of? @_how "alias_method" "define_method"))

(assignment left: (constant) @name) @definition.constant
((call !receiver method: (identifier) @_how
  arguments: (argument_list (simple_symbol) @name @definition.field))
  (#any-of? @_how "attr_accessor" "attr_reader" "attr_writer" "cattr_accessor" "mattr_accessor"
    "def_delegators" "def_instance_delegators" "delegate"))
((call !receiver method: (identifier) @_how
  arguments: (argument_list . (simple_symbol) @name @definition.field))
  (#any-of? @_how "belongs_to" "has_many" "has_one" "scope" "attribute"))
((call !receiver method: (identifier) @_how
  arguments: (argument_list (simple_symbol) (simple_symbol) @name @definition.field .))
  (#any-of? @_how "def_delegator" "def_instance_delegator"))
(assignment left: (constant) right: (call
  receiver: (constant) @is.Struct method: (identifier) @is.new
  arguments: (argument_list (simple_symbol) @name @definition.field)))
(assignment left: (instance_variable) @name) @definition.attribute

(program) @import.module @import.own
((call !receiver method: (identifier) @import.how
  arguments: (argument_list . (string (string_content) @import.module)))
  (#any-of? @import.how "require" "load" "require_relative" "require_all"))
((call method: (identifier) @import.how
  arguments: (argument_list
    . (simple_symbol) @import.name . (string (string_content) @import.module)))
  (#any-of? @import.how "autoload" "autoload_relative"))
((call !receiver method: (identifier) @_how
  arguments: (argument_list . (call receiver: (constant) @is.File arguments: (argument_list
    (string (string_content) @import.module) (_) @import.base))))
  (#any-of? @_how "require" "load"))
((call !receiver method: (identifier) @_how
  arguments: (argument_list . (call receiver: (constant) @is.File arguments: (argument_list
    (_) @import.base (string (string_content) @import.module)))))
  (#any-of? @_how "require" "load"))
