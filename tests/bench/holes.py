"""Seeded positions in a repository at which the rest of a code line has been taken out."""

from __future__ import annotations

import io
import random
import re
import tokenize
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from context.probe.holes import Hole, hole_in
from context.types import CorpusEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LANGUAGES = {".py": "Python", ".js": "JavaScript", ".ts": "TypeScript", ".go": "Go"}
_COMMENT = re.compile(r"\s*(//|\*|/\*|#)")
_QUIET = {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT}


@dataclass(frozen=True, slots=True)
class TextCorpus:
    """A corpus of texts in memory, as `context.types.Corpus` wants it."""

    texts: Mapping[str, str]
    revision: int = 1

    def entries(self) -> Sequence[CorpusEntry]:
        """Every text; its length and hash stand for its digest."""
        return [
            CorpusEntry(path, language_of(path), f"{len(text)}-{hash(text)}")
            for path, text in sorted(self.texts.items())
        ]

    def read(self, path: str, /) -> str | None:
        """The text at `path`."""
        return self.texts.get(path)


def language_of(path: str) -> str:
    """The language by the file's ending."""
    return next((name for end, name in LANGUAGES.items() if path.endswith(end)), "Text")


def read_repository(root: Path, endings: Sequence[str] = (".py",)) -> dict[str, str]:
    """Every source text below `root` that decodes, by relative path."""
    texts: dict[str, str] = {}
    for file in sorted(root.rglob("*")):
        if file.is_file() and file.suffix in endings:
            try:
                texts[file.relative_to(root).as_posix()] = file.read_bytes().decode()
            except UnicodeDecodeError:
                continue
    return texts


def draw_holes(texts: Mapping[str, str], n: int, seed: int) -> list[Hole]:
    """`n` holes: lines drawn without replacement, then one cut in each.

    A cut stands after a word or an opening bracket, where something other
    than a comment is still to come.
    """
    lines = [
        (path, start, stop)
        for path, text in sorted(texts.items())
        for start, stop in _code_spans(path, text)
    ]
    rng = random.Random(seed)  # noqa: S311 - a benchmark wants repeatable draws
    rng.shuffle(lines)
    holes: list[Hole] = []
    for path, start, stop in lines:
        if len(holes) >= n:
            break
        hole = hole_in(path, language_of(path), texts[path], (start, stop), rng)
        if hole is not None:
            holes.append(hole)
    return holes


def _code_spans(path: str, text: str) -> Iterator[tuple[int, int]]:
    """Start and end offset of the code in each line that has some."""
    spans = _python_spans(text) if path.endswith(".py") else _other_spans(text)
    yield from spans


def _other_spans(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        if line.strip() and not _COMMENT.match(line):
            yield at, at + len(line)
        at += len(line) + 1


def _python_spans(text: str) -> list[tuple[int, int]]:
    """Lines with code by Python's own tokenizer; none for a file that it refuses."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text, newline="\n").readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    ends: dict[int, tuple[int, int]] = {}
    fresh = True
    for token, following in pairwise(tokens):
        if token.type in _QUIET:
            fresh = fresh or token.type == tokenize.NEWLINE
            continue
        bare = token.type == tokenize.STRING and fresh and following.type == tokenize.NEWLINE
        fresh = False
        if bare or token.start[0] != token.end[0]:
            continue
        row = token.start[0]
        first = ends.get(row, (starts[row - 1] + token.start[1], 0))[0]
        ends[row] = (first, starts[row - 1] + token.end[1])
    return [span for _, span in sorted(ends.items())]
