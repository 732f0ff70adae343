"""A stream of generated text becomes a completion that fits its hole."""
