"""Swift's modules: folders, by `Package.swift` or by custom; all of a module sees all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.resolve.family import Family
from context.resolve.packages import Layout, Sight, Tables, Uses, passed_on, take_words
from context.resolve.paths import ancestors, folder_of, join, normal
from context.shared import all_shared, own_members

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from context.facts import FileFacts
    from context.resolve.packages import Found
    from context.shared import Shared

LANGUAGES = frozenset({"Swift"})
_MANIFEST = "Package.swift"
_NO_SOURCE = re.compile(r"(?:.*/)?Package(?:@swift-[\d.]+)?\.swift")
# Every type may have them, whoever adds one to which.
_UNNAMED = frozenset({"init", "subscript"})
_TARGET = re.compile(r"\.(test|executable|)[tT]arget\s*\(|\.macro\s*\(|\.plugin\s*\(")
_NAME = re.compile(r'\bname:\s*"([^"]+)"')
_PATH = re.compile(r'\bpath:\s*"([^"]*)"')
_CUSTOM = re.compile(r"(?:.*/)?(?:Sources|Tests)/([^/]+)/")


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Which files make up which module."""
    targets = dict(_targets(facts))
    files: dict[str, list[str]] = {}
    for path in sorted(facts):
        if facts[path].language == "Swift" and not _NO_SOURCE.fullmatch(path):
            files.setdefault(_module(path, targets), []).append(path)
    return Layout(files)


def tables(facts: Mapping[str, FileFacts], layout: Layout) -> Tables:
    """A layout with the facts of one moment."""
    return Tables(facts, layout, _SIGHT)


def _share(facts: FileFacts, _: str) -> Shared:
    return all_shared(facts)


def _choose(_: Layout, __: str, paths: Sequence[str], ___: bool) -> Sequence[str]:  # noqa: FBT001 -- as `Sight` has it
    """All of them: what a module defines more than once is for one platform or another."""
    return paths


def _targets(facts: Mapping[str, FileFacts]) -> Iterator[tuple[str, str]]:
    """Folder of a target -> the name of its module."""
    for path in sorted(facts):
        if path.rpartition("/")[2] == _MANIFEST:
            manifest = facts[path].manifest
            starts = [found.start() for found in _TARGET.finditer(manifest)]
            for start, end in zip(starts, [*starts[1:], len(manifest)], strict=False):
                target = _target(manifest[start:end])
                if target is not None:
                    yield normal(join(folder_of(path), target[0])) or "", target[1]


def _target(said: str) -> tuple[str, str] | None:
    """Folder and module of one target as a manifest describes it."""
    name, path = _NAME.search(said), _PATH.search(said)
    if name is None:
        return None
    home = "Tests" if said.startswith(".test") else "Sources"
    return path.group(1) if path else f"{home}/{name.group(1)}", name.group(1).replace("-", "_")


def _module(path: str, targets: Mapping[str, str]) -> str:
    """The module a file belongs to: its target's, else by the folders it lies in."""
    for folder in ancestors(path):
        if folder in targets:
            return targets[folder]
    custom = _CUSTOM.match(path)
    return custom.group(1) if custom else path.rpartition("/")[0].partition("/")[0]


def targets(facts: FileFacts, tables: Tables) -> Found:
    """The files of its own module and of those it imports that a file uses, with the names."""
    found: Found = {}
    modules = dict.fromkeys([_own(facts, tables)])
    used: list[str] = []
    for item in facts.imports:
        if item.names:
            modules.update(dict.fromkeys(_with_passed_on(item.module, tables)))
        else:
            used += [name[1:] for name in item.used]
    methods = frozenset(name.rstrip("({<") for name in used) - _UNNAMED
    fields = frozenset(name for name in used if name.isidentifier())
    words = facts.words - facts.names
    for module in modules:
        shared = _shared_by_types(module, tables)
        uses = Uses(words, words, methods - shared, fields - shared)
        take_words(found, facts, uses, tables.package(module), tables)
    return found


def _shared_by_types(module: str, tables: Tables) -> frozenset[str]:
    """Names of additions that other types of the module have for members of their own.

    `request.validate()` says nothing of whose `validate` is meant.
    """
    known: dict[str, frozenset[str]] = tables.notes.setdefault("shared", {})
    if module not in known:
        package = tables.package(module)
        added = package.methods.keys() | package.fields.keys()
        paths = tables.layout.files.get(module, ())
        own = (own_members(tables.facts[path].coded_outline) for path in paths)
        known[module] = frozenset(name for names in own for name in names & added)
    return known[module]


def _own(facts: FileFacts, tables: Tables) -> str:
    """The module that a file is in; for one that isn't in the layout, its neighbours'."""
    homes = tables.notes.get("homes")
    if homes is None:
        homes = tables.notes["homes"] = {
            place: module
            for module, paths in tables.layout.files.items()
            for path in paths
            for place in (path, folder_of(path))
        }
    return homes.get(facts.path) or homes.get(folder_of(facts.path)) or ""


def _with_passed_on(module: str, tables: Tables) -> list[str]:
    """A module, and those whose names come with it (`@_exported import`)."""
    found = [module]
    for each in found:
        paths = tables.layout.files.get(each, ())
        new = (item.module for item in passed_on(paths, tables.facts))
        found += [name for name in dict.fromkeys(new) if name not in found]
    return found


_SIGHT = Sight(_share, _choose)
FAMILY = Family(LANGUAGES, layout, tables, targets, is_by_word=True)
