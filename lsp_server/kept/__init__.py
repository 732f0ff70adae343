"""The local kept rate: how much of what was accepted stays, counted here and sent nowhere."""
