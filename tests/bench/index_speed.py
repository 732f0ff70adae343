"""How fast a folder is indexed, cold and warm, and how fast a selection is made in it.

    python tests/bench/index_speed.py FOLDER [--places 200] [--budget 8000] [--seed 1]
                                             [--rounds 3] [--aider PYTHON]

The bare tree-sitter parse of the same bytes, in the same run, says how much of the
cold time nobody could save in one process. `--aider` names an interpreter that has
`aider-chat` installed: its repository map of the same Python files is made cold, too.
Everything happens in a copy of the folder.
"""

from __future__ import annotations

import argparse
import gc
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tree_sitter import Parser

from context.parsing.grammars import grammar_of
from context.repository import Repository
from context.selection.select import SelectState, select
from context.types import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.index import Index
    from context.types import Moment


AIDER = """
import pathlib, sys, time
from aider.io import InputOutput
from aider.repomap import RepoMap
class Quarters:
    def token_count(self, text):
        return len(text) // 4
root = pathlib.Path(sys.argv[1])
files = [str(path) for path in sorted(root.rglob("*.py"))]
made = RepoMap(8_000, str(root), Quarters(), InputOutput(yes=True))
started = time.perf_counter()
made.get_repo_map([], files)
print(f"aider       {time.perf_counter() - started:.3f} s cold for {len(files)} Python files")
"""


class Thirds:
    """A counter that takes three characters for a token, which errs on the high side."""

    def text(self, text: str, /) -> int:
        """Tokens of a bare text."""
        return -(-len(text) // 3)

    def snippet(self, path: str, text: str, /) -> int:
        """Tokens of a text with its header."""
        return -(-(len(path) + len(text) + 2) // 3)


def main() -> None:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--places", type=int, default=200)
    parser.add_argument("--budget", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--aider", help="an interpreter that has it installed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / asked.folder.resolve().name
        shutil.copytree(asked.folder, folder)
        for number in range(asked.rounds):
            cache = Path(place) / f"cache{number}"
            cold, cold_s = indexed(folder, cache, "cold")
            warm, warm_s = indexed(folder, cache, "warm")
            assert cold.index.imports == warm.index.imports
            bare_s = bare_parse(warm)
            print(
                f"ratios      {cold_s / bare_s:.2f} cold to bare, {warm_s / cold_s:.1%} of it warm"
            )
        places = draw(warm.index, asked.places, asked.seed)
        selections(warm, places, asked.budget)
        changes(warm, places[:20])
        print(f"memory      {resident_mb()} MB resident")
        if asked.aider:
            subprocess.run([asked.aider, "-c", AIDER, str(folder)], check=True, cwd=place)


def indexed(folder: Path, cache: Path, name: str) -> tuple[Repository, float]:
    """A repository after its refresh, and how long that took."""
    started = time.perf_counter()
    repository = Repository(folder, cache_dir=cache)
    report = repository.refresh()
    seconds = time.perf_counter() - started
    print(
        f"{name} index  {seconds:.3f} s, {report.files} files, {report.edges} edges,"
        f" {report.parsed} parsed, {report.from_cache} from the cache"
    )
    repository.close()
    return repository, seconds


def changes(repository: Repository, paths: Sequence[str]) -> None:
    """Time a change of one file: typed in its buffer, then saved, until the index has it."""
    typed: list[float] = []
    saved: list[float] = []

    def timed(times: list[float], change: Callable[[], None]) -> None:
        started = time.perf_counter()
        change()
        _ = repository.index.imports
        times.append(1e3 * (time.perf_counter() - started))

    for path in paths:
        text = repository.read(path) or ""
        where = text.find("\n", len(text) // 2) + 1
        for end in range(1, 13):
            line = "    fresh = 1"[:end] + "\n"
            after = text[:where] + line + text[where:]
            timed(typed, lambda path=path, after=after: repository.shadow(path, after))
        (repository.root / path).write_text(after)
        repository.shadow(path, None)
        timed(saved, lambda path=path: repository.refresh_paths([path]) and None)
    for name, times in (("typed", typed), ("saved", saved)):
        times.sort()
        print(f"one file {name}  p50 {at(times, 0.5):.1f} ms, p99 {at(times, 0.99):.1f} ms")


def bare_parse(repository: Repository) -> float:
    """Parse every file that has a grammar, one after the other, and look at nothing."""
    texts = [
        (grammar, (repository.read(path) or "").encode(errors="replace"))
        for path, facts in repository.index.facts.items()
        if (grammar := grammar_of(facts.language, path))
    ]
    started = time.perf_counter()
    for grammar, data in texts:
        Parser(grammar.language).parse(data)
    seconds = time.perf_counter() - started
    size = sum(len(data) for _, data in texts) / 1e6
    print(f"bare parse  {seconds:.3f} s for {len(texts)} files, {size:.1f} MB, one process")
    return seconds


def draw(index: Index, n: int, seed: int) -> list[str]:
    """Files to stand in, those that import something."""
    rng = random.Random(seed)  # noqa: S311 -- a benchmark's places
    paths = [path for path, edges in index.imports.items() if edges]
    return rng.sample(paths, min(n, len(paths)))


def selections(repository: Repository, paths: Sequence[str], budget: int) -> None:
    """Time the first selection in a file, one elsewhere in it, one a keystroke later, and again.

    `again` is every first place once more, when all of them have been asked about: chosen
    anew, as another file was in between, with what the session has worked out before.
    """
    rng = random.Random(0)  # noqa: S311 -- likewise
    counter, index, state = Thirds(), repository.index, SelectState()
    first, moved, typed, again = [], [], [], []
    begun: list[tuple[str, str, int]] = []
    # As the server does: the index is nothing that the collector should walk through.
    gc.collect()
    gc.freeze()

    def ask(text: str, path: str, cursor: int, moment: Moment = "leap") -> float:
        nonlocal state
        snapshot = Snapshot(path, index.facts[path].language, 1, text, cursor)
        started = time.perf_counter()
        _, state = select(
            index, snapshot, state, budget_tokens=budget, cost=counter, read=repository.read,
            moment=moment,
        )  # fmt: skip
        return 1e3 * (time.perf_counter() - started)

    for path in paths:
        text = repository.read(path) or ""
        here, there = (rng.randrange(len(text) + 1) for _ in range(2))
        begun.append((text, path, here))
        first.append(ask(text, path, here))
        moved.append(ask(text, path, there))
        typed.append(ask(text[:there] + "x" + text[there:], path, there + 1, "typing"))
    again += [ask(*place) for place in begun]
    found = {"first": first, "moved": moved, "typed": typed, "again": again}
    for name, times in found.items():
        times.sort()
        print(f"select {name}  p50 {at(times, 0.5):.1f} ms, p99 {at(times, 0.99):.1f} ms")


def at(times: Sequence[float], share: float) -> float:
    """The time below which this share of them lies."""
    return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


def resident_mb() -> int:
    """The most memory this process has held."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1_000_000 if sys.platform == "darwin" else 1_000)


if __name__ == "__main__":
    main()
