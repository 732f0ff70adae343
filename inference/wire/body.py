"""Requests as bytes, of which a long prompt's head is spelled out once.

A prompt of 128K ids takes 10 ms to spell, on the event loop and at each keystroke,
though but its last few ids are new.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from inference.normalise import encodable

# The end of a prompt changes with what is typed: it isn't counted to the head.
_TAIL = 64


@dataclass(frozen=True, slots=True)
class Spelled:
    """Ids that a prompt began with, and how they are written."""

    ids: tuple[int, ...] = ()
    text: bytes = b""


def body_of(
    fields: dict[str, Any], prompt: str | tuple[int, ...], known: Spelled
) -> tuple[bytes, Spelled]:
    """The JSON object of these fields and the prompt, and the head to pass on.

    Args:
        fields: whatever else is asked, at least one.
        prompt: its text or its ids.
        known: from the previous call; `Spelled()` at first.
    """
    if isinstance(prompt, str):
        return _joined(fields, _json(prompt)), known
    n_known = len(known.ids)
    if not n_known or prompt[:n_known] != known.ids:
        head = prompt[: max(0, len(prompt) - _TAIL)]
        known, n_known = Spelled(head, _listed(head)), len(head)
    listed = b",".join(filter(None, (known.text, _listed(prompt[n_known:]))))
    return _joined(fields, b"[" + listed + b"]"), known


def plain_body(fields: dict[str, Any]) -> bytes:
    """The JSON object of these fields."""
    return _json(fields)


def _joined(fields: dict[str, Any], prompt: bytes) -> bytes:
    return b'{"prompt":' + prompt + b"," + _json(fields)[1:]


def _listed(ids: tuple[int, ...]) -> bytes:
    return ",".join(map(str, ids)).encode()


def _json(value: Any) -> bytes:
    return encodable(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode()
