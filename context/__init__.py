"""A repository, turned into ranked, ordered and budgeted snippets.

Knows no LSP, no model and no prompt format. What crosses its border stands in
`context.types`.
"""
