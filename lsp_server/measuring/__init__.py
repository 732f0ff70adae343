"""How good the context and the completions are, on the user's own repository."""
