"""One module a wire; none imports another."""
