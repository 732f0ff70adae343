"""What is shown of one file: what the prompt has of it already, and what is added."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.facts import CONTAINERS
from context.selection import forms
from context.selection import offers as o

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from context.selection.memo import Memo
    from context.selection.offers import Offer
    from context.selection.outlined import Source
    from context.types import Form, Snippet

_HEAD_LINES = 40
# What a type is shown as where there is no room for what was offered.
_LESS = {forms.DOCUMENTED: forms.SIGNATURES, forms.NAMES: forms.FEW, forms.FEW: forms.LINE}


class Chosen(NamedTuple):
    """A snippet, what it costs, and what of its file it shows.

    Attributes:
        digest: of the text that it was made of.
        levels: definition -> how far it is shown.
    """

    snippet: Snippet
    tokens: int
    digest: str
    levels: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()


class File:
    """One file while it is decided what of it is added.

    Attributes:
        first: the offer for which it is shown; None before any was taken.
        before: definition -> how far the snippets show it that stay.
        told: the notes that they hold.
        texts: all that they say.
        levels: definition -> how far it is shown in what is added.
        whole: uses, first lines or all of it: a text that is no choice of definitions.
        chars: about how much is added.
    """

    __slots__ = (
        "before",
        "chars",
        "first",
        "is_full",
        "levels",
        "notes",
        "source",
        "texts",
        "told",
        "whole",
    )

    def __init__(self, source: Source, kept: Sequence[Chosen] = ()) -> None:
        self.source = source
        self.first: Offer | None = None
        self.before: dict[int, int] = {}
        for item in kept:
            for at, level in item.levels:
                self.before[at] = max(level, self.before.get(at, 0))
        self.told = frozenset(note for item in kept for note in item.notes)
        self.texts = tuple(item.snippet.text for item in kept)
        self.is_full = any(item.snippet.form == "full" for item in kept)
        self.levels: dict[int, int] = {}
        self.notes: list[str] = []
        self.whole: Offer | None = None
        self.chars = 0


def added(file: File, offer: Offer, memo: Memo) -> int:
    """How many characters more a file takes with an offer."""
    if file.is_full:
        return 0
    if offer.level == o.FULL and not _in_parts(file):
        return max(0, len(file.source.text) - file.chars)
    if offer.level == o.NOTE:
        is_told = offer.note in file.notes or offer.note in file.told
        return 0 if is_told else len(offer.note) + 4
    if offer.level in {o.USES, o.HEAD}:
        # They are no more than a beginning where nothing else of a file is shown.
        return 0 if file.chars or file.before else _unread(file, extract(file.source, offer, memo))
    if offer.at < 0:
        return max(0, _whole_size(file, offer) - file.chars)
    return _grown(file, offer.at, offer.level)


def take(file: File, offer: Offer, n_chars: int) -> None:
    """Show what is offered, which takes so many characters."""
    file.first = file.first or offer
    file.chars += n_chars
    if offer.level in {o.USES, o.HEAD} or (offer.level == o.FULL and not _in_parts(file)):
        if file.whole is None or offer.level == o.FULL:
            file.whole = offer
        file.is_full = file.is_full or offer.level == o.FULL
    elif offer.level == o.NOTE:
        file.notes.append(offer.note)
    else:
        shown = {offer.at: offer.level} if offer.at >= 0 else _new(file, offer)
        for at, level in shown.items():
            file.levels[at] = max(level, file.levels.get(at, 0))


def less(file: File, offer: Offer, most: float) -> Offer | None:
    """As much of a type as fits where there is no room for what was offered."""
    if offer.at < 0 or file.source.definitions[offer.at].kind not in CONTAINERS:
        return None
    level = offer.level
    while level in _LESS:
        level = _LESS[level]
        if _grown(file, offer.at, level) <= most:
            return offer._replace(level=level)
    return None


def text_of(file: File, memo: Memo) -> str:
    """What is added of the file, as text."""
    whole, notes = file.whole, file.notes
    if whole is not None and whole.level == o.FULL:
        return forms.whole(file.source)
    if whole is not None and not file.levels:
        return extract(file.source, whole, memo) + forms.render(file.source, {}, notes)
    facts = file.source.facts
    key = ("text", facts.path, facts.digest, frozenset(file.levels.items()), tuple(notes))
    text: str = memo.about(key, lambda: forms.render(file.source, file.levels, notes))
    return text


def form_of(file: File, text: str) -> Form:
    """How a text shows its file."""
    # A stripped copy of every text would take longer than all the rest of a snippet.
    is_all = len(text) >= len(file.source.stripped) and text.rstrip() == file.source.stripped
    if is_all:
        return "full"
    if file.whole is not None and (file.whole.level == o.FULL or not file.levels):
        return "full" if file.whole.level == o.FULL else "excerpt"
    return "excerpt" if forms.BODY in file.levels.values() else "skeleton"


def extract(source: Source, offer: Offer, memo: Memo) -> str:
    """The first lines of a file, or those around the uses of some names."""
    if offer.level == o.HEAD:
        return "".join(source.rows[:_HEAD_LINES])
    key = ("uses", source.facts.path, source.facts.digest, offer.names)
    text: str = memo.about(key, lambda: forms.uses(source, offer.names))
    return text


def _in_parts(file: File) -> bool:
    """Whether all of the file means all of its definitions, as some of them stand already."""
    return bool(file.texts and file.source.outermost)


def _unread(file: File, text: str) -> int:
    """The length of a text; 0 where the snippets that stay hold it."""
    return 0 if any(text in each for each in file.texts) else len(text)


def _whole_size(file: File, offer: Offer) -> int:
    if file.texts:
        return sum(_size(file.source, at, level) for at, level in _new(file, offer).items())
    sizes, key = file.source.sizes, (-1, offer.level)
    if key not in sizes:
        sizes[key] = len(forms.render(file.source, _whole(file.source, offer)))
    return sizes[key]


def _whole(source: Source, offer: Offer) -> dict[int, int]:
    """The definitions that an offer of a whole file shows."""
    if offer.level == o.OUTLINE:
        return dict.fromkeys(source.outermost, forms.DOCUMENTED)
    if offer.level == o.FULL:
        return dict.fromkeys(source.outermost, forms.BODY)
    return dict.fromkeys(source.roster, forms.FEW) if offer.level == o.ROSTER else {}


def _new(file: File, offer: Offer) -> dict[int, int]:
    """Those of them that the snippets that stay don't show as far."""
    found = _whole(file.source, offer)
    return {at: level for at, level in found.items() if not _stands(file, at, level)}


def _stands(file: File, at: int, level: int) -> bool:
    """Whether the snippets that stay show a definition as far, or there is no more to show."""
    before = _shown(file.source, file.before, at) if file.before else 0
    if level <= before or not before:
        return bool(before)
    return _size(file.source, at, level) == _size(file.source, at, before)


def _grown(file: File, at: int, level: int) -> int:
    """How many characters more a definition takes at a level than as it is shown.

    What a snippet that stays shows less of is shown anew as far as it is offered.
    """
    source = file.source
    shown = _shown(source, file.levels, at)
    if level <= shown or _stands(file, at, level):
        return 0
    parent = source.definitions[at].parent
    size = _size(source, at, level) - (_size(source, at, shown) if shown else 0)
    if parent >= 0 and not shown:
        is_open = parent in file.levels or any(
            source.definitions[each].parent == parent for each in file.levels
        )
        size -= _size(source, parent, forms.LINE) if is_open else 0
    return max(0, size)


def _shown(source: Source, levels: Mapping[int, int], at: int) -> int:
    """The level at which a definition is shown, on its own or with what it stands in."""
    level = levels.get(at, 0)
    parent = source.definitions[at].parent
    while parent >= 0:
        outer = levels.get(parent, 0)
        if outer >= forms.SIGNATURES and (
            outer == forms.BODY or source.definitions[parent].kind in CONTAINERS
        ):
            level = max(level, outer)
        parent = source.definitions[parent].parent
    return level


def _size(source: Source, at: int, level: int) -> int:
    sizes, key = source.sizes, (at, level)
    if key not in sizes:
        sizes[key] = len(forms.piece(source, at, level))
    return sizes[key]
