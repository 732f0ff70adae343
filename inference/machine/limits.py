"""What a container leaves of a machine's memory."""

from __future__ import annotations

_ROOT = "/sys/fs/cgroup"
# The limit, what is taken, and of what kind that is; one hierarchy for all, and one for memory.
UNIFIED = (f"{_ROOT}/memory.max", f"{_ROOT}/memory.current", f"{_ROOT}/memory.stat")
OLD = (
    f"{_ROOT}/memory/memory.limit_in_bytes",
    f"{_ROOT}/memory/memory.usage_in_bytes",
    f"{_ROOT}/memory/memory.stat",
)


def bounded(
    memory_bytes: int, free_bytes: int, *, limit: str, taken: str, details: str = ""
) -> tuple[int, int]:
    """All and free memory under a control group's limit, in bytes.

    Files that the system keeps in memory because nobody else wants it count as taken
    there, and can be had.
    """
    if not limit.strip().isdecimal() or int(limit) >= memory_bytes:
        return memory_bytes, free_bytes
    used = int(taken) if taken.strip().isdecimal() else 0
    lines = (line.partition(" ") for line in details.splitlines())
    files = sum(int(value) for key, _, value in lines if key in {"inactive_file", "active_file"})
    return int(limit), max(0, min(free_bytes, int(limit) - used + files))
