"""The scripts of a page of markup: Vue's and Svelte's files."""

from __future__ import annotations

import re

LANGUAGES = frozenset({"Svelte", "Vue"})

_SCRIPT = re.compile(rb"<script\b[^>]*>(.*?)(?:</script\s*>|\Z)", re.DOTALL | re.IGNORECASE)
# Blanks for everything but the ends of lines.
BLANKS = bytes(byte if byte == ord("\n") else ord(" ") for byte in range(256))


def scripts(data: bytes) -> bytes:
    """The text with blanks for all that is no script: every offset and line stays what it was.

    TypeScript reads it, as what is written in JavaScript means the same there.
    """
    made = bytearray(data.translate(BLANKS))
    for found in _SCRIPT.finditer(data):
        made[found.start(1) : found.end(1)] = found.group(1)
    return bytes(made)
