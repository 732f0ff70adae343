"""The families of models, one module each: `FORMATS` and `MODELS`, both data."""
