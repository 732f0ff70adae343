"""Files in GGUF's format, with whatever header a test wants and no weights worth the name."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Value = str | int | float | bool | tuple[str, ...] | tuple[int, ...]


def write_gguf(path: Path, values: Mapping[str, Value], *, n_bytes: int = 64) -> Path:
    """The path, now of a file with these values and one tensor of so many bytes behind them."""
    path.write_bytes(gguf_bytes(values) + bytes(n_bytes))
    return path


def gguf_bytes(values: Mapping[str, Value]) -> bytes:
    """A header with these values and one tensor, up to where that lies."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values))
    body = b"".join(_text(name) + _value(value) for name, value in values.items())
    tensor = _text("token_embd.weight") + struct.pack("<IQIQ", 1, 16, 0, 0)
    whole = head + body + tensor
    return whole + bytes(-len(whole) % 32)


def _value(value: Value) -> bytes:
    if isinstance(value, tuple):
        return _array(value)
    return struct.pack("<I", _kind(value)) + _plain(value)


@lru_cache
def _array(value: tuple[str, ...] | tuple[int, ...]) -> bytes:
    """Kept, as a model's vocabulary is written by many tests."""
    items = b"".join(_plain(item) for item in value)
    kind = _kind(value[0]) if value else 8
    return struct.pack("<IIQ", 9, kind, len(value)) + items


def _kind(value: object) -> int:
    kinds: dict[type, int] = {bool: 7, str: 8, int: 4, float: 6}
    return kinds[type(value)]


def _plain(value: str | float) -> bytes:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return struct.pack("<?", value)
    return struct.pack("<I", value) if isinstance(value, int) else struct.pack("<f", value)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded
