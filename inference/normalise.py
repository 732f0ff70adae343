"""Document text as models read it."""

from __future__ import annotations

import re

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def normalise(text: str) -> str:
    """The text with line feeds for line ends and nothing that UTF-8 can't carry.

    Models saw few carriage returns in training, and each costs a token. Lone
    surrogates, which editors can send, become U+FFFD one for one.
    """
    return encodable(text.replace("\r\n", "\n"))


def encodable(text: str) -> str:
    """The text with U+FFFD for every lone surrogate; as long as it was."""
    try:
        # Trying is twenty times faster than looking for what is nearly never there.
        text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text)
    return text
