"""What `nvidia-smi` says, read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.machine.values import Gpu

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIELDS = ("index", "uuid", "name", "memory.total", "memory.free", "compute_cap")
_FORMAT = "--format=csv,noheader,nounits"
QUERY = ("nvidia-smi", f"--query-gpu={','.join(_FIELDS)}", _FORMAT)
# Drivers before 510 know no `compute_cap` and refuse the whole question.
OLD_QUERY = ("nvidia-smi", f"--query-gpu={','.join(_FIELDS[:-1])}", _FORMAT)
TOPOLOGY = ("nvidia-smi", "topo", "-m")

_MIB = 1024**2
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def parse_gpus(text: str, *, memory_bytes: int, free_bytes: int) -> tuple[Gpu, ...]:
    """The GPUs in an answer to `QUERY` or `OLD_QUERY`.

    Args:
        text: what was printed.
        memory_bytes: the machine's, which GPUs with no memory of their own use, too.
        free_bytes: of that, what is free.
    """
    rows = [[cell.strip() for cell in line.split(",")] for line in text.splitlines()]
    return tuple(
        _gpu(row, memory_bytes, free_bytes)
        for row in rows
        if len(row) >= len(_FIELDS) - 1 and row[0].isdecimal()
    )


def _gpu(row: Sequence[str], memory_bytes: int, free_bytes: int) -> Gpu:
    total, free = _mebibytes(row[3]), _mebibytes(row[4])
    shared = total is None
    return Gpu(
        vendor="nvidia",
        name=row[2],
        memory_bytes=memory_bytes if total is None else total,
        free_bytes=free_bytes if shared or free is None else free,
        index=int(row[0]),
        capability=_capability(row[5]) if len(row) == len(_FIELDS) else None,
        uuid=row[1],
        shared=shared,
    )


def _mebibytes(cell: str) -> int | None:
    """The bytes; None where the driver says "[N/A]", as it does of memory that is shared."""
    return int(cell) * _MIB if cell.isdecimal() else None


def _capability(cell: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"([0-9]+)\.([0-9]+)", cell)
    return (int(found[1]), int(found[2])) if found else None


def parse_links(text: str, indices: Sequence[int]) -> bool | None:
    """Whether each pair of these GPUs is tied by NVLink, by the matrix that `TOPOLOGY` prints.

    None where the matrix doesn't show them all, or there is no pair.
    """
    lines = [_ESCAPE.sub("", line).split() for line in text.splitlines()]
    rows = {int(cells[0][3:]): cells[1:] for cells in lines if _is_row(cells)}
    pairs = [(one, other) for one in indices for other in indices if one != other]
    if not pairs or any(one not in rows or other >= len(rows[one]) for one, other in pairs):
        return None
    return all(rows[one][other].startswith("NV") for one, other in pairs)


def _is_row(cells: Sequence[str]) -> bool:
    """Whether a line is a GPU's own; the heading names GPUs in every column."""
    is_gpu = bool(cells) and re.fullmatch(r"GPU[0-9]+", cells[0]) is not None
    return is_gpu and len(cells) > 1 and not cells[1].startswith("GPU")


def visible(gpus: Sequence[Gpu], devices: str | None) -> tuple[Gpu, ...]:
    """The GPUs that CUDA_VISIBLE_DEVICES leaves, in its order; all where it isn't set.

    As CUDA reads it: numbers or beginnings of names, up to the first that is neither.
    """
    if devices is None:
        return tuple(gpus)
    seen: list[Gpu] = []
    for word in (word.strip() for word in devices.split(",")):
        named = [gpu for gpu in gpus if _is_named(gpu, word)]
        if len(named) != 1 or named[0] in seen:
            break
        seen.append(named[0])
    return tuple(seen)


def _is_named(gpu: Gpu, word: str) -> bool:
    if word.isdecimal():
        return gpu.index == int(word)
    return word.startswith("GPU-") and gpu.uuid.startswith(word)


def slices(devices: str | None) -> bool:
    """Whether CUDA_VISIBLE_DEVICES names slices of GPUs (MIG), whose memory isn't told here."""
    return "MIG-" in (devices or "")
