"""What of a document's imports is shown: a line each, more of what is used near the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import CONTAINERS
from context.resolve.paths import folder_of
from context.selection import forms
from context.selection import offers as o
from context.selection.offers import Offer
from context.selection.scope import closeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from context.selection.scope import Use
    from context.selection.sight import Found, Sight
    from context.types import Snapshot

_MOST_KIN = 8
# What lines of imports are worth while a member of something else is being typed.
_WAITING, _BEHIND = 60.0, 45.0
_BY_FOLDER = frozenset({"Go", "Java", "Kotlin", "Scala", "C#", "Swift", "PHP"})
_INCLUDING = frozenset({"C", "C++", "Objective-C", "CUDA"})


def imported(
    sight: Sight, snapshot: Snapshot, near: Mapping[str, Use], answers: frozenset[str] | None
) -> Iterator[Offer]:
    """What the document imports: a line each, more of what is near, and the whole at last.

    A name that is imported and nowhere used is likely what is about to be typed, unless
    a member is: then names that aren't used near by wait, and most of all those of files
    that would have to stand behind the answer.
    """
    facts = sight.document.facts
    bound = {taken.name: taken.bound for item in facts.imports for taken in item.names}
    edges = sight.edges(sight.path)
    behind = _behind(sight, edges, answers) if answers else frozenset[str]()
    for path, names in edges.items():
        reason = listing(_how(sight, path, bound, names), names)
        weights = [_weight(near, bound.get(name, name)) for name in names]
        is_near = any(weights)
        idle = None if answers is None else _BEHIND if path in behind else _WAITING
        for name, weight in zip(names, weights, strict=True):
            for found in sight.lookup(path, name)[:2]:
                used = bound.get(name, name)
                yield from _defined(sight, snapshot, found, used, weight, reason, idle)
        top = max(weights, default=0.0)
        yield Offer(path, -1, o.ROSTER, (44.0 if is_near else 38.0) + top, reason)
        if names:
            yield Offer(path, -1, o.OUTLINE, (30.0 if is_near else 28.0) + top, reason)
            yield Offer(path, -1, o.FULL, (24.0 if is_near else 18.0) + top, reason)


def _behind(sight: Sight, paths: Iterable[str], answers: frozenset[str]) -> frozenset[str]:
    """Those of `paths` that must be read after one of the `answers`."""
    following = sight.index.following(sorted({*paths, *answers}))
    return frozenset(path for to in answers for path in following[to])


def _how(sight: Sight, path: str, bound: Mapping[str, str], names: Sequence[str]) -> str:
    """How a file that the document uses comes to be known in it."""
    if sight.document.facts.language in _INCLUDING:
        return "included here"
    if not names or any(name in bound for name in names):
        return "imported here"
    facts = sight.document.facts
    is_beside = folder_of(path) == folder_of(sight.path) and facts.language in _BY_FOLDER
    is_one = facts.package and facts.package == sight.index.facts[path].package
    return "used from the same package" if is_beside or is_one else "imported here"


def _weight(near: Mapping[str, Use], name: str) -> float:
    use = near.get(name)
    return use.weight if use else 0.0


def _defined(
    sight: Sight,
    snapshot: Snapshot,
    found: Found,
    bound: str,
    weight: float,
    reason: str,
    idle: float | None,
) -> Iterator[Offer]:
    path, at = found
    is_type = sight.kind(found) in CONTAINERS
    # A function may add a member to what stands before the dot, a type can't.
    rest = idle if idle is not None and is_type else _unused(snapshot, bound)
    score = 100 + weight if weight else rest
    yield Offer(path, at, forms.LINE, score, reason, is_close=True)
    if is_type:
        score = 74 + 4 * weight if weight else 50.0
        yield Offer(path, at, forms.NAMES, score, reason)
        if not weight and idle != _BEHIND:
            yield Offer(path, at, forms.FEW, _WAITING - 1, reason)
        if weight:
            yield from _constructor(sight, found, score - 1, reason)
            for step, base in enumerate(sight.kindred(found)[1:_MOST_KIN]):
                why = f"base of `{sight.name(found)}`"
                yield Offer(base.path, base.at, forms.NAMES, 58 + weight - step, why)
    else:
        yield Offer(path, at, forms.SIGNATURES, 72 + 4 * weight if weight else 48.0, reason)
    if weight:
        yield Offer(path, at, forms.DOCUMENTED, 40 + weight, reason)
        yield Offer(path, at, forms.BODY, (28 if is_type else 38) + weight, reason)


def _unused(snapshot: Snapshot, bound: str) -> float:
    """What a line of an import is worth that isn't used near the cursor."""
    text = snapshot.text
    first = text.find(bound)
    if first < 0 or text.find(bound, first + len(bound)) < 0:
        # It stands in its import alone; to count all the others would take a second look.
        return 96.0
    # What was used last or comes next is likelier than what is far away in the file.
    return 90.0 + 4 * closeness(text, snapshot.cursor, bound)


def _constructor(sight: Sight, found: Found, score: float, reason: str) -> Iterator[Offer]:
    for kin in sight.kindred(found)[:3]:
        inits = sight.inits(kin)
        for made in inits:
            yield Offer(made.path, made.at, forms.SIGNATURES, score, reason)
        if inits:
            return


def listing(what: str, names: Sequence[str]) -> str:
    """A reason that names three of the names it is about."""
    shown = ", ".join(f"`{name}`" for name in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 -- as above
    return f"{what}: {shown}{more}" if names else what
