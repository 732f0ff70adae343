"""Apple's GPUs, which have no memory of their own."""

from __future__ import annotations

from inference.machine.values import Gpu

NAME = ("sysctl", "-n", "machdep.cpu.brand_string")
LIMIT = ("sysctl", "-n", "iogpu.wired_limit_mb")

_MIB = 1024**2
_LARGE = 36 * 1024**3


def gpu_of(name: str, limit: str, *, memory_bytes: int, free_bytes: int) -> Gpu:
    """The one GPU of a Mac with Apple's own processor.

    Metal lends it two thirds of the memory, three quarters above 36 GB (what
    `recommendedMaxWorkingSetSize` comes to), unless the user has set another limit.
    """
    share = memory_bytes * 3 // 4 if memory_bytes > _LARGE else memory_bytes * 2 // 3
    said = int(limit) * _MIB if limit.strip().isdecimal() else 0
    allowed = min(said or share, memory_bytes)
    return Gpu("apple", name.strip() or "Apple GPU", allowed, min(allowed, free_bytes), shared=True)
