"""What machine this is, as far as running a model goes: its GPUs, its memory, its processor.

Found by asking the programs that come with the drivers, so that no library has to be
installed for it and none is loaded. `look` is the one edge; the rest reads texts.
"""

from __future__ import annotations

from inference.machine.look import look
from inference.machine.values import Gpu, Machine

__all__ = ["Gpu", "Machine", "look"]
