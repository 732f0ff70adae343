"""What a completion would do to its document: to its syntax, its names, its secrets."""
