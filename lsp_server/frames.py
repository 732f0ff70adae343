"""LSP's base protocol: bytes become messages, however the stream was cut.

What is no message is passed over up to the next header, wherever in a line that begins,
and told once: a client that got one length wrong is understood again at its next message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MESSAGE_BYTES = 1 << 28
"""More than any document that an editor opens; a length beyond is a mistake."""
_MAX_LINE_BYTES = 8_192
# As much of a line without an end as a header that begins in it may take.
_HEADER_BYTES = 64

_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*([0-9]{1,18})[ \t]*\Z", re.IGNORECASE)
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")


@dataclass(frozen=True, slots=True)
class Junk:
    """Bytes that are no message; `reason` says in which way."""

    reason: str


class Frames:
    """Takes bytes in and gives out the bodies of messages, and what else there was."""

    def __init__(self) -> None:
        """At the beginning of a stream."""
        self._data = bytearray()
        self._length: int | None = None
        # The body of that length is what comes next.
        self._is_body = False
        self._is_astray = False

    def feed(self, data: bytes) -> Iterator[bytes | Junk]:
        """What the stream holds up to here, in its order."""
        self._data += data
        while True:
            if self._is_body:
                body = self._body()
                if body is None:
                    return
                yield body
                continue
            line = self._line()
            if line is None:
                return
            junk = self._read(line)
            if junk is not None and not self._is_astray:
                self._is_astray = True
                yield junk

    def _body(self) -> bytes | None:
        """The body that is due; None before all of it has come."""
        length = self._length or 0
        if len(self._data) < length:
            return None
        body = bytes(memoryview(self._data)[:length])
        del self._data[:length]
        self._length, self._is_body, self._is_astray = None, False, False
        return body

    def _line(self) -> bytes | None:
        """The next line without its end; None before that has come."""
        end = self._data.find(b"\n")
        if end < 0:
            if len(self._data) <= _MAX_LINE_BYTES:
                return None
            end = len(self._data) - _HEADER_BYTES - 1
        line = bytes(self._data[: end + 1])
        del self._data[: end + 1]
        return line.rstrip(b"\r\n")

    def _read(self, line: bytes) -> Junk | None:
        """Take in one line of a header; what it is instead, where it is none."""
        if not line.strip():
            self._is_body = self._length is not None
            return None
        found = _LENGTH.search(line)
        if found is None:
            return None if _HEADER.match(line) else Junk("what came is no header of a message")
        length = int(found[1])
        if length > MAX_MESSAGE_BYTES:
            most = f"at most {MAX_MESSAGE_BYTES} are taken"
            return Junk(f"a message of {length} bytes was announced; {most}")
        self._length = length
        return Junk("what came before a header is no message") if found.start() else None
