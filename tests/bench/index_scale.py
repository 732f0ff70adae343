"""How an index's time and memory grow with a repository, from a thousand files to fifty.

    python tests/bench/index_scale.py [SIZE ...] [--folder FOLDER] [--kilobytes 6]

Repositories are made up: packages of some forty modules, each with classes, functions and
imports as Django's have them (a median of 5, most from the same package, some through
`__init__` files that pass names on, a few that make circles). Each size is measured in
processes of its own, which say how much memory they have held at most and hold at the end.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from context.languages import of
from context.parsing.parse import parse, parse_open
from context.repository import Repository

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
PER_PACKAGE = 40
_WORDS = """
    value result items index parent child source target buffer session request response handler
    manager context option setting field model query table column filter order group message
    event queue worker task state version path name label title status error
"""
WORDS = _WORDS.split()


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--folder", type=Path, help="where repositories are made; a temporary one")
    parser.add_argument("--kilobytes", type=float, default=6.0, help="of a file, on average")
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measured(*asked.measure)))
        return
    head = "files edges | cold s ms/file  MB KB/file worker | warm s  MB | prepare ms"
    print(head, "| keystroke: body, name, import ms")
    for size in asked.sizes:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            root, cache = Path(folder) / "repository", Path(folder) / "cache"
            make(root, size, asked.kilobytes)
            cold, warm = (ask(root, cache) for _ in range(2))
            shutil.rmtree(root)
        shown(size, cold, warm)


def shown(size: int, cold: dict[str, float], warm: dict[str, float]) -> None:
    """One line of the curve; memory per file is what is held beyond an empty server's."""
    own_kb = 1e3 * (cold["held_mb"] - cold["empty_mb"]) / size
    print(
        f"{size:6} {cold['edges']:7.0f}"
        f" | {cold['seconds']:6.2f} {1e3 * cold['seconds'] / size:5.2f}"
        f" {cold['held_mb']:6.0f} {own_kb:5.1f} {cold['worker_mb']:4.0f}"
        f" | {warm['seconds']:5.2f} {warm['held_mb']:5.0f} | {warm['prepare_ms']:5.0f}"
        f" | {warm['body_ms']:5.1f} {warm['name_ms']:5.1f} {warm['import_ms']:5.1f}",
        flush=True,
    )


def ask(root: Path, cache: Path) -> dict[str, float]:
    """The figures of one start, from a process of its own."""
    command = [sys.executable, __file__, "--measure", str(root), str(cache)]
    found: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True).stdout
    )
    return found


def measured(root: Path, cache: Path) -> dict[str, float]:
    """What a start costs in this process, and what a change costs after it."""
    empty_mb = held_mb()
    started = time.perf_counter()
    repository = Repository(root, cache_dir=cache)
    report = repository.refresh()
    found: dict[str, Any] = {"seconds": time.perf_counter() - started, "edges": report.edges}
    started = time.perf_counter()
    repository.index.prepare()
    found |= {"prepare_ms": 1e3 * (time.perf_counter() - started), "held_mb": held_mb()}
    found |= {"empty_mb": empty_mb, "worker_mb": worker_mb()}
    for name, more in (
        ("body", "\n# typed"),
        ("name", "\ndef fresh(): ...\n"),
        ("import", "\nfrom pack0 import mod1\n"),
    ):
        found[name + "_ms"] = keystroke(repository, more)
    return found


def keystroke(repository: Repository, more: str) -> float:
    """From an open document's change to the new index, in milliseconds; the third of three."""
    path = "pack3/mod7.py"
    text = repository.read(path) or ""
    for end in range(-2, 1):
        typed = text + more[: end or None]
        started = time.perf_counter()
        repository.shadow(path, typed)
        index = repository.index
        # What a selection asks first.
        index.definers("fresh")
        index.following([path, *index.imports[path]])
        took = 1e3 * (time.perf_counter() - started)
    assert parse_open(path, "Python", typed) == parse(path, of(path), typed)
    repository.shadow(path, None)
    return took


def held_mb() -> float:
    """What this process holds now; its most where the system doesn't say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return worker_mb(own=True)
    row = next(row for row in status.read_text().splitlines() if row.startswith("VmRSS"))
    return int(row.split()[1]) / 1e3


def worker_mb(*, own: bool = False) -> float:
    """The most that any of the processes it started has held, or it itself."""
    if sys.platform == "win32":
        return 0.0
    import resource

    who = resource.RUSAGE_SELF if own else resource.RUSAGE_CHILDREN
    return resource.getrusage(who).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def make(root: Path, size: int, kilobytes: float) -> None:
    """A repository of so many files, the same for the same size."""
    rng = random.Random(size)  # noqa: S311 -- a benchmark's texts
    n_packages = max(1, size // PER_PACKAGE)
    for package in range(n_packages):
        folder = root / f"pack{package}"
        folder.mkdir(parents=True)
        names = range(1, PER_PACKAGE)
        passed = "".join(f"from .mod{n} import Class{n}\n" for n in rng.sample(names, 8))
        (folder / "__init__.py").write_text(passed)
        for number in names:
            text = module(rng, package, number, n_packages, int(1e3 * kilobytes))
            (folder / f"mod{number}.py").write_text(text)


def module(rng: random.Random, package: int, number: int, n_packages: int, size: int) -> str:
    """One module's text."""
    lines = ["import os", "import re"]
    for _ in range(rng.choice((1, 2, 3, 4, 4, 5, 7, 12))):
        near = rng.random() < 0.7
        # Most lead downwards, as code in layers does; one in fifty closes a circle.
        lowest = PER_PACKAGE - 1 if rng.random() < 0.02 else max(1, number - 1)
        other = rng.randint(1, lowest)
        where = "." if near else f"pack{rng.randrange(max(1, package) if package else n_packages)}."
        lines.append(f"from {where}mod{other} import Class{other}, make_{other}")
    lines += ["", f"class Class{number}:", '    """What it is."""']
    written, method = 0, 0
    while written < size:
        words = rng.choices(WORDS, k=6)
        one, two, three = (f"{word}_{rng.randrange(40)}" for word in words[:3])
        body = [
            f"    def {one}_{method}(self, {two}, {three}=None):",
            f'        """Return the {words[3]} of the {words[4]}."""',
            f"        self.{words[5]} = {two}.{words[3]}({three}, key={words[4]!r})",
            f"        for {words[3]} in self.{words[4]}:",
            f"            if {words[3]} is not {three}:",
            f"                return [{words[5]}.{one} for {words[5]} in {words[3]}]",
            f"        return {two}",
        ]
        lines += body
        written += sum(map(len, body))
        method += 1
    lines += ["", f"def make_{number}(value):", f"    return Class{number}(value)", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
