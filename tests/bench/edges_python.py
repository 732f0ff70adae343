"""How our import edges compare with ruff's and grimp's, on a package given by its folder.

    python tests/bench/edges_python.py PACKAGE_FOLDER [--show 10]

Needs `ruff` and `grimp`. Where a name is re-exported we lead to the file that defines
it, which they don't; such edges are counted apart, each explained by a chain of
packages' `__init__` files that the yardstick knows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from context.index import build
from context.languages import of
from context.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

Edge = tuple[str, str]
_DOORS = ("__init__.py", "__init__.pyi")


def main() -> None:
    """Print edges, precision and recall, and the first few that differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--show", type=int, default=0)
    asked = parser.parse_args()
    package = asked.package.resolve()
    ours = our_edges(package)
    ruff, grimp = ruff_edges(package), grimp_edges(package)
    print(f"ruff {len(ruff)}, grimp {len(grimp)}, both {len(ruff & grimp)}, ours {len(ours)}")
    compare(ours, "ruff", ruff, ruff, 0)
    compare(ours, "grimp", grimp, grimp, 0)
    # Neither looks everywhere: what both say must be found, what one says is right.
    compare(ours, "either", ruff & grimp, ruff | grimp, asked.show)


def compare(ours: set[Edge], name: str, wanted: set[Edge], right: set[Edge], show: int) -> None:
    """Print one line against one yardstick, then the first edges that differ."""
    missing, extra = wanted - ours, ours - right
    behind = {edge for edge in extra if passes_on(edge, right)}
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


def passes_on(edge: Edge, reference: set[Edge]) -> bool:
    """Whether the yardstick leads from importer to imported through packages' doors alone."""
    importer, imported = edge
    todo, seen = [importer], {importer}
    while todo:
        here = todo.pop()
        for start, to in reference:
            if start != here or to in seen:
                continue
            if to == imported:
                return True
            if to.endswith(_DOORS):
                seen.add(to)
                todo.append(to)
    return False


def our_edges(package: Path) -> set[Edge]:
    """Our edges, with the time that they took."""
    root = package.parent
    texts = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(package.rglob("*.py*"))
        if path.suffix in {".py", ".pyi"} and path.is_file()
    }
    facts = {path: parse(path, of(path), text) for path, text in texts.items()}
    started = time.process_time()
    index = build(facts)
    seconds = time.process_time() - started
    print(
        f"{len(facts)} files resolved in {seconds:.2f} s, {1e6 * seconds / len(facts):.0f} µs each"
    )
    return {(path, to) for path, edges in index.imports.items() for to in edges}


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
