"""`infill engine` in parts: what is asked for, what is started, and when it is ready."""
