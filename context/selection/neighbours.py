"""What leads away from a document: what its imports import, who imports it, who lies near it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.resolve.paths import folder_of
from context.selection import offers as o
from context.selection.offers import Offer
from context.selection.sight import is_aside, kin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.facts import Definition
    from context.selection.sight import Sight

_MOST_IMPORTERS = 3
_MOST_NEIGHBOURS = 8
_MOST_DEEPER = 60
_MOST_RECENT = 6
_TEST = re.compile(r"(?:^|/)test_|_tests?\.|[._](?:test|spec)\.|Tests?\.")


def far(sight: Sight, around: tuple[Definition, ...], recent: tuple[str, ...]) -> Iterator[Offer]:
    """Everything that no name near the cursor leads to."""
    yield from _recent(sight, recent)
    yield from _importers(sight, around)
    yield from _deeper(sight)
    yield from _beside(sight)


def _recent(sight: Sight, recent: tuple[str, ...]) -> Iterator[Offer]:
    """Files that were edited or are open, the last one first."""
    files = [path for path in recent if path != sight.path and path in sight.index.facts]
    for step, path in enumerate(files[:_MOST_RECENT]):
        reason = "edited or opened lately"
        yield Offer(path, -1, o.ROSTER, 45.0 - step / 2, reason)
        yield Offer(path, -1, o.OUTLINE, 26.0 - step / 2, reason)


def _importers(sight: Sight, around: tuple[Definition, ...]) -> Iterator[Offer]:
    """Files that use what the cursor stands in."""
    own = {item.name for item in around}
    count = 0
    for importer in sight.index.importers.get(sight.path, ()):
        names = own.intersection(sight.index.imports[importer].get(sight.path, ()))
        if names and count < _MOST_IMPORTERS:
            count += 1
            shown = ", ".join(f"`{name}`" for name in sorted(names)[:3])
            reason = f"uses from this file: {shown}"
            score = 37.0 - count
            yield Offer(importer, -1, o.USES, score, reason, names=frozenset(names))


def _deeper(sight: Sight) -> Iterator[Offer]:
    """What the direct imports import in turn."""
    count = 0
    seen = {sight.path}
    for path in sight.edges(sight.path):
        for to, names in sight.edges(path).items():
            if names and to not in seen and count < _MOST_DEEPER:
                seen.add(to)
                count += 1
                reason = f"imported by {path}"
                yield Offer(to, -1, o.ROSTER, 31.0 - count / 60, reason)
                yield Offer(to, -1, o.OUTLINE, 15.0 - count / 60, reason)
                yield Offer(to, -1, o.FULL, 8.0 - count / 60, reason)


def _beside(sight: Sight) -> Iterator[Offer]:
    """Files of the same language in the same folder.

    Those with definitions are shown by name where there is room; others, of which
    nothing is known, by their first lines where nothing else is known either.
    """
    here, name = folder_of(sight.path), sight.path.rpartition("/")[2]
    ending, language = name.rpartition(".")[2], sight.document.facts.language
    beside = [
        path
        for path in sight.index.folders.get(here, ())
        if kin(sight.index.facts[path].language, language)
        and (path.rpartition(".")[2] == ending or _is_written_in(language, path, sight))
        and path != sight.path
        and (is_aside(sight.path) or not _is_test(path))
    ]
    # The next files by name are likelier kin than the first of a folder of hundreds.
    beside.sort(key=lambda path: (path.rpartition("/")[2] < name, path))
    for step, path in enumerate(beside[:_MOST_NEIGHBOURS]):
        reason = "in the same folder"
        if sight.index.facts[path].names:
            yield Offer(path, -1, o.ROSTER, 32.0 - step / 10, reason)
            yield Offer(path, -1, o.OUTLINE, 12.0 - step / 10, reason)
        elif not sight.edges(sight.path):
            yield Offer(path, -1, o.HEAD, 10.0 - step / 10, reason)


def _is_test(path: str) -> bool:
    """Whether a file's name says that it tests another one: nobody takes names from it."""
    return _TEST.search(path) is not None


def _is_written_in(language: str, path: str, sight: Sight) -> bool:
    """Whether a file is of this language, whatever its ending; any text is of none."""
    return sight.index.facts[path].language == language != "Text"
