"""What `tsconfig.json` and its like say about where modules lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from context.resolve.jsonc import mapping, object_of, strings
from context.resolve.npm import matching, particular
from context.resolve.paths import folder_of, join, normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts

_MAX_EXTENDS = 5
# Of one configuration, in the order in which they are named.
_MAX_PARENTS = 20


class Project(NamedTuple):
    """A `tsconfig.json`: `base` is None where it names no `baseUrl`."""

    base: str | None
    patterns: tuple[tuple[str, tuple[str, ...]], ...]

    def places(self, module: str) -> list[str]:
        """Where `module` may lie, in the order in which to look."""
        found = matching(self.patterns, module)
        if self.base is not None:
            found.append(join(self.base, module))
        return [place for place in map(normal, found) if place is not None]


def projects(facts: Mapping[str, FileFacts]) -> dict[str, Project]:
    """Folder -> the project whose settings hold there."""
    found: dict[str, Project] = {}
    known: dict[tuple[str, int], Project] = {}
    for name in ("jsconfig.json", "tsconfig.json"):
        for path in sorted(facts):
            if path.rpartition("/")[2] == name:
                found[folder_of(path)] = _project(path, facts, _MAX_EXTENDS, known)
    return found


def _project(
    path: str, facts: Mapping[str, FileFacts], depth: int, known: dict[tuple[str, int], Project]
) -> Project:
    """A configuration with what it inherits over `depth` steps: each is worked out once."""
    if (path, depth) not in known:
        known[path, depth] = _worked_out(path, facts, depth, known)
    return known[path, depth]


def _worked_out(
    path: str, facts: Mapping[str, FileFacts], depth: int, known: dict[tuple[str, int], Project]
) -> Project:
    settings = object_of(facts[path].manifest)
    options = mapping(settings.get("compilerOptions"))
    inherited = Project(None, ())
    for parent in strings(settings.get("extends"))[:_MAX_PARENTS] if depth else ():
        target = _parent(path, parent, facts)
        if target is not None:
            above = _project(target, facts, depth - 1, known)
            # Of several parents the last that says something holds.
            base = inherited.base if above.base is None else above.base
            inherited = Project(base, above.patterns or inherited.patterns)
    said = options.get("baseUrl")
    base = normal(join(folder_of(path), said)) if isinstance(said, str) else inherited.base
    start = folder_of(path) if base is None else base
    patterns = _patterns(mapping(options.get("paths")), start)
    return Project(base, patterns or inherited.patterns)


def _parent(path: str, parent: str, facts: Mapping[str, FileFacts]) -> str | None:
    """The configuration that `extends` names; None for one that isn't in this repository."""
    if not parent.startswith("."):
        return None
    target = normal(join(folder_of(path), parent)) or ""
    guesses = (target, target + ".json", join(target, "tsconfig.json"))
    return next((guess for guess in guesses if guess in facts), None)


def _patterns(paths: dict[str, Any], start: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return particular(
        (pattern, tuple(join(start, place) for place in strings(places)))
        for pattern, places in paths.items()
    )
