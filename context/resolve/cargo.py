"""What `Cargo.toml` files say: packages, their crates' first files, whom they depend on."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from context.resolve.paths import folder_of, join, normal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from context.facts import FileFacts

# The reader of TOML takes time that grows with the square of a dotted key's parts.
_LONGEST_LINE = 20_000
_TARGETS = ("bin", "test", "example", "bench")
_DEPENDENCIES = ("dependencies", "dev-dependencies", "build-dependencies")


class Package(NamedTuple):
    """A package of the repository.

    Attributes:
        crate: what others call its library, without hyphens.
        library: where the library starts; there may be no such file.
        starts: files that the manifest itself names as a crate's first.
        dependencies: what a dependency is called here -> the package's name.
        is_2015: whether `use` paths start at the crate's root.
    """

    folder: str
    crate: str
    library: str
    starts: frozenset[str]
    dependencies: Mapping[str, str]
    is_2015: bool


def packages(facts: Mapping[str, FileFacts]) -> dict[str, Package]:
    """Folder -> the package whose manifest lies there, in the order of their paths."""
    found: dict[str, Package] = {}
    for path in sorted(facts):
        if path.rpartition("/")[2] == "Cargo.toml":
            made = _package(folder_of(path), facts[path].manifest)
            if made is not None:
                found[made.folder] = made
    return found


@lru_cache(maxsize=4096)
def _package(folder: str, manifest: str) -> Package | None:
    if max(map(len, manifest.split("\n"))) > _LONGEST_LINE:
        return None
    try:
        settings: dict[str, Any] = tomllib.loads(manifest)
    # A number of thousands of digits is a plain ValueError.
    except (ValueError, RecursionError):
        return None
    package = _table(settings.get("package"))
    name = package.get("name")
    if not isinstance(name, str):
        return None
    library = _table(settings.get("lib"))
    called = library.get("name")
    return Package(
        folder,
        _crate(called if isinstance(called, str) else name),
        _file(folder, library) or join(folder, "src/lib.rs"),
        frozenset(_starts(folder, settings)),
        dict(_dependencies(settings)),
        package.get("edition", "2015") == "2015",
    )


def _crate(name: str) -> str:
    return name.replace("-", "_")


def _starts(folder: str, settings: dict[str, Any]) -> Iterator[str]:
    for kind in _TARGETS:
        for target in _list(settings.get(kind)):
            path = _file(folder, _table(target))
            if path is not None:
                yield path


def _file(folder: str, target: dict[str, Any]) -> str | None:
    path = target.get("path")
    return normal(join(folder, path)) if isinstance(path, str) else None


def _dependencies(settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each dependency's name here and its package's, both as they read in code."""
    platforms = _table(settings.get("target")).values()
    for section in (settings, *map(_table, platforms)):
        for kind in _DEPENDENCIES:
            for name, wanted in _table(section.get(kind)).items():
                package = _table(wanted).get("package")
                yield _crate(name), _crate(package if isinstance(package, str) else name)


def _table(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
