"""The cache of llama.vim, by its source (`autoload/llama.vim`), with its default settings.

A completion is kept under a hash of 256 lines before the cursor, the line up to it, the
rest of the line and 64 lines after; and under three more for which the first one to three
lines are missing, as the window moves with the cursor. A line of nothing but blanks
counts as empty. It is looked for at the cursor, else up to 128 characters before it, where
what was typed since is how it begins; the longest that is left is shown. At each key that
isn't known exactly a request is sent, and one more for what would come if what is shown
were accepted.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

N_PREFIX, N_SUFFIX, MAX_KEYS, MAX_LINE_SUFFIX, LOOK_BACK = 256, 64, 250, 8, 128
_TRIMMED = 3


@dataclass(frozen=True, slots=True)
class Around:
    """What it takes of the document around the cursor."""

    prefix: str
    middle: str
    suffix: str
    line_suffix: str

    def places(self) -> Iterator[tuple[str, str]]:
        """Under what a completion is kept here."""
        prefix = self.prefix
        for _ in range(_TRIMMED + 1):
            yield prefix + self.middle, self.suffix
            prefix = prefix.partition("\n")[2]
            if not prefix:
                return


def around(text: str, cursor: int, shown: str | None = None) -> Around:
    """The lines around the cursor, or around the end of what is shown, were it accepted."""
    before, after = text[:cursor].split("\n"), text[cursor:].split("\n")
    if shown is not None:
        # As it does it: the rest of the line is taken to be gone.
        before = (text[:cursor] + after[0] + shown).split("\n")
        line, rest = before[-1], ""
    else:
        line, rest = before[-1], after[0]
        if not (line + rest).strip():
            line = rest = ""
    prefix = "\n".join(before[:-1][-N_PREFIX:]) + "\n"
    suffix = rest + "\n" + "\n".join(after[1 : N_SUFFIX + 1]) + "\n"
    return Around(prefix, line, suffix, rest)


@dataclass(slots=True)
class LlamaCache:
    """The rule at work, for a model that answers before the next key."""

    model: Callable[[str, str], str]
    _kept: OrderedDict[tuple[str, str], str] = field(
        default_factory=OrderedDict[tuple[str, str], str]
    )

    def key(self, text: str, cursor: int) -> tuple[str | None, bool]:
        """What is shown at this key without asking, and whether all is known of the place.

        Asks and keeps what it would ask for.
        """
        here = around(text, cursor)
        is_known = next(here.places()) in self._kept
        content = self._hint(here)
        shown = _shown(content, text, cursor) if content is not None else None
        if shown is not None:
            self._ask(around(text, cursor, shown), is_ahead=True)
        self._ask(here)
        if shown is None:
            content = self._kept.get(next(here.places()))
            late = _shown(content, text, cursor) if content else None
            if late is not None:
                self._ask(around(text, cursor, late), is_ahead=True)
        return shown, is_known

    def _hint(self, here: Around) -> str | None:
        exact = self._get(next(here.places()))
        if exact is not None:
            return exact
        before, best = here.prefix + here.middle, None
        for n_typed in range(1, min(LOOK_BACK, len(before)) + 1):
            content = self._get((before[:-n_typed], here.suffix))
            if not content or content[:n_typed] != before[-n_typed:]:
                continue
            left = content[n_typed:]
            if left and (best is None or len(left) > len(best)):
                best = left
        return best

    def _get(self, key: tuple[str, str]) -> str | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _ask(self, here: Around, *, is_ahead: bool = False) -> None:
        is_within = len(here.line_suffix) > MAX_LINE_SUFFIX and not is_ahead
        if is_within or any(key in self._kept for key in here.places()):
            return
        content = self.model(here.prefix + here.middle, here.suffix)
        for key in here.places():
            self._kept[key] = content
            self._kept.move_to_end(key)
            while len(self._kept) > MAX_KEYS:
                self._kept.popitem(last=False)


def _shown(content: str, text: str, cursor: int) -> str | None:
    """What it renders; None where that is nothing, or only what stands there."""
    lines = content.rstrip("\n").split("\n")
    start = text.rfind("\n", 0, cursor) + 1
    end = text.find("\n", cursor)
    line = text[start : end if end >= 0 else len(text)]
    if not line.strip():
        indent = len(lines[0]) - len(lines[0].lstrip())
        lines[0] = lines[0][min(indent, len(line)) :]
    if lines == [text[cursor : end if end >= 0 else len(text)]]:
        return None
    left = "\n".join(lines)
    return left if left.strip() else None
