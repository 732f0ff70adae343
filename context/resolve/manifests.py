"""What `tsconfig.json` and `package.json` say about where modules lie."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from context.resolve.paths import folder_of, join, normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts

_MAX_EXTENDS = 5
# A string, a comment or a trailing comma: the last two are what JSON hasn't got.
_JSONC = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


class Project(NamedTuple):
    """A `tsconfig.json`: `base` is None where it names no `baseUrl`."""

    base: str | None
    patterns: tuple[tuple[str, tuple[str, ...]], ...]

    def places(self, module: str) -> list[str]:
        """Where `module` may lie, in the order in which to look."""
        found: list[str] = []
        for pattern, places in self.patterns:
            head, star, tail = pattern.partition("*")
            fits = module.startswith(head) and module.endswith(tail) if star else module == pattern
            if fits:
                middle = module[len(head) : len(module) - len(tail)] if star else ""
                found += [place.replace("*", middle, 1) for place in places]
        if self.base is not None:
            found.append(join(self.base, module))
        return [place for place in map(normal, found) if place is not None]


class Workspace(NamedTuple):
    """A `package.json`: the folder it lies in and the files it says to start from."""

    folder: str
    entries: tuple[str, ...]


def projects(facts: Mapping[str, FileFacts]) -> dict[str, Project]:
    """Folder -> the project whose settings hold there."""
    found: dict[str, Project] = {}
    for name in ("jsconfig.json", "tsconfig.json"):
        for path in sorted(facts):
            if path.rpartition("/")[2] == name:
                found[folder_of(path)] = _project(path, facts, _MAX_EXTENDS)
    return found


def workspaces(facts: Mapping[str, FileFacts]) -> dict[str, Workspace]:
    """Package name -> where this repository keeps it."""
    found: dict[str, Workspace] = {}
    for path in sorted(facts):
        if path.rpartition("/")[2] == "package.json":
            package = _object(facts[path].manifest)
            name = package.get("name")
            if isinstance(name, str):
                entries = (package.get(key) for key in ("types", "module", "main"))
                starts = tuple(entry for entry in entries if isinstance(entry, str))
                found.setdefault(name, Workspace(folder_of(path), starts))
    return found


def _project(path: str, facts: Mapping[str, FileFacts], depth: int) -> Project:
    settings = _object(facts[path].manifest)
    options = _mapping(settings.get("compilerOptions"))
    parent = settings.get("extends")
    inherited = Project(None, ())
    if isinstance(parent, str) and parent.startswith(".") and depth:
        target = normal(join(folder_of(path), parent)) or ""
        target = target if target in facts else target + ".json"
        if target in facts:
            inherited = _project(target, facts, depth - 1)
    base = options.get("baseUrl")
    folder = normal(join(folder_of(path), base)) if isinstance(base, str) else None
    start = folder if folder is not None else folder_of(path)
    patterns = _patterns(_mapping(options.get("paths")), start)
    return Project(folder if folder is not None else inherited.base, patterns or inherited.patterns)


def _patterns(paths: dict[str, Any], start: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The patterns, the most particular first."""
    rows: list[tuple[str, tuple[str, ...]]] = []
    for pattern, places in paths.items():
        if isinstance(places, list):
            known = [place for place in cast("list[object]", places) if isinstance(place, str)]
            rows.append((pattern, tuple(join(start, place) for place in known)))
    return tuple(sorted(rows, key=lambda row: (-len(row[0].partition("*")[0]), row[0])))


def _object(text: str) -> dict[str, Any]:
    """A JSON object with comments and trailing commas; empty where the text is none."""
    try:
        return _mapping(json.loads(_JSONC.sub(lambda found: found.group(1) or "", text)))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
