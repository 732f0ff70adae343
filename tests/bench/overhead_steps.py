"""What somebody does in an editor, edit by edit, for `overhead.py`: places and typing."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from holes import draw_holes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What an editor has open at once, as tabs.
TABS = 6
_RUN_KEYS = 51
_LONG = 12_000


@dataclass(frozen=True, slots=True)
class Step:
    """An edit, behind which a completion is asked for at its end.

    Attributes:
        opened: the document's text where it has to be opened first; None where it is open.
        start: offset of what the edit replaces.
        end: behind that.
        text: what comes there.
        whole: the document after the edit.
        true: what really follows the cursor.
        wrong: an answer that what is typed next doesn't agree with.
        counts: whether it is one of those that are measured.
    """

    path: str
    opened: str | None
    start: int
    end: int
    text: str
    whole: str
    true: str
    wrong: str
    counts: bool = True

    @property
    def cursor(self) -> int:
        """Where a completion is asked for."""
        return self.start + len(self.text)


def places(texts: Mapping[str, str], n: int, seed: int) -> Iterator[Step]:
    """Seeded holes, each in another file than the last ones: open it, make the hole, ask."""
    tabs: deque[str] = deque(maxlen=TABS)
    for hole in draw_holes(texts, 2 * n, seed):
        if n and hole.path not in tabs:
            tabs.append(hole.path)
            n -= 1
            start, end = len(hole.prefix), len(hole.prefix) + len(hole.middle)
            whole = hole.prefix + hole.suffix
            yield Step(hole.path, texts[hole.path], start, end, "", whole, hole.middle, hole.middle)


def typing(texts: Mapping[str, str], n: int, seed: int) -> Iterator[Step]:
    """Stretches of long files taken out and typed again, a key at a time.

    The first key of a stretch is another place and doesn't count.
    """
    rng = random.Random(seed)  # noqa: S311 - the same each time
    long = [path for path, text in sorted(texts.items()) if len(text) >= _LONG]
    rng.shuffle(long)
    n_runs = -(-n // (_RUN_KEYS - 1))
    for path in long[:n_runs]:
        yield from _stretch(path, texts[path], rng)


def _stretch(path: str, text: str, rng: random.Random) -> Iterator[Step]:
    lines = [at for at, sign in enumerate(text) if sign == "\n"]
    start = rng.choice(lines[len(lines) // 4 : len(lines) * 3 // 4])
    target, end = text[start : start + _RUN_KEYS], start + _RUN_KEYS
    before, behind = text[:start], text[end:]
    for n_typed, sign in enumerate(target):
        done, rest = target[: n_typed + 1], target[n_typed + 1 :] or behind[:20]
        yield Step(
            path,
            before + behind if n_typed == 0 else None,
            start + n_typed,
            start + n_typed,
            sign,
            before + done + behind,
            (rest + behind)[:24].split("\n")[0] or "\n",
            f"{'x' if rest.startswith('z') else 'z'}q{n_typed}_value",
            counts=n_typed > 0,
        )
