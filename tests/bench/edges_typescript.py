"""How well import edges of a JavaScript or TypeScript folder agree with dependency-cruiser's.

    python tests/bench/edges_typescript.py FOLDER --cruiser PATH/TO/depcruise [--show 20]

Needs Node and dependency-cruiser with TypeScript beside it (`npm install
dependency-cruiser typescript`). It reads one `tsconfig.json` a run, so each project of the
folder is cruised with its own; one that extends a package which isn't installed is read
without. An edge counts as right where dependency-cruiser has it. We follow names to who
defines them, it doesn't: such an edge counts as right where its edges lead there from an
imported file over files that pass names on. What it can't resolve because the folder's own
packages aren't linked into `node_modules` is counted apart.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from context.repository import Repository
from context.resolve.javascript import Tables, layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from context.index import Index

Edge = tuple[str, str]
# Vue's and Svelte's files are read by us alone.
LANGUAGES = frozenset({"JSX", "JavaScript", "TypeScript"})
_EXPORT = re.compile(r"\bexport\s*(?:type\s*)?(?:\{[^}]*\}|\*(?:\s*as\s+\w+)?)")


class Cruised(NamedTuple):
    """The tool's edges among some files, and the modules it finds nowhere, by importer."""

    edges: set[Edge]
    unresolved: set[Edge]


def main() -> None:
    """Print both tools' numbers of edges, precision and recall."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cruiser", required=True)
    parser.add_argument("--show", type=int, default=0, help="edges to print that one side lacks")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        repository = Repository(asked.folder, cache_dir=Path(cache))
        repository.refresh()
    index = repository.index
    files = {path for path, facts in index.facts.items() if facts.language in LANGUAGES}
    tool = cruised(asked.folder.resolve(), asked.cruiser, files)
    report(index, files, tool, asked.folder, asked.show)


def report(index: Index, files: set[str], tool: Cruised, root: Path, most: int) -> None:
    """Compare, and print what comes of it."""
    tables = Tables(index.facts, layout(index.facts))
    ours = {(path, to) for path in files for to in index.imports[path] if to in files}
    named, unseen = set[Edge](), set[Edge]()
    for path in files:
        for item in index.facts[path].imports:
            to = tables.resolve(path, item.module)
            if to in files - {path}:
                is_unseen = (path, item.module.partition("?")[0]) in tool.unresolved
                (unseen if is_unseen else named).add((path, to))
    passing = {path for path in files if _passes_on(root / path)}
    both = tool.edges | unseen
    apart = unseen | set(led_on(both, both, passing))
    right = tool.edges | set(led_on(tool.edges, tool.edges, passing))
    judged = ours - (apart - right)
    print(f"files {len(files)}, edges: ours {len(ours)}, dependency-cruiser {len(tool.edges)}")
    print(f"not judged: {len(ours) - len(judged)} into packages of this folder that aren't linked")
    _line("named by an import", named - (apart - tool.edges), tool.edges)
    _line("with those led on  ", judged, right)
    missed = sorted(tool.edges - ours)
    print(f"recall {1 - len(missed) / max(1, len(tool.edges)):.4f}, {len(missed)} missed")
    for name, edges in (("wrong", sorted(judged - right)), ("missed", missed)):
        for importer, imported in edges[:most]:
            print(f"{name:6}  {importer} -> {imported}")


def _line(name: str, found: set[Edge], right: set[Edge]) -> None:
    wrong = len(found - right)
    print(f"{name}  {len(found)}, precision {1 - wrong / max(1, len(found)):.4f}, {wrong} wrong")


def cruised(root: Path, cruiser: str, files: set[str]) -> Cruised:
    """What the tool says of `files`."""
    projects = {""} | {str(PurePosixPath(path).parent) for path in _configs(root)} - {"."}
    found = Cruised(set(), set())
    for project in sorted(projects):
        for module in _cruise(root, cruiser, project):
            importer = module["source"]
            if importer not in files or _project_of(importer, projects) != project:
                continue
            for edge in module["dependencies"]:
                if edge["couldNotResolve"]:
                    found.unresolved.add((importer, edge["module"]))
                elif edge["resolved"] in files - {importer}:
                    found.edges.add((importer, edge["resolved"]))
    return found


def _configs(root: Path) -> Iterator[str]:
    for path in root.rglob("tsconfig.json"):
        if "node_modules" not in path.parts:
            yield path.relative_to(root).as_posix()


def _project_of(path: str, projects: set[str]) -> str:
    """The nearest folder above `path` that has a configuration."""
    above = (str(folder) for folder in PurePosixPath(path).parents)
    return next((folder for folder in above if folder in projects), "")


def _cruise(root: Path, cruiser: str, project: str) -> list[dict[str, Any]]:
    config = root / project / "tsconfig.json"
    command = [cruiser, "--no-config", "--ts-pre-compilation-deps", "--output-type", "json"]
    command += ["--exclude", "node_modules"]
    known = ["--ts-config", str(config)] if config.exists() else []
    for options in (known, []):
        done = subprocess.run(
            [*command, *options, project or "."],
            cwd=root, capture_output=True, check=False, text=True,
        )  # fmt: skip
        if done.returncode == 0:
            modules: list[dict[str, Any]] = json.loads(done.stdout)["modules"]
            return modules
    raise SystemExit(done.stderr)


def _passes_on(path: Path) -> bool:
    """Whether a file may pass on what it imports, by its text; the tool doesn't say."""
    return bool(_EXPORT.search(path.read_text(encoding="utf-8", errors="replace")))


def led_on(start: Iterable[Edge], edges: Iterable[Edge], passing: set[str]) -> Iterator[Edge]:
    """The edges that lead on from an imported file, over those that pass names on."""
    onward: dict[str, list[str]] = {}
    for importer, imported in edges:
        if importer in passing:
            onward.setdefault(importer, []).append(imported)
    for importer, imported in start:
        todo, seen = [imported], {imported}
        while todo:
            for following in onward.get(todo.pop(), ()):
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        yield from ((importer, to) for to in seen)


if __name__ == "__main__":
    main()
