"""Holes in a repository's code: the rest of a line taken out, to see what is completed there.

Pure: chance comes in as a generator of random numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.probe.sources import is_code, is_source, source_of
from context.text import offsets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from context.index import Index
    from context.probe.sources import Read, Source

_CUT = re.compile(r"\w+|[(\[{]")
_MOST_A_FILE = 4


@dataclass(frozen=True, slots=True)
class Hole:
    """A document with the rest of one line missing, and that rest."""

    path: str
    language: str
    prefix: str
    suffix: str
    middle: str


def draw_holes(index: Index, read: Read, rng: Random, n: int) -> list[Hole]:
    """Up to `n` holes, a few from each of some files, in random order."""
    paths = [path for path, facts in sorted(index.facts.items()) if is_source(facts)]
    rng.shuffle(paths)
    found: list[Hole] = []
    for path in paths:
        if len(found) >= n:
            break
        source, text = source_of(index, read, path), read(path)
        if source is None or text is None:
            continue
        spans = list(_code_spans(source))
        rng.shuffle(spans)
        cut = (hole_in(path, source.language, text, span, rng) for span in spans)
        found += [hole for hole, _ in zip(filter(None, cut), range(_MOST_A_FILE), strict=False)]
    rng.shuffle(found)
    return found[:n]


def hole_in(path: str, language: str, text: str, span: tuple[int, int], rng: Random) -> Hole | None:
    """A hole in the code that stands between two offsets of one line; None where none fits.

    It begins after a word or an opening bracket, where something is still to come.
    """
    start, stop = span
    cuts = [hit.end() for hit in _CUT.finditer(text, start, stop) if text[hit.end() : stop].strip()]
    if not cuts:
        return None
    cut = rng.choice(cuts)
    end = _line_end(text, cut)
    return Hole(path, language, text[:cut], text[end:], text[cut:end])


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[at:end].endswith("\r") else end


def _code_spans(source: Source) -> Iterator[tuple[int, int]]:
    """Start and end of the code on each line that begins with some, in code points."""
    data = source.data
    spans: list[tuple[int, int]] = []
    at = 0
    for line in data.split(b"\n"):
        start, end = at + len(line) - len(line.lstrip()), at + len(line.rstrip())
        if start < end:
            leaf = source.root.descendant_for_byte_range(start, start + 1)
            if leaf is not None and is_code(leaf):
                spans.append((start, end))
        at += len(line) + 1
    chars = offsets(data, [place for span in spans for place in span])
    yield from ((chars[start], chars[end]) for start, end in spans)
