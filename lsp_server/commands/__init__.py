"""One module a command, with a `run` that raises `CommandError` or returns."""
