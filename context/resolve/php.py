r"""PHP's imports: namespaces, whatever file they lie in, and included paths.

A file says its namespace, so names are looked up in the files of a namespace rather
than by the rules of an autoloader. Where several files define one name, or none
seems to, `composer.json` says where the autoloader would look (PSR-4, PSR-0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.resolve.family import Family
from context.resolve.jsonc import mapping, object_of, strings
from context.resolve.paths import ancestors, folder_of, join, normal, shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from context.facts import FileFacts, Import

    Found = dict[str, set[str]]

_SEPARATOR = "\\"


class Layout(NamedTuple):
    """Namespace -> its files; file name -> paths; namespace prefix and folder, longest first.

    A prefix goes with whether the folder holds the namespace's last part only (PSR-4).
    """

    files: Mapping[str, list[str]]
    names: Mapping[str, list[str]]
    prefixes: tuple[tuple[str, str, bool], ...]

    def autoloaded(self, name: str) -> Iterator[str]:
        """Where the autoloader would look for a class, given in full."""
        for prefix, folder, is_short in self.prefixes:
            if name.startswith(prefix):
                inner = name[len(prefix) :] if is_short else name
                path = inner.replace(_SEPARATOR, "/")
                if not is_short:
                    space, slash, last = path.rpartition("/")
                    path = space + slash + last.replace("_", "/")
                yield join(folder, path + ".php")

    def included(self, importer: str, item: Import) -> str | None:
        """The file that an included path means: from a folder, from the root, by its tail alone."""
        known = self.names.get(item.module.rpartition("/")[2], ())
        above = ancestors(importer)
        if item.level <= len(above):
            for start in (above[item.level - 1], above[0], ""):
                path = normal(join(start, item.module))
                if path in known:
                    return path
        ends = [path for path in known if path.endswith("/" + item.module)]
        return ends[0] if len(ends) == 1 else None


class Tables:
    """A layout and the facts of its files, with what was found out about them so far."""

    __slots__ = ("_definers", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._definers: dict[str, dict[str, list[str]]] = {}

    def lookup(self, importer: str, name: str) -> str | None:
        """The file that defines a name given in full; None for one from elsewhere."""
        space, _, last = name.rpartition(_SEPARATOR)
        paths = self._space(space).get(last, [])
        if len(paths) == 1 or (not paths and not last[:1].isupper()):
            # Functions have no file of their own that a loader would look for.
            return paths[0] if paths else None
        loaded = [path for path in self.layout.autoloaded(name) if path in self.facts]
        if loaded:
            return loaded[0]
        return min(paths, key=lambda path: (-shared(importer, path), path), default=None)

    def _space(self, space: str) -> dict[str, list[str]]:
        table = self._definers.get(space)
        if table is None:
            table = self._definers[space] = {}
            for path in self.layout.files.get(space, ()):
                for name in self.facts[path].names:
                    table.setdefault(name, []).append(path)
        return table


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where the files of namespaces lie, and what Composer's manifests say."""
    files: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    for path in sorted(facts):
        if facts[path].language == "PHP":
            names.setdefault(path.rpartition("/")[2], []).append(path)
            for space in facts[path].package.split() or [""]:
                files.setdefault(space, []).append(path)
    prefixes = sorted(set(_prefixes(facts)), key=lambda row: (-len(row[0]), row)) if files else ()
    return Layout(files, names, tuple(prefixes))


def _prefixes(facts: Mapping[str, FileFacts]) -> Iterator[tuple[str, str, bool]]:
    for path, item in facts.items():
        if path.rpartition("/")[2] != "composer.json":
            continue
        manifest = object_of(item.manifest)
        for section in ("autoload", "autoload-dev"):
            for standard in ("psr-4", "psr-0"):
                table = mapping(mapping(manifest.get(section)).get(standard))
                for prefix, folders in table.items():
                    for folder in strings(folders):
                        place = normal(join(folder_of(path), folder))
                        if place is not None:
                            yield prefix, place, standard == "psr-4"


def targets(facts: FileFacts, tables: Tables) -> Found:
    """The files whose names a PHP file uses, and those that it includes, with those names."""
    found: Found = {}
    aliases: dict[str, str] = {}
    used: tuple[str, ...] = ()
    for item in facts.imports:
        if item.level:
            path = tables.layout.included(facts.path, item)
            if path is not None:
                found.setdefault(path, set()).update(facts.words & tables.facts[path].names)
        elif item.names:
            for taken in item.names:
                name = _SEPARATOR.join(filter(None, (item.module, taken.name)))
                aliases[taken.bound] = name
                _take(name, facts.path, tables, found)
        else:
            used = item.used
    space = facts.package.partition(" ")[0]
    own = facts.names
    for name in used:
        if name in own:
            continue
        for meant in _meant(name, space, aliases):
            if _take(meant, facts.path, tables, found):
                break
    return found


def _take(name: str, importer: str, tables: Tables, found: Found) -> bool:
    path = tables.lookup(importer, name)
    if path is not None:
        found.setdefault(path, set()).add(name.rpartition(_SEPARATOR)[2])
    return path is not None


def _meant(name: str, space: str, aliases: Mapping[str, str]) -> list[str]:
    """What a name may stand for in full; functions fall back on those of no namespace."""
    if name.startswith(_SEPARATOR):
        return [name[1:]]
    head, separator, rest = name.partition(_SEPARATOR)
    if head in aliases:
        return [aliases[head] + separator + rest]
    inner = rest if head == "namespace" and separator else name
    own = f"{space}{_SEPARATOR}{inner}" if space else inner
    return [own, inner] if inner[:1].islower() and not separator else [own]


FAMILY = Family(frozenset({"PHP"}), layout, Tables, targets, is_by_word=True)
