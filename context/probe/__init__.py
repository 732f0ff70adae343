"""Places and holes in a repository's code, to measure how well its prompts and completions do."""
