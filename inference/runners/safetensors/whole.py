"""Whether a folder's weights are all there, by the headers of its files and their sizes.

A download that broke off, a disk that ran full or a clone without its large files leave
weights that would be found broken only after minutes of loading, or never. The format:
eight bytes that tell the header's length, the header as JSON, then the numbers
(https://github.com/huggingface/safetensors, "Format").
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ONE, _INDEX = "model.safetensors", "model.safetensors.index.json"
_LENGTH_BYTES = 8
# As the format's own library bounds it.
_MOST_HEADER_BYTES = 100_000_000
_POINTER = b"version https://git-lfs"


@dataclass(frozen=True, slots=True)
class Whole:
    """Weights that are all there.

    Attributes:
        files: in the order of their names.
        n_tensors: in all of them.
        n_bytes: what the numbers take as they lie there.
        dtypes: how they are written, as the format names it: "BF16", "F32".
    """

    files: tuple[Path, ...]
    n_tensors: int
    n_bytes: int
    dtypes: frozenset[str]


def whole_weights(folder: Path) -> Whole:
    """The weights in a folder, every file as long as its header says.

    Raises:
        BackendError: with the cause "weights"; names the file and what is wrong with it.
    """
    wanted = _wanted(folder)
    headers = {path: _header(path) for path in wanted}
    for path, names in wanted.items():
        missing = sorted(names - headers[path].keys())
        if missing:
            raise _broken(path, f"lacks {missing[0]}, which {_INDEX} says is in it")
    tensors = [entry for header in headers.values() for entry in header.values()]
    return Whole(
        files=tuple(sorted(wanted)),
        n_tensors=len(tensors),
        n_bytes=sum(_span(entry)[1] - _span(entry)[0] for entry in tensors),
        dtypes=frozenset(str(entry.get("dtype")) for entry in tensors),
    )


def _wanted(folder: Path) -> dict[Path, set[str]]:
    """The files that make up the weights, and which tensors each must hold."""
    index = folder / _INDEX
    if (folder / _ONE).is_file():
        return {folder / _ONE: set()}
    if not index.is_file():
        raise BackendError(_no_weights(folder), cause="weights")
    wanted: dict[Path, set[str]] = {}
    for name, file in _weight_map(index).items():
        wanted.setdefault(folder / file, set()).add(name)
    for path in sorted(wanted):
        if not path.is_file():
            message = f"{path} is missing, which {_INDEX} names; download the weights again"
            raise BackendError(message, cause="weights")
    return wanted


def _no_weights(folder: Path) -> str:
    if not folder.is_dir():
        return f"{folder} is no folder; give the folder that holds {_ONE} and config.json"
    others = sorted(path.name for path in folder.glob("*.bin"))
    found = f"only {others[0]}, whose format can run code," if others else "no weights"
    return f"{folder} holds {found}, and {_ONE} or {_INDEX} was expected; download those"


def _weight_map(index: Path) -> Mapping[str, str]:
    try:
        told = json.loads(index.read_bytes())
        entries = cast("dict[str, Any]", told)["weight_map"].items()
        found = {str(name): str(file) for name, file in entries}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _broken(index, "isn't the list of weights it should be") from error
    outside = sorted(file for file in found.values() if "/" in file or "\\" in file)
    if outside or not found:
        raise _broken(index, "names files outside of its folder" if outside else "is empty")
    return found


def _header(path: Path) -> dict[str, dict[str, Any]]:
    """Its tensors by name; the file is as long as they are."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.read(_LENGTH_BYTES)
            n_header = struct.unpack("<Q", first)[0] if len(first) == _LENGTH_BYTES else size
            if first and _POINTER.startswith(first):
                raise _broken(path, "is a pointer of Git LFS, not the weights")
            if n_header > min(size - _LENGTH_BYTES, _MOST_HEADER_BYTES):
                raise _broken(path, f"is cut off or no safetensors file: {size:,} bytes")
            header = _read_header(file.read(n_header))
            ends = [_span(entry)[1] for entry in header.values()]
    except OSError as error:
        raise _broken(path, f"can't be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _broken(path, "has a header that can't be read") from error
    expected = _LENGTH_BYTES + n_header + max(ends, default=0)
    if size != expected:
        raise _broken(path, f"has {size:,} bytes, and its header says {expected:,}")
    return header


def _read_header(text: bytes) -> dict[str, dict[str, Any]]:
    told = cast("dict[str, dict[str, Any]]", json.loads(text))
    return {name: dict(entry) for name, entry in told.items() if name != "__metadata__"}


def _span(entry: Mapping[str, Any]) -> tuple[int, int]:
    """Where a tensor's numbers begin and end, counted from the header's end."""
    begin, end = entry["data_offsets"]
    if not 0 <= begin <= end:
        raise ValueError("offsets out of order")
    return int(begin), int(end)


def _broken(path: Path, what: str) -> BackendError:
    return BackendError(f"{path} {what}; download it again", cause="weights")
