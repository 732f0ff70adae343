"""How our import edges compare with ruff's and grimp's, on a package given by its folder.

    python tests/bench/edges_python.py PACKAGE_FOLDER [--show 10]

Needs `ruff` and `grimp`. Where a module passes on a name that it has imported, we lead
to the file that defines it, which they don't. Such an edge is counted apart where it
can be explained: by a chain of the yardstick's own edges along which Python's own
`ast` sees one name imported from file to file, down to the one that binds it.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from context.index import build
from context.languages import of
from context.parsing.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Edge = tuple[str, str]


def main() -> None:
    """Print edges, precision and recall, and the first few that differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--show", type=int, default=0)
    asked = parser.parse_args()
    package = asked.package.resolve()
    texts = texts_of(package)
    ours = our_edges(texts)
    ruff, grimp = ruff_edges(package), grimp_edges(package)
    print(f"ruff {len(ruff)}, grimp {len(grimp)}, both {len(ruff & grimp)}, ours {len(ours)}")
    sources = {path: source_of(text) for path, text in texts.items()}
    compare(ours, "ruff", ruff, ruff, 0, sources)
    compare(ours, "grimp", grimp, grimp, 0, sources)
    # Neither looks everywhere: what both say must be found, what one says is right.
    compare(ours, "either", ruff & grimp, ruff | grimp, asked.show, sources)


def compare(
    found: Mapping[Edge, tuple[str, ...]],
    name: str,
    wanted: set[Edge],
    right: set[Edge],
    show: int,
    sources: Mapping[str, Source],
) -> None:
    """Print one line against one yardstick, then the first edges that differ."""
    ours = found.keys()
    missing, extra = wanted - ours, ours - right
    known: dict[str, list[str]] = {}
    for path, to in right:
        known.setdefault(path, []).append(to)
    behind = {edge for edge in extra if is_passed_on(edge, found[edge], known, sources)}
    wrong = extra - behind
    recall = 1 - len(missing) / max(1, len(wanted))
    precision = 1 - len(wrong) / max(1, len(ours - behind))
    print(
        f"{name:6}  recall {recall:.4f}  precision {precision:.4f}  missing {len(missing)},"
        f" extra {len(wrong)}, definers behind re-exports {len(behind)}"
    )
    for title, edges in (("missing", missing), ("extra", wrong)):
        for importer, imported in sorted(edges)[:show]:
            print(f"  {title} {importer} -> {imported}")


class Source(NamedTuple):
    """What `ast` sees in a file: names bound by imports, each with what it is there, and others."""

    imported: set[Edge]
    defined: set[str]

    def origins(self, name: str) -> set[str]:
        """What a name that the file imports is called where it comes from."""
        found = {there for here, there in self.imported if here == name}
        return found | ({name} if ("*", "*") in self.imported else set())


def source_of(text: str) -> Source:
    """What `ast` sees; nothing where the text isn't this Python's."""
    found = Source(set(), set())
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found.imported.update((item.asname or item.name, item.name) for item in node.names)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.defined.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.defined.add(node.id)
    return found


def is_passed_on(
    edge: Edge,
    names: Iterable[str],
    known: Mapping[str, list[str]],
    sources: Mapping[str, Source],
) -> bool:
    """Whether one of `names` leads from the importer to the imported file along known edges."""
    importer, imported = edge
    wanted = sources[imported].defined | {_module_name(imported)}
    steps = [(path, name) for path in known.get(importer, ()) for name in names]
    seen = set(steps)
    while steps:
        path, name = steps.pop()
        for origin in sources[path].origins(name):
            following = [(to, origin) for to in known.get(path, ())]
            if origin in wanted and (imported, origin) in following:
                return True
            steps += [step for step in following if step not in seen]
            seen.update(following)
    return False


def _module_name(path: str) -> str:
    *_, folder, file = ("", *path.split("/"))
    return folder if file.startswith("__init__.") else file.partition(".")[0]


def texts_of(package: Path) -> dict[str, str]:
    """Path from the package's own folder on -> text."""
    root = package.parent
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(package.rglob("*.py*"))
        if path.suffix in {".py", ".pyi"} and path.is_file()
    }


def our_edges(texts: Mapping[str, str]) -> dict[Edge, tuple[str, ...]]:
    """Our edges, each with the names that are taken; prints the time that they took."""
    facts = {path: parse(path, of(path), text) for path, text in texts.items()}
    started = time.process_time()
    index = build(facts)
    seconds = time.process_time() - started
    print(
        f"{len(facts)} files resolved in {seconds:.2f} s, {1e6 * seconds / len(facts):.0f} µs each"
    )
    return {
        (path, to): names for path, edges in index.imports.items() for to, names in edges.items()
    }


def ruff_edges(package: Path) -> set[Edge]:
    """What `ruff analyze graph` finds."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "analyze",
        "graph",
        "--preview",
        "--isolated",
        str(package),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=package.parent)
    graph = json.loads(done.stdout)
    inside = f"{package.name}/"
    return _proper(
        (path, to) for path, edges in graph.items() for to in edges if to.startswith(inside)
    )


def _proper(edges: Iterable[Edge]) -> set[Edge]:
    return {(path, to) for path, to in edges if path != to}


def grimp_edges(package: Path) -> set[Edge]:
    """What grimp finds; it imports nothing, but wants the package on the path."""
    import grimp

    sys.path.insert(0, str(package.parent))
    graph = grimp.build_graph(package.name, cache_dir=None)
    files = {module: _file(module, package.parent) for module in graph.modules}
    return _proper(
        (files[module], files[to])
        for module in graph.modules
        for to in graph.find_modules_directly_imported_by(module)
    )


def _file(module: str, root: Path) -> str:
    place = module.replace(".", "/")
    folder = root / place / "__init__.py"
    return f"{place}/__init__.py" if folder.exists() else f"{place}.py"


if __name__ == "__main__":
    main()
