"""Snippets and a document become a prompt, never a token over its budget."""
