"""More of what is shown anyway: what room is left goes to what is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import CONTAINERS
from context.selection import forms
from context.selection import offers as o
from context.selection.offers import Offer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from context.selection.sight import Sight

_MOST_DEEPENED = 48


def deeper(offered: Sequence[Offer], sight: Sight) -> Iterator[Offer]:
    """What is offered by name, by its signatures, documented and whole, in the offers' order.

    After the names of what is far, which serve more places than signatures of what is
    near, and before anything else of it.
    """
    places: dict[tuple[str, int], str] = {}
    for offer in offered:
        if offer.at >= 0 and len(places) < _MOST_DEEPENED:
            places.setdefault((offer.path, offer.at), offer.reason)
    files: dict[str, str] = {}
    for rank, ((path, at), reason) in enumerate(places.items()):
        less = rank / 100
        files.setdefault(path, reason)
        source = sight.source(path)
        is_type = source is not None and source.definitions[at].kind in CONTAINERS
        yield Offer(path, at, forms.SIGNATURES, 30.0 - less, reason)
        yield Offer(path, at, forms.DOCUMENTED, 29.5 - less, reason)
        yield Offer(path, at, forms.BODY, (6.0 if is_type else 9.5) - less, reason)
    for rank, (path, reason) in enumerate(files.items()):
        yield Offer(path, -1, o.OUTLINE, 13.5 - rank / 100, reason)
        yield Offer(path, -1, o.FULL, 7.0 - rank / 100, reason)
