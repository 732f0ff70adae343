"""Whether somebody still works where an anchor was made, though it may not serve any more.

The anchor has to move then, and what was chosen for the place needn't.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.normalise import normalise
from inference.prompt.anchor import ends, typed_since
from inference.prompt.windows import reach

if TYPE_CHECKING:
    from inference.prompt.anchor import Anchor
    from inference.tokens.tokenizer import Tokenizer


def is_near(anchor: Anchor, prefix: str, suffix: str, tokenizer: Tokenizer) -> bool:
    """Whether all that happened is that text was typed or deleted at the cursor."""
    return (
        typed_since(anchor, prefix, suffix, tokenizer) is not None
        or edits_line(anchor, prefix, suffix, tokenizer)
        or _deletes(anchor, prefix, suffix)
    )


def edits_line(anchor: Anchor, prefix: str, suffix: str, tokenizer: Tokenizer) -> bool:
    """Whether of what the anchor froze only the rest of the cursor's line is another.

    As when text is deleted forward, a bracket that stood there is typed over, or the
    cursor moves in its line.
    """
    below, frozen = suffix.find("\n"), anchor.behind.find("\n")
    is_last = below < 0 and frozen < 0
    if anchor.is_blind or (min(below, frozen) < 0 and not is_last):
        return False
    if not is_last and not suffix.startswith(anchor.behind[frozen:], below):
        return False
    for end in ends(anchor, prefix):
        text = prefix[end:]
        if len(text) <= reach(anchor.reserve):
            return tokenizer.count(normalise(text)) <= anchor.reserve
    return False


def _deletes(anchor: Anchor, prefix: str, suffix: str) -> bool:
    """Whether the end of what stood before the anchor was deleted, and nothing else changed."""
    n_left = len(prefix) - anchor.start
    if not 0 <= n_left < len(anchor.before) or anchor.end - len(prefix) > reach(anchor.reserve):
        return False
    is_same = anchor.is_blind or suffix.startswith(anchor.behind)
    return is_same and prefix.startswith(anchor.before[:n_left], anchor.start)
