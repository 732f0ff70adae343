"""The edges of a C or C++ repository beside what gcc includes.

    python tests/bench/edges_c.py REPOSITORY [-I FOLDER]... [-D MACRO]...

Wants gcc and g++ on the PATH. The flags are what the project is built with, for
gcc alone: ours are found from the repository. For every translation unit two sets
of files below the repository are compared: what it includes itself (`gcc -H`, first
level), and everything it includes in the end (`gcc -MM`). `-H` doesn't name a header
again that another one has brought in before, so a direct edge of ours is right where
the header is among those of the end. gcc sees one configuration, and leaves out what
stands under an `#if` that doesn't hold; the text has them all.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from context.disk.crawl import crawl
from context.disk.examine import Task, examine
from context.index import Index, build

_UNITS = {".c": "gcc", ".cc": "g++", ".cpp": "g++", ".cxx": "g++"}
_DIRECT = re.compile(r"^\. (.+)$", re.MULTILINE)


def main() -> None:
    """Print both comparisons and what differs."""
    root = Path(sys.argv[1]).resolve()
    index = _index(root)
    direct, whole = _Score("direct (gcc -H)"), _Score("reachable (gcc -MM)")
    for path in index.facts:
        compiler = _UNITS.get(Path(path).suffix)
        found = _gcc(root, path, compiler, sys.argv[2:]) if compiler else None
        if found is not None:
            direct.add(path, set(index.imports[path]), *found)
            whole.add(path, _reachable(index, path), found[1], found[1])
    for score in (direct, whole):
        score.show()


class _Score:
    """Pairs of a file and one that it includes: ours, those to find, and those that are right."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ours: set[tuple[str, str]] = set()
        self.wanted: set[tuple[str, str]] = set()
        self.right: set[tuple[str, str]] = set()

    def add(self, path: str, ours: set[str], wanted: set[str], right: set[str]) -> None:
        self.ours |= {(path, to) for to in ours}
        self.wanted |= {(path, to) for to in wanted}
        self.right |= {(path, to) for to in right}

    def show(self) -> None:
        extra, missing = self.ours - self.right, self.wanted - self.ours
        precision = 1 - len(extra) / len(self.ours)
        recall = 1 - len(missing) / len(self.wanted)
        print(f"{self.name}: precision {precision:.3f} of {len(self.ours)},", end=" ")
        print(f"recall {recall:.3f} of {len(self.wanted)}")
        for word, pairs in (("extra", extra), ("missing", missing)):
            for path, to in sorted(pairs)[:40]:
                print(f"  {word}: {path} -> {to}")


def _index(root: Path) -> Index:
    started = time.process_time()
    files = crawl(root).files
    records = {
        file.path: examine(root, Task(file.path, file.mtime_ns, file.size)) for file in files
    }
    facts = {path: record.facts for path, record in records.items() if record.facts is not None}
    parsed = time.process_time()
    index = build(facts)
    resolved = time.process_time()
    n_files = sum(item.language in {"C", "C++"} for item in facts.values())
    print(
        f"{len(facts)} files, {n_files} in C or C++, parsed in {parsed - started:.2f} s;", end=" "
    )
    print(f"edges in {(resolved - parsed) / max(1, n_files) * 1e6:.0f} us a file")
    return index


def _gcc(
    root: Path, path: str, compiler: str, flags: list[str]
) -> tuple[set[str], set[str]] | None:
    command = [compiler, "-M", "-MG", "-H", *flags, path]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"gcc fails on {path}: {done.stderr.strip().splitlines()[-1][:100]}")
        return None
    listed = done.stdout.partition(":")[2].replace("\\\n", " ").split()
    direct = _DIRECT.findall(done.stderr)
    return _below(root, direct) - {path}, _below(root, listed) - {path}


def _below(root: Path, paths: list[str]) -> set[str]:
    """Those of the paths that are files below the root, relative to it."""
    places = (Path(root / path).resolve() for path in paths)
    inside = (place for place in places if place.is_relative_to(root) and place.is_file())
    return {place.relative_to(root).as_posix() for place in inside}


def _reachable(index: Index, path: str) -> set[str]:
    seen: set[str] = set()
    todo = [path]
    while todo:
        for to in index.imports.get(todo.pop(), {}):
            if to not in seen:
                seen.add(to)
                todo.append(to)
    return seen - {path}


if __name__ == "__main__":
    main()
