"""A model on this machine in a process of its own, shared by the servers of one user.

Typing never waits for its interpreter, what runs out of memory there closes no
editor, and a second window needs no second copy of the weights.
"""
