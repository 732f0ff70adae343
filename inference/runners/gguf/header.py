"""What a `.gguf` file says of itself, read without any library.

The format is published with ggml (`docs/gguf.md`): four letters, a version, how many
tensors and how many values follow, the values by name, then where each tensor lies.
Nothing that it says is taken on trust: every length is held against the file's own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import BinaryIO

Scalar = str | int | float | bool
Value = Scalar | tuple[Scalar, ...]

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_READ_BYTES = 4 << 20
# The largest known vocabularies, with their merges, take 20 MB.
_LARGEST_HEADER = 512 << 20
_MOST_VALUES, _MOST_TENSORS, _MOST_DIMENSIONS = 10_000, 100_000, 8
_STRING, _ARRAY = 8, 9
_LENGTH = struct.Struct("<Q")
# How each kind of number is written, by the number of its kind.
_NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
_ALIGNMENT = 32


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What stands before the weights.

    Attributes:
        values: everything the file says of its model, by the format's own names.
        n_tensors: how many tensors it holds.
        file_bytes: the file's size; of all files together where a model is in several.
    """

    values: Mapping[str, Value]
    n_tensors: int
    file_bytes: int

    @property
    def architecture(self) -> str:
        """Which network it is, such as `deepseek2`; empty where it doesn't say."""
        return self.text("general.architecture")

    def text(self, name: str) -> str:
        """That value; empty where it isn't a text."""
        found = self.values.get(name)
        return found if isinstance(found, str) else ""

    def number(self, name: str) -> int:
        """That value, `{arch}` filled in; 0 where it isn't a whole number.

        Where each layer has its own, the largest.
        """
        found = self.values.get(name.replace("{arch}", self.architecture))
        if isinstance(found, tuple):
            return max((one for one in found if isinstance(one, int)), default=0)
        return found if isinstance(found, int) and not isinstance(found, bool) else 0

    def texts(self, name: str) -> tuple[str, ...]:
        """That list of texts; empty where it isn't one."""
        found = self.values.get(name)
        if not isinstance(found, tuple):
            return ()
        return tuple(one for one in found if isinstance(one, str))

    def numbers(self, name: str) -> tuple[int, ...]:
        """That list of whole numbers; empty where it isn't one."""
        found = self.values.get(name)
        if not isinstance(found, tuple):
            return ()
        return tuple(one for one in found if isinstance(one, int))


def read_header(path: Path) -> GgufHeader:
    """What the file says, whether or not its weights can be run.

    Raises:
        BackendError: of cause "weights": it is missing, is no such file, or ends before
            all that it should hold.
    """
    try:
        size = sum(one.stat().st_size for one in _shards(path))
        with path.open("rb") as file:
            return _parsed(_Cursor(file, path), size)
    except OSError as error:
        raise _fault(path, f"can't be read: {error.strerror}") from error


def _shards(path: Path) -> list[Path]:
    """All files of the model: large ones are split into `NAME-00001-of-00003.gguf` and so on."""
    name, _, count = path.stem.rpartition("-of-")
    first, _, number = name.rpartition("-")
    if not (number.isdigit() and count.isdigit() and first):
        return [path]
    return sorted(path.parent.glob(f"{_literal(first)}-?????-of-{count}{path.suffix}")) or [path]


def _literal(name: str) -> str:
    """The name as a pattern that means just it."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


class _Cursor:
    """A place in a file, which is read as far as it is looked at."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.path = path
        self._file = file
        self._data = b""
        self._start = 0
        self.place = 0

    def take(self, n_bytes: int) -> bytes:
        """The next so many bytes."""
        if n_bytes > _LARGEST_HEADER:
            raise _fault(self.path, "holds a length that no such file has; it is damaged")
        end = self._start + n_bytes
        if end > len(self._data):
            self._data = self._data[self._start :] + self._file.read(max(n_bytes, _READ_BYTES))
            self._start, end = 0, n_bytes
        if end > len(self._data):
            raise _fault(self.path, "ends in the middle of its header; it was cut off: fetch it")
        found = self._data[self._start : end]
        self._start = end
        self.place += n_bytes
        return found

    def one(self, code: str) -> int:
        """The next number."""
        return int(struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0])

    def text(self) -> str:
        """The next text; what isn't UTF-8 in it can't be a name that is looked for."""
        return self.take(self.one("Q")).decode("utf-8", "replace")

    def texts(self, count: int) -> list[str]:
        """The next so many texts; vocabularies have a hundred thousand."""
        found: list[str] = []
        for _ in range(count):
            data, begin = self._data, self._start + _LENGTH.size
            size = _LENGTH.unpack_from(data, self._start)[0] if begin <= len(data) else len(data)
            if begin + size > len(data):
                found.append(self.text())
                continue
            found.append(data[begin : begin + size].decode("utf-8", "replace"))
            self.place += begin + size - self._start
            self._start = begin + size
        return found


def _parsed(cursor: _Cursor, file_bytes: int) -> GgufHeader:
    if cursor.take(4) != _MAGIC:
        raise _fault(cursor.path, "isn't a GGUF file, though it is called so")
    version = cursor.one("I")
    if version not in _VERSIONS:
        raise _fault(cursor.path, f"is of GGUF version {version}; versions 2 and 3 can be read")
    n_tensors, n_values = cursor.one("Q"), cursor.one("Q")
    if n_tensors > _MOST_TENSORS or n_values > _MOST_VALUES:
        raise _fault(cursor.path, "says that it holds more than any model has; it is damaged")
    values = dict(_value_by_name(cursor) for _ in range(n_values))
    header = GgufHeader(values, n_tensors, file_bytes)
    _check_length(cursor, header)
    return header


def _value_by_name(cursor: _Cursor) -> tuple[str, Value]:
    name, kind = cursor.text(), cursor.one("I")
    if kind == _ARRAY:
        return name, _array(cursor)
    return name, cursor.text() if kind == _STRING else _number(cursor, kind)


def _array(cursor: _Cursor) -> tuple[Scalar, ...]:
    kind, count = cursor.one("I"), cursor.one("Q")
    if count > _LARGEST_HEADER:
        raise _fault(cursor.path, "holds a list longer than itself; it is damaged")
    if kind == _STRING:
        return tuple(cursor.texts(count))
    code = _code(cursor, kind)
    return struct.unpack(f"<{count}{code}", cursor.take(count * struct.calcsize("<" + code)))


def _number(cursor: _Cursor, kind: int) -> Scalar:
    code = _code(cursor, kind)
    [found] = struct.unpack("<" + code, cursor.take(struct.calcsize("<" + code)))
    return found  # type: ignore[no-any-return]


def _code(cursor: _Cursor, kind: int) -> str:
    if kind not in _NUMBERS:
        raise _fault(cursor.path, f"holds a value of the unknown kind {kind}; it is damaged")
    return _NUMBERS[kind]


def _check_length(cursor: _Cursor, header: GgufHeader) -> None:
    """Fails where a tensor would begin behind the file's end: a download broke off."""
    furthest = -1
    for _ in range(header.n_tensors):
        cursor.text()
        n_dimensions = cursor.one("I")
        if n_dimensions > _MOST_DIMENSIONS:
            raise _fault(cursor.path, "has a tensor of too many dimensions; it is damaged")
        cursor.take(8 * n_dimensions + 4)
        furthest = max(furthest, cursor.one("Q"))
    alignment = header.number("general.alignment") or _ALIGNMENT
    begin = -(-cursor.place // alignment) * alignment
    size = cursor.path.stat().st_size
    if furthest >= 0 and begin + furthest >= size:
        raise _fault(
            cursor.path,
            f"has {size:,} bytes, and its last tensor begins at {begin + furthest:,}: it was cut "
            "off; fetch it again",
        )


def _fault(path: Path, what: str) -> BackendError:
    return BackendError(f"{path.name} {what}", cause="weights")
