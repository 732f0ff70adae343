"""How much of a completion a document can take without a new syntax error.

A document in which somebody types is rarely without errors: a statement is half there, a
bracket is open. So what counts is what a completion adds: the errors with it are compared
with the fewest that anything at all could leave there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from context.checks.faults import Fault, faults_of, swallows
from context.checks.gaps import continuations, fillers, may_go_on, missing
from context.checks.layout import LAID_OUT, misplaced
from context.checks.trial import flawless
from context.checks.viable import viable
from context.parsing.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.parsing.opened import Opened
    from context.types import Snapshot, SyntaxCheck

# Each try parses the document again: a millisecond or two.
_MOST_LINES = 10
_MOST_BORDERS = 5
_MOST_OPENED = 2
# And all in all no more than so many, or than so many bytes of them.
_MOST_TRIES = 16
_MOST_BYTES = 4_000_000
# Where a line may be cut: behind a word or a bracket that closes, if no word goes on there.
_BORDER = re.compile(r"(?<=[\w)\]}\"'`;])(?!\w)")


def syntax_check(snapshot: Snapshot) -> SyntaxCheck:
    """What completions do to the syntax at this cursor; parses when it is asked."""
    return _Syntax(snapshot)


@dataclass(frozen=True)
class _Syntax:
    """A `SyntaxCheck`; what it finds out about the document serves all completions.

    Languages without a grammar, and texts too long to parse, pass.
    """

    snapshot: Snapshot
    _baselines: dict[int, _Baseline] = field(default_factory=dict["int", "_Baseline"])

    def sound(self, text: str, n_replaced: int, /) -> int:
        """How many characters of the completion may be shown; see `SyntaxCheck`."""
        tree = self._tree
        if tree is None:
            return len(text)
        baseline = self._baselines.get(n_replaced)
        if baseline is None:
            baseline = self._baselines[n_replaced] = _Baseline(self.snapshot, tree, n_replaced)
        baseline.n_left = max(10, min(_MOST_TRIES, _MOST_BYTES // (len(tree.data) + 1)))
        return _longest(baseline, text)

    @cached_property
    def _tree(self) -> Opened | None:
        snapshot = self.snapshot
        return opened(snapshot.path, snapshot.language, snapshot.text)


def _longest(place: _Baseline, text: str) -> int:
    """The longest beginning that does no harm: best one that ends what it begins."""
    if place.takes(text):
        return len(text)
    limit = place.viable(text)
    if place.is_broken:
        return len(text) if limit is None else _before(text, limit)
    on = n_opened = 0
    for end in _ends(text):
        beginning = text[:end]
        if limit is not None and end > limit:
            continue
        if end < len(text) and place.takes(beginning):
            return end
        if not on and n_opened < _MOST_OPENED and may_go_on(beginning):
            n_opened += 1
            on = end if place.takes_open(beginning) else 0
    return on or next((end for end in _borders(text) if place.takes_cut(text[:end])), 0)


def _before(text: str, limit: int) -> int:
    """Where to end so that nothing from `limit` on is left: at the end of a line."""
    if limit >= len(text):
        return len(text)
    return next((end for end in _ends(text) if end < limit), 0)


def _ends(text: str) -> Iterator[int]:
    """Where the text and its lines end, from the last on; blank lines are no ends."""
    bare = len(text.rstrip())
    yield len(text)
    lines = text[:bare].split("\n")
    end = bare
    for line in islice(reversed(lines[1:]), _MOST_LINES):
        end -= len(line) + 1
        kept = len(text[:end].rstrip())
        if kept and text[:kept].strip():
            yield kept


def _borders(text: str) -> Iterator[int]:
    """Where the first line may be cut, from the last place on: most of it should stay."""
    bare = text.lstrip("\r\n")
    line, start = bare.split("\n")[0].rstrip(), len(text) - len(bare)
    found = [border.start() for border in _BORDER.finditer(line) if 2 * border.start() >= len(line)]
    for end in reversed(found[-_MOST_BORDERS:]):
        if any(map(str.isalnum, line[:end])):
            yield start + end


# The indentation of the next line that isn't blank.
_NEXT_BLOCK = re.compile(r"\n(?=[^\s)\]}#@])")
_BODY = re.compile(r"[^\n]*\n(?:[ \t]*\r?\n)*([ \t]*)(?=\S)")


class _Baseline:
    """A cursor, and the errors that the document has there whatever one types.

    Attributes:
        n_left: how many more times the document may be parsed.
    """

    def __init__(self, snapshot: Snapshot, tree: Opened, n_replaced: int) -> None:
        self.n_left = _MOST_TRIES
        self._snapshot = snapshot
        self._tree = tree
        self._span = (snapshot.cursor, snapshot.cursor + n_replaced)

    def takes(self, text: str) -> bool:
        """Whether the document with this text has no error that isn't there without."""
        closers = self._missing
        return self._stands(text, "") or (
            bool(closers) and any(self._stands(text, closers + end) for end in self._ends)
        )

    def takes_cut(self, text: str) -> bool:
        """Whether it has none with this piece of a line, which must leave nothing open."""
        return self._stands(text, "", is_cut=True)

    def takes_open(self, text: str) -> bool:
        """Whether it has none once what the text leaves open comes to an end.

        Where the lines that the text begins something for are there already, nothing more
        is to come that could end it.
        """
        above = self._snapshot.text[: self._span[0]] + text
        below = self._snapshot.text[self._span[1] :]
        line, following = above.rpartition("\n")[2], _BODY.match(below)
        indent = line[: len(line) - len(line.lstrip())]
        if following is not None and len(following[1]) > len(indent):
            return False
        closers = missing(above, below)[0]
        return any(
            self._stands(text, more)
            for more in continuations(self._snapshot.language, indent, closers)
        )

    def _stands(self, text: str, more: str, *, is_cut: bool = False) -> bool:
        if self.n_left <= 0:
            return False
        whole = not (more or is_cut)
        start, end = self._span[0], self._span[0] + len(text)
        is_hopeless = bool(self.__dict__.get("_faults"))
        tree, faults = None if is_hopeless else self._flawless(text + more), list[Fault]()
        if tree is None:
            if not self._faults or self.is_broken:
                return False
            tree = self._with(text + more)
            if tree is None:
                return True
            faults = faults_of(tree)
            if not self._excuses(tree, faults, text, is_whole=whole):
                return False
            if swallows(tree, start, end):
                return False
        if faults or self._snapshot.language not in LAID_OUT:
            return True
        and_next = not more and not self._is_misplaced
        return not misplaced(tree, start, end, and_next=and_next)

    @cached_property
    def _is_misplaced(self) -> bool:
        """Whether the lines after the cursor stand wrong as it is: a body without its head."""
        tree = self._with("x")
        return tree is None or misplaced(tree, self._span[0], self._span[0], and_next=True)

    def _excuses(self, tree: Opened, faults: list[Fault], text: str, *, is_whole: bool) -> bool:
        """Whether the errors are none of the text's: no more than before, and not in it."""
        if len(faults) > len(self._faults):
            return is_whole and self._is_beyond(tree, faults, text)
        start, end = tree.byte_at(self._span[0]), tree.byte_at(self._span[0] + len(text))
        line = tree.data.rfind(b"\n", 0, start) + 1
        before = {fault.start for fault in self._faults if fault.start < line}
        touching = (fault for fault in faults if fault.end >= start and fault.start <= end)
        return all(fault.start in before and fault.end > end for fault in touching)

    def _is_beyond(self, tree: Opened, faults: list[Fault], text: str) -> bool:
        """Whether the errors are what is left below of a block that has lost its head."""
        if len(faults) > len(faults_of(self._tree)):
            return False
        line_end = tree.data.find(b"\n", tree.byte_at(self._span[0] + len(text)))
        next_end = tree.data.find(b"\n", line_end + 1) if line_end >= 0 else -1
        return next_end >= 0 and all(fault.end > fault.start > next_end for fault in faults)

    def viable(self, text: str) -> int | None:
        """How much of a text goes on from what stands above it; see `viable`."""
        return viable(self._tree, *self._span, text)

    @cached_property
    def is_broken(self) -> bool:
        """Whether the lines around the cursor make no sense whatever one types there.

        Where somebody retypes the end of a signature, what follows is a body without a head.
        """
        text = self._snapshot.text
        at, end = self._span
        following = _NEXT_BLOCK.search(text, text.find("\n", end) if "\n" in text[end:] else end)
        first = self._tree.byte_at(text.rfind("\n", 0, at) + 1)
        last = self._tree.byte_at(following.start() + 1 if following else len(text))
        return any(fault.end >= first and fault.start <= last for fault in self._faults)

    @property
    def _ends(self) -> tuple[str, ...]:
        return ("",) if self._snapshot.language in LAID_OUT else ("", ";")

    @cached_property
    def _missing(self) -> str:
        """The closing brackets that the document lacks; none where it has no error."""
        if not self._tree.root.has_error:
            return ""
        text = self._snapshot.text
        return missing(text[: self._span[0]], text[self._span[1] :])[0]

    @cached_property
    def _faults(self) -> list[Fault]:
        """The errors that stay whatever is typed, as far as some tries tell."""
        found = faults_of(self._tree)
        text = self._snapshot.text
        above, below = text[: self._span[0]], text[self._span[1] :]
        if found and any(map(self._flawless, fillers(self._snapshot.language, above, below))):
            return []
        return found

    def _flawless(self, text: str) -> Opened | None:
        self.n_left -= 1
        tree = flawless(self._tree, *self._span, text)
        return None if tree is None or faults_of(tree) else tree

    def _with(self, text: str) -> Opened | None:
        # Where a mistake is mended, that takes much longer.
        self.n_left -= 2
        return self._tree.edited(*self._span, text)
