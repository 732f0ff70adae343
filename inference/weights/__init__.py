"""A model's weights on this machine: where they lie and, only when asked, how they get there."""
