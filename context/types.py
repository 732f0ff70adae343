"""The values and protocols that cross the borders between the three packages.

Offsets are code points. Paths are relative to the repository's root and use `/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

Form = Literal["full", "skeleton", "excerpt"]
# What has happened since the last prompt in a file: text was typed where that prompt stood,
# and at its end a name's members or arguments are being reached for, the cursor went
# elsewhere (or there was no prompt), or the user has paused.
Moment = Literal["typing", "reach", "leap", "idle"]

# How much is wanted at a cursor: the rest of its line or statement, up to the end of the
# block, or of the definition.
Extent = Literal["line", "block", "function"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document as it stood when the request came in, and where its cursor was.

    Attributes:
        path: relative to the root; the bare name for a file outside of it.
        language: a name of `context.languages`, `"Text"` where none fits.
        version: the editor's number for this text; None for a text that no editor holds.
        text: the whole document, line endings as they are.
        cursor: the offset before which new text goes, 0 to `len(text)`.
    """

    path: str
    language: str
    version: int | None
    text: str
    cursor: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of another file, as the prompt will show it.

    Attributes:
        text: ends in a newline, so that snippets can be joined.
        reason: for the user, why it is here: "imported here", "defines `Session`".
        depth: import steps away from the current file; None where imports don't lead to it.
        rank: 0 is the most relevant; what doesn't fit is dropped from the highest rank down.
    """

    path: str
    text: str
    form: Form
    reason: str
    depth: int | None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that could have been sent and wasn't, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The innermost definition around the cursor, as offsets into the snapshot's text."""

    kind: str
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What a completion at the cursor should know, in the order it should be read.

    Attributes:
        prefix: the document before the cursor, uncut.
        suffix: the document after the cursor, uncut.
        snippets: dependencies before what imports them, the current file not among them.
        scope: None at module level or where the file has no grammar.
    """

    prefix: str
    suffix: str
    snippets: tuple[Snippet, ...]
    scope: Scope | None
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """Room behind the document, for what is chosen while somebody works in one place.

    Attributes:
        n_front: so many of the last snippets stand before the document.
        tokens: what all others may take together.
    """

    n_front: int
    tokens: int


class TokenCounter(Protocol):
    """How many tokens the model at hand will read; never too few."""

    def text(self, text: str, /) -> int:
        """Tokens of a bare text."""
        ...

    def snippet(self, path: str, text: str, /) -> int:
        """Tokens of a file's text with whatever the prompt format puts around it."""
        ...


@dataclass(frozen=True, slots=True)
class Invented:
    """A name that a completion uses and that isn't there, as the index knows.

    Attributes:
        start: offset in the completion's text at which the name begins.
        end: offset behind the name.
        owner: whose member or parameter it would be, for the user.
    """

    start: int
    end: int
    name: str
    owner: str
    kind: Literal["member", "keyword"]


class SyntaxCheck(Protocol):
    """What a completion does to the syntax of the document it is for; made for one cursor."""

    def sound(self, text: str, n_replaced: int, /) -> int:
        """How many characters of the completion may be shown.

        The length of its longest beginning with which the document has no syntax error
        that it hasn't without it: all of it, up to the end of a line of it, or 0.

        Args:
            text: goes in at the cursor.
            n_replaced: characters after the cursor that it takes the place of.
        """
        ...


class SymbolCheck(Protocol):
    """Whether what a completion names exists; made for one cursor."""

    def invented(self, text: str, n_replaced: int, /) -> tuple[Invented, ...]:
        """Members and keyword arguments that what is known of their owner rules out.

        In order; empty where all is there or nothing is known for sure.
        """
        ...


class SecretCheck(Protocol):
    """Whether a text holds a key or a password."""

    def finding(self, text: str, /) -> str | None:
        """What kind of secret it holds; None where none is found."""
        ...


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """A file of the corpus; `digest` changes whenever its text does."""

    path: str
    language: str
    digest: str


class Corpus(Protocol):
    """The repository's source texts, as the user sees them: unsaved buffers shadow files.

    Safe to call from any thread.
    """

    @property
    def revision(self) -> int:
        """A number that grows whenever an entry is added, changed or removed."""
        ...

    def entries(self) -> Sequence[CorpusEntry]:
        """Every file worth learning from, sorted by path."""
        ...

    def read(self, path: str, /) -> str | None:
        """The text of an entry; None when it has vanished or can't be read."""
        ...
