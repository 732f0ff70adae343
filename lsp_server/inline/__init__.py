"""The completion experience: which request is answered when, with what, and from where."""
