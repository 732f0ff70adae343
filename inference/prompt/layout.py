"""A prompt's stretches in the order of its format: sentinels, files, header, windows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.models.formats import Control, Plain, fill
from inference.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import Snippet
    from inference.models.formats import FimFormat, Wording
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Role


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the prompt.

    Attributes:
        role: whose it is; None for what every prompt of the format holds.
        path: of the snippet it belongs to.
        text: as it travels in a text.
        key: of a control token, what the tokenizer finds it by; empty for a text.
        place: of the snippet among the snippets.
        apart: it travels in a field of its own.
    """

    role: Role | None
    path: str
    text: str
    key: str = ""
    place: int = 0
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the texts of every prompt for one document.

    Attributes:
        start: written once, where there are other files.
        header: before the current file; empty where it doesn't fit or would smuggle a
            control text in.
        repository: its name, for formats that tell it.
    """

    start: tuple[Piece, ...] = ()
    header: tuple[Piece, ...] = ()
    repository: str = ""


def frame(form: FimFormat, path: str, repository: str) -> Frame:
    """The wordings of the format, filled in for this document."""
    start = _worded(form.start, "", repository, None)
    header = _worded(form.header, path, repository, "prefix")
    return Frame(_harmless(start, form), _harmless(header, form), repository)


def file_pieces(
    form: FimFormat, path: str, text: str, repository: str = "", place: int = 0
) -> tuple[Piece, ...]:
    """Another file's text behind its wording; ends with a line."""
    body = normalise(text)
    worded = _worded(form.file, path, repository, "snippet")
    # One text, so that it is encoded at once and found again as one.
    before = worded.pop().text if worded and not worded[-1].key else ""
    end = "" if body.endswith("\n") else "\n"
    found = (*worded, Piece("snippet", path, before + body + end))
    return tuple(replace(piece, path=path, place=place) for piece in found)


def pieces(
    form: FimFormat,
    around: Frame,
    snippets: Sequence[Snippet],
    prefix: str,
    suffix: str,
    late: Sequence[Snippet] = (),
) -> list[Piece]:
    """The prompt's stretches, one after the other; `late` ones continue the suffix."""
    files, behind = [
        [
            piece
            for place, one in enumerate(those, first)
            for piece in file_pieces(form, one.path, one.text, around.repository, place)
        ]
        for those, first in ((snippets, 0), (late, len(snippets)))
    ]
    joint = (Piece(None, "", "\n"),) if late and not suffix.endswith("\n") else ()
    slots: dict[str, Sequence[Piece]] = {
        "start": around.start if snippets else (),
        "files": files,
        "header": around.header if snippets or form.header_alone else (),
        "prefix": (Piece("prefix", "", prefix),),
        "suffix": (Piece("suffix", "", suffix), *joint, *behind),
    }
    found = [piece for item in form.layout for piece in _placed(item, slots)]
    return [*found, Piece("suffix", "", suffix, apart=True)] if form.suffix_apart else found


def ends_with_prefix(form: FimFormat) -> bool:
    """Whether the model goes on right behind the prefix, which typing only makes longer."""
    return form.layout[-1] == "prefix"


def cost(found: Sequence[Piece], tokenizer: Tokenizer) -> int:
    """The tokens of these pieces, each encoded apart."""
    return sum(1 if piece.key else tokenizer.count(piece.text) for piece in found)


def fixed_cost(form: FimFormat, tokenizer: Tokenizer) -> int:
    """The tokens that every prompt of the format takes, and what its seams may.

    The header, the prefix, the suffix and what is typed each meet another text, and so
    does whatever plain text stands among them.
    """
    plains = [item.text for item in form.layout if isinstance(item, Plain)]
    seams = (4 + len(plains)) * tokenizer.seam_tokens
    return len(form.sentinels) + form.added_tokens + sum(map(tokenizer.count, plains)) + seams


def _placed(item: str | Control | Plain, slots: dict[str, Sequence[Piece]]) -> Sequence[Piece]:
    if isinstance(item, Control):
        return (Piece(None, "", item.text, item.key),)
    return (Piece(None, "", item.text),) if isinstance(item, Plain) else slots[item]


def _worded(words: Wording, path: str, repository: str, role: Role | None) -> list[Piece]:
    return [
        Piece(role, "", item.text, item.key) if isinstance(item, Control) else Piece(role, "", item)
        for item in fill(words, normalise(path), normalise(repository))
    ]


def _harmless(found: list[Piece], form: FimFormat) -> tuple[Piece, ...]:
    """The pieces, or none where a name in them holds a control text."""
    held = any(form.holds_sentinel(piece.text) for piece in found if not piece.key)
    return () if held else tuple(found)
