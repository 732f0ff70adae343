"""What a Python file's classes, functions and names are, as strictly as texts let us tell."""
