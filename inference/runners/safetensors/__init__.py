"""Models in safetensors, run by transformers and torch."""
