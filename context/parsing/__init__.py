"""A text, turned into facts: its definitions, its imports, its words."""
