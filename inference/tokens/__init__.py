"""Texts become token counts and ids, as the model at hand reads them."""
