"""`infill doctor`: the set-up looked at end to end, and what to do about what is wrong.

One module a kind of check; each tells findings, none raises on what it looks at.
"""
