; What Infill reads in a shell script. Captures as in python.scm; the word that sources a file
; tells how its path is meant: `import.source` or `import.load`, Bats' own.

(function_definition name: (word) @name body: (_) @head) @definition.function
(program (variable_assignment name: (variable_name) @name) @definition.constant)
(program (declaration_command
  (variable_assignment name: (variable_name) @name)) @definition.constant)

(command name: (command_name (word) @is.source @import.source) . argument: (_) @import.module)
(command name: (command_name (word) @is.. @import.source) . argument: (_) @import.module)
(command name: (command_name (word) @is.load @import.load) . argument: (_) @import.module)
(command name: (command_name (word) @is.bats_load_library @import.load)
  . argument: (_) @import.module)
