"""The repository on disk, and the index there: what is read, left out, kept and watched."""
