"""Snippets in, a clean completion out: models, formats, packing, backends, stop rules.

Imports nothing of `context` but its types, and knows no LSP. What crosses its
border stands in `inference.types`, what can go wrong in `inference.errors`.
"""
