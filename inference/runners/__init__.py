"""Models run by libraries on this machine, one behind the other's interface; see `runner`.

What is imported here runs in the model's own process (see `inference.local`), with
whatever interpreter has the library: of this project it may use `inference.runners`,
`inference.errors` and `inference.types`, nothing that needs a package of ours.
"""
