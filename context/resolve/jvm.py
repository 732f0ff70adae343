"""Java, Kotlin and Scala, which import each other's classes.

A package is what its files declare, wherever they lie. What is imported by name
leads to whoever defines that name, through nested classes, companions and static
members; what a star or the package itself brings in is told by the file's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.resolve import scala
from context.resolve.family import Family
from context.resolve.packages import Layout, Sight, Tables, Uses, gather, take, take_words
from context.resolve.paths import folder_of
from context.resolve.sides import nearest, visible
from context.shared import all_shared, defines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from context.facts import FileFacts, Import
    from context.resolve.packages import Found
    from context.shared import Shared

_BRACKETS = "({<["
LANGUAGES = frozenset({"Java", "Kotlin", "Scala"})


class _Asker(NamedTuple):
    """A file whose edges are looked for, and what has been found of them."""

    facts: FileFacts
    tables: Tables
    words: frozenset[str]
    imports: tuple[Import, ...]
    packages: tuple[str, ...]
    found: Found


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Which files make up which package."""
    return Layout(gather(facts, LANGUAGES, lambda item: _packages(item)[-1:]))


def tables(facts: Mapping[str, FileFacts], layout: Layout) -> Tables:
    """A layout with the facts of one moment."""
    return Tables(facts, layout, _SIGHT)


def _share(facts: FileFacts, _: str) -> Shared:
    shared = all_shared(facts)
    if facts.language != "Kotlin" or not (shared.functions or shared.methods):
        return shared
    # Java finds the functions of `Strings.kt` in a class `StringsKt`.
    stem = facts.path.rpartition("/")[2].partition(".")[0]
    return shared._replace(types=shared.types | {stem + "Kt"})


def _choose(_: Layout, importer: str, paths: Sequence[str], is_named: bool) -> Sequence[str]:  # noqa: FBT001 -- as `Sight` has it
    if is_named:
        return nearest(importer, visible(importer, paths) or paths)
    return nearest(importer, visible(importer, paths))


def _packages(facts: FileFacts) -> tuple[str, ...]:
    """The packages whose names a file sees; its own, which comes last, lives in the last.

    Files without a package share names within their folder.
    """
    if not facts.package:
        return ("/" + folder_of(facts.path),)
    return scala.chain(facts.package) if facts.language == "Scala" else (facts.package,)


def targets(facts: FileFacts, tables: Tables) -> Found:
    """The files that a file imports or shares a package with, each with the names it uses."""
    imports = facts.imports
    asker = _Asker(facts, tables, facts.words, imports, _packages(facts), {})
    within = frozenset(name for item in imports if not item.names for name in item.used)
    uses = _uses(asker, within).without(_hidden(asker))
    for item in imports:
        for taken in item.names:
            if taken.name == "*":
                _take_all(asker, item, uses)
            else:
                _take_named(asker, item, taken.name)
    for name in within:
        if "." in name[1:-1]:
            _take_in_full(asker, name)
    for package in asker.packages:
        take_words(asker.found, facts, uses, tables.package(package), tables)
    return asker.found


def _hidden(asker: _Asker) -> Iterable[str]:
    """Names that mean something else here than what the package calls so."""
    bound = {taken.bound for item in asker.imports for taken in item.names}
    return bound if _is_actual(asker) else bound | asker.facts.names


def _is_actual(asker: _Asker) -> bool:
    """Whether a Kotlin file defines what another declares for all platforms."""
    return asker.facts.language == "Kotlin" and "actual" in asker.words


def _uses(asker: _Asker, within: frozenset[str]) -> Uses:
    words, language = asker.words, asker.facts.language
    if language == "Java":
        return Uses(words, frozenset(), frozenset(), frozenset())
    calls = frozenset(name[:-1] for name in within if name[0] != "." and name[-1] in _BRACKETS)
    dotted = [name[1:] for name in within if name[0] == "."]
    methods = frozenset(name[:-1] for name in dotted if name[-1] in _BRACKETS) | calls
    fields = frozenset(dotted)
    if language == "Scala":
        # In lower case a word may be anything; what is used as it stands is called or read from.
        calls |= {name[:-1] for name in within if name[-1] == "."}
        calls = frozenset(name for name in calls if not defines(asker.facts, name))
        words = frozenset(word for word in words if not word[0].islower()) | calls
        methods |= fields
    if _is_actual(asker):
        calls |= asker.facts.names
    return Uses(words, calls, methods, fields)


def _readings(asker: _Asker, name: str) -> Iterable[str]:
    if asker.facts.language != "Scala":
        return (name,)
    return scala.readings(name, asker.packages, asker.imports)


def _take_named(asker: _Asker, item: Import, name: str) -> None:
    dotted = f"{item.module}.{name}" if item.module else name
    for reading in _readings(asker, dotted):
        paths, _ = asker.tables.find(reading, asker.words)
        if paths:
            take(asker.found, asker.facts.path, paths, name, asker.tables)
            return


def _take_all(asker: _Asker, item: Import, uses: Uses) -> None:
    """What `import a.b.*` brings in: the names of a package, or the members of a class."""
    tables = asker.tables
    for reading in _readings(asker, item.module):
        paths, name = tables.find(reading, asker.words)
        for path in paths:
            names = (uses.words | uses.methods | uses.fields) & tables.members(path) or {name}
            for each in names:
                take(asker.found, asker.facts.path, (path,), each, tables)
        package = tables.package(reading)
        take_words(asker.found, asker.facts, uses, package, tables)
        if paths or package.types or package.functions:
            return


def _take_in_full(asker: _Asker, dotted: str) -> None:
    """A name with its package in front, used without an import."""
    for reading in _readings(asker, dotted):
        paths, name = asker.tables.find(reading, asker.words)
        if paths:
            take(asker.found, asker.facts.path, paths, name, asker.tables)
            return


def _awaited(before: Layout, after: Layout, _: Mapping[str, FileFacts]) -> frozenset[str] | None:
    """No words: a class is asked for by name. Where there are extensions it is no longer so.

    Whether those fit hangs on what all the types there are have for members.
    """
    paths = (path for layout in (before, after) for each in layout.files.values() for path in each)
    return frozenset() if all(path.endswith(".java") for path in paths) else None


_SIGHT = Sight(_share, _choose)
FAMILY = Family(
    LANGUAGES, layout, tables, targets, is_by_word=True, reads_manifests=False, awaited=_awaited
)
