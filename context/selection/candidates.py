"""What of the repository bears on a place in a document, how much, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.facts import CONTAINERS
from context.selection import forms
from context.selection import offers as o
from context.selection.chains import before_dot, called, open_call, receivers
from context.selection.depth import deeper
from context.selection.hunch import definers_of, guessed
from context.selection.imported import imported
from context.selection.infer import SELVES, Where, enclosing_class, value_of, values
from context.selection.neighbours import far
from context.selection.offers import Offer
from context.selection.sight import Found, is_aside
from context.selection.uses import members_of, used_elsewhere
from context.text import line_of, line_starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from context.facts import Definition
    from context.selection.chains import Chain
    from context.selection.scope import Use
    from context.selection.sight import Sight
    from context.types import Snapshot

_NEAR_ROWS = 14
_MOST_RECEIVERS = 8
_MOST_CALLED = 8
_MOST_KIN = 8
_NAMES_A_NOTE = 40
_MOST_DEFINERS = 3
_SHORTEST_NAME = 4
_MOST_VALUES = 3
# How much of the room the signatures of the cursor's own receiver may take before all else.
_OWN_SHARE = 0.33
# So many members must speak for a guess of what isn't at the cursor.
_LEAST_AGREEING = 2
_FOREIGN = frozenset({"std", "core", "alloc", "System", "java", "javax"})


class Place(NamedTuple):
    """What is asked about: a document, and what surrounds the cursor.

    Attributes:
        around: the definitions around the cursor, outermost first.
        near: words near it and how they are used.
        recent: other files that were edited or are open, the last first.
    """

    snapshot: Snapshot
    around: tuple[Definition, ...]
    near: Mapping[str, Use]
    recent: tuple[str, ...] = ()


def candidates(sight: Sight, place: Place) -> list[Offer]:
    """Every piece worth a thought, the most relevant first, ties by path and place.

    Nothing of the document itself is among them.
    """
    found = [
        offer
        for offer in _all(sight, place)
        if offer.path != sight.path and offer.path in sight.index.facts
    ]
    found.sort(key=_by_worth)
    found += deeper(found, sight)
    found.sort(key=_by_worth)
    return found


def _by_worth(offer: Offer) -> tuple[float, str, int, int, str]:
    return -offer.score, offer.path, offer.at, -offer.level, offer.note


def _all(sight: Sight, place: Place) -> Iterator[Offer]:
    where = _where(sight, place)
    cursor = place.snapshot.cursor
    text = place.snapshot.text
    own = before_dot(text, cursor)
    yield from imported(sight, place.snapshot, place.near, _answers(sight, where, own))
    yield from _receivers(sight, place, where, own)
    yield from _call(sight, where, open_call(text, cursor))
    yield from _called(sight, place, where)
    yield from _self(sight, where)
    yield from _named(sight, place)
    yield from far(sight, place.around, place.recent)


def _where(sight: Sight, place: Place) -> Where:
    source = sight.document
    starts = {(item.start, item.name) for item in place.around}
    around = tuple(
        at for at, item in enumerate(source.definitions) if (item.start, item.name) in starts
    )
    row = source.text.count("\n", 0, place.snapshot.cursor)
    return Where(sight.path, around, row)


def _answers(sight: Sight, where: Where, own: Chain) -> frozenset[str] | None:
    """The files of what a member is being typed of; None where no member is being typed."""
    if not own:
        return None
    return frozenset(value.path for value in values(sight, where, own)[:_MOST_VALUES])


def _receivers(sight: Sight, place: Place, where: Where, own: Chain) -> Iterator[Offer]:
    """Members of what is read from near the cursor, and at it."""
    if own:
        yield from _members(sight, where, own, 104.0, is_own=True)
    for chain, weight in _near_receivers(place).items():
        if chain != own:
            yield from _members(sight, where, chain, 76 + 10 * weight)


def _rows(place: Place) -> Iterator[tuple[str, float]]:
    """Lines near the cursor within its definition, each with its weight, the nearest first."""
    text = place.snapshot.text
    starts = line_starts(text)
    here = line_of(starts, place.snapshot.cursor)
    first = max(place.around[-1].line if place.around else 0, here - _NEAR_ROWS)
    last = min(place.around[-1].last if place.around else len(starts), here + _NEAR_ROWS)
    rows = [row for row in range(first, last + 1) if row < len(starts)]
    for row in sorted(rows, key=lambda row: (abs(row - here), row)):
        end = starts[row + 1] if row + 1 < len(starts) else len(text)
        yield text[starts[row] : min(end, starts[row] + 1_000)], 1 / (1 + abs(row - here) / 4)


def _near_receivers(place: Place) -> dict[Chain, float]:
    found: dict[Chain, float] = {}
    for line, weight in _rows(place):
        for chain, _ in receivers(line):
            if len(found) < _MOST_RECEIVERS:
                found.setdefault(chain, weight)
    return found


def _members(
    sight: Sight, where: Where, chain: Chain, score: float, *, is_own: bool = False
) -> Iterator[Offer]:
    """The members of what a chain stands for; guessed by its last name where nothing says so."""
    name = ".".join(chain)
    found = values(sight, where, chain)
    why = f"what `{name}` is"
    if not found and chain[-1] not in SELVES and not _is_foreign(sight, chain[0]):
        read = _read_from(sight, chain[-1])
        found = guessed(sight, chain[-1], read, 0 if is_own else _LEAST_AGREEING)
        score -= 12 if is_own else 4
        why = f"`{name}` may be a"
    for nth, value in enumerate(found[:_MOST_VALUES]):
        if sight.kind(value) == "file":
            yield from _listed(sight, value, name, score - nth)
            continue
        for step, kin in enumerate(sight.kindred(value)[:_MOST_KIN]):
            here = score - nth - step * 0.5
            reason = f"{why}: `{sight.name(kin)}`" if not step else f"base of `{sight.name(value)}`"
            yield Offer(kin.path, kin.at, forms.NAMES, here, reason, is_close=is_own)
            if is_own and step < 2:  # noqa: PLR2004 -- the nearest base says most
                first = score - 1 - nth - step
                yield Offer(kin.path, kin.at, forms.SIGNATURES, first, reason, share=_OWN_SHARE)
                yield Offer(kin.path, kin.at, forms.SIGNATURES, 62 - nth - step, reason)
                yield Offer(kin.path, kin.at, forms.DOCUMENTED, 40.5 - nth - step, reason)
            yield Offer(kin.path, -1, o.FULL, 17.0 - nth - step / 10, reason)
    if is_own:
        yield from used_elsewhere(sight, chain[-1], 66.0 if found else 88.0)


def _is_foreign(sight: Sight, name: str) -> bool:
    """Whether a name is imported from outside of the repository."""
    imports = sight.document.facts.imports
    return name in _FOREIGN or any(
        name in (item.alias, *(taken.bound for taken in item.names)) for item in imports
    )


def _read_from(sight: Sight, name: str) -> frozenset[str]:
    """The members that the document reads from something of this name."""
    return frozenset(members_of(sight.document.text, name))


def _listed(sight: Sight, module: Found, name: str, score: float) -> Iterator[Offer]:
    """The names that a module has, in notes of some dozens."""
    names = forms.listed(sight.names_of(module.path))
    reason = f"what `{name}` is"
    for step in range(0, min(len(names), 8 * _NAMES_A_NOTE), _NAMES_A_NOTE):
        note = f"names: {', '.join(names[step : step + _NAMES_A_NOTE])}"
        nth = step // _NAMES_A_NOTE
        yield Offer(module.path, -1, o.NOTE, score - (nth > 1) * 4 - nth, reason, note)


def _call(sight: Sight, where: Where, chain: Chain) -> Iterator[Offer]:
    """The signature of what the cursor is in a call of; of its bases too where it passes on."""
    if not chain:
        return
    reason = f"`{chain[-1]}` is being called"
    found = list(definitions(sight, where, chain))
    score = 105.0
    if not found and len(chain[-1]) >= _SHORTEST_NAME:
        found = definers_of(sight, chain[-1], _MOST_DEFINERS)
        score = 89.0
    for item in found[:_MOST_DEFINERS]:
        if sight.kind(item) in CONTAINERS:
            yield from _made(sight, item, score, reason)
        else:
            yield Offer(item.path, item.at, forms.SIGNATURES, score, reason)
            if sight.kind(item) == "method" and sight.passes_on(item):
                yield from _passed_on(sight, item, score - 1)


def _made(sight: Sight, item: Found, score: float, reason: str) -> Iterator[Offer]:
    """What a type is made from: constructors, its bases' too, and its fields."""
    for step, kin in enumerate(sight.kindred(item)[:_MOST_KIN]):
        inits = sight.inits(kin)
        for init in inits:
            yield Offer(init.path, init.at, forms.SIGNATURES, score - step, reason)
        if inits and not any(map(sight.passes_on, inits)):
            return
        if not inits:
            yield Offer(kin.path, kin.at, forms.NAMES, score - 8 - step, reason)


def _passed_on(sight: Sight, item: Found, score: float) -> Iterator[Offer]:
    source = sight.source(item.path)
    parent = source.definitions[item.at].parent if source else -1
    if parent < 0:
        return
    name = sight.name(item)
    for step, kin in enumerate(sight.kindred(Found(item.path, parent))[1:5]):
        for made in sight.inside(kin, name)[:1]:
            reason = f"what `{name}` passes its arguments on to"
            yield Offer(made.path, made.at, forms.SIGNATURES, score - step, reason)


def definitions(sight: Sight, where: Where, chain: Chain) -> tuple[Found, ...]:
    """The definitions that a chain names: functions themselves, not what they return."""
    *owner, name = chain
    if owner:
        outer = values(sight, where, tuple(owner))
        return tuple(dict.fromkeys(each for value in outer for each in sight.inside(value, name)))
    own = enclosing_class(sight, where) if name in SELVES else None
    if own is not None:
        return (sight.bases(own) if name == "super" else ()) or (own,)
    return sight.lookup(where.path, name)


def _called(sight: Sight, place: Place, where: Where) -> Iterator[Offer]:
    """Signatures of what is called near the cursor, and the types of what it returns."""
    seen: set[Chain] = set()
    for line, weight in _rows(place):
        for chain in called(line):
            if chain in seen or len(seen) >= _MOST_CALLED:
                continue
            seen.add(chain)
            reason = f"`{chain[-1]}` is called near the cursor"
            for item in definitions(sight, where, chain)[:2]:
                if sight.kind(item) in CONTAINERS:
                    for init in sight.inits(item)[:1]:
                        yield Offer(init.path, init.at, forms.SIGNATURES, 70 + weight, reason)
                    continue
                yield Offer(item.path, item.at, forms.SIGNATURES, 70 + 6 * weight, reason)
                for value in value_of(sight, item)[:2]:
                    if sight.kind(value) != "file":
                        why = f"what `{chain[-1]}` returns"
                        yield Offer(value.path, value.at, forms.NAMES, 60 + weight, why)


def _self(sight: Sight, where: Where) -> Iterator[Offer]:
    """The bases of the class around the cursor, with their members."""
    own = enclosing_class(sight, where)
    for step, kin in enumerate(sight.kindred(own)[1:] if own else ()):
        reason = f"base of `{sight.name(own)}`" if own else ""
        yield Offer(kin.path, kin.at, forms.NAMES, 82.0 - step * 0.5, reason, is_close=not step)
        yield Offer(kin.path, kin.at, forms.SIGNATURES, 56.0 - step, reason)
        yield Offer(kin.path, kin.at, forms.DOCUMENTED, 34.0 - step, reason)


def _named(sight: Sight, place: Place) -> Iterator[Offer]:
    """Definitions of names near the cursor which nothing imports.

    A bare name is somebody's top-level definition, which is about to be imported, or a
    fixture that a test takes as a parameter. What follows a dot is a method, if few
    have that name.
    """
    facts = sight.document.facts
    own = {item.name for item in facts.definitions}
    taken = {name.bound for item in facts.imports for name in item.names}
    for name, use in place.near.items():
        if len(name) < _SHORTEST_NAME or name in own or name in taken:
            continue
        for found in _definers(sight, name, use):
            reason = f"defines `{name}`, used near the cursor"
            score = (66 if use.is_bare else 46) + 10 * use.weight
            yield Offer(found.path, found.at, forms.SIGNATURES, score, reason, is_close=use.is_bare)
            yield Offer(found.path, found.at, forms.DOCUMENTED, 39 + use.weight, reason)
            if sight.kind(found) not in CONTAINERS:
                yield Offer(found.path, found.at, forms.BODY, 33 + use.weight, reason)
            yield Offer(found.path, -1, o.FULL, 14 + use.weight, reason)


def _definers(sight: Sight, name: str, use: Use) -> list[Found]:
    if use.is_bare and not use.is_called and not name[0].isupper():
        return _fixtures(sight, name)
    found = definers_of(sight, name, _MOST_DEFINERS)
    if use.is_bare:
        return [item for item in found if name in sight.index.facts[item.path].names]
    return found if use.is_called else []


def _fixtures(sight: Sight, name: str) -> list[Found]:
    """A test's parameter is what the nearest `conftest.py` above defines under its name."""
    if not is_aside(sight.path):
        return []
    paths = [path for path in sight.index.definers(name) if path.endswith("conftest.py")]
    above = [path for path in paths if sight.path.startswith(path.removesuffix("conftest.py"))]
    nearest = max(above, key=len, default=None)
    return list(sight.own(nearest, name)) if nearest else []
