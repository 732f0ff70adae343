"""What stability costs: recall where prompts keep their head, and what is read again for it.

    python tests/bench/recall_walk.py FOLDER... [--budgets 2048,8192] [--files 30] [--seed 1]

Through each file goes one session: the cursor leaps to the line of a place, all of what
stands before the place is typed character by character, then the user pauses, then the
cursor leaps to the next place. The places are those of `tests/bench/recall.py` in Python,
and of `infill bench` in other languages. Four prompts are looked through at each:

- fresh: made for the place, without anything before: what can be had.
- leap: the cursor leapt right to the place, from where the session was.
- typed: the cursor leapt to the line while that was empty, and the rest was typed.
- paused: the same after a pause.

Beside it which share of the repository's tokens a server reads again, as they don't stand
where they stood: at a leap, in a pause, and if each prompt were made fresh.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from recall import ASIDE, MODEL, imported, meets, members, parsed

from context.probe.places import definition_places, member_places
from context.repository import Repository
from context.selection.chains import is_reaching
from context.selection.select import SelectState, select
from context.types import Behind, Snapshot
from inference.models import find_model
from inference.prompt.budget import split_budget
from inference.prompt.pack import SnippetCounter
from inference.tokens.estimate import EstimatingTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.probe.places import Place
    from context.types import Moment

PLACES_A_FILE = 8
LEAST_PLACES = 4
WAYS = ("fresh", "leap", "typed", "paused")


@dataclass(frozen=True)
class Stop:
    """A place on the way through a file, and whether some text shows what it needs."""

    path: str
    language: str
    start: int
    end: int
    kind: str
    is_met: Callable[[str], bool]


class Walker:
    """One repository under one budget, and what was counted on the way."""

    def __init__(self, repository: Repository, budget: int) -> None:
        self.repository = repository
        self.budget = budget
        self.memo = SelectState().memo
        self.spec, self.tokenizer = find_model(MODEL), EstimatingTokenizer()
        self.cost = SnippetCounter(self.tokenizer, self.spec.format)
        self.found: Counter[tuple[str, str]] = Counter()
        self.n: Counter[str] = Counter()
        self.read: Counter[str] = Counter()
        self.all: Counter[str] = Counter()

    def walk(self, stops: Sequence[Stop]) -> None:
        """A session through one file; its first place only sets out."""
        state = fresh = SelectState(memo=self.memo)
        for nth, stop in enumerate(stops):
            text = self.repository.read(stop.path) or ""
            line = text.rfind("\n", 0, stop.start) + 1
            before, after = text[: stop.start], text[stop.end :]
            made = {
                "fresh": self.ask(SelectState(memo=self.memo), stop, before, after, "leap"),
                "leap": self.ask(state, stop, before, after, "leap"),
                "line": self.ask(state, stop, text[:line], after, "leap"),
            }
            typed = made["line"]
            n_front = len(typed.chosen)
            for end in range(line, stop.start + 1):
                moment: Moment = "reach" if is_reaching(text, end - 1, end) else "typing"
                typed = self.ask(typed, stop, text[:end], after, moment, n_front)
            made["typed"] = typed
            made["paused"] = self.ask(typed, stop, before, after, "idle", n_front)
            if nth:
                self.n[stop.kind] += 1
                for way in WAYS:
                    shown = "\n".join(item.text for item in made[way].snippets)
                    self.found[stop.kind, way] += stop.is_met(shown)
                self.count("fresh", fresh, made["fresh"])
                self.count("leap", state, made["line"])
                self.count("typed", made["line"], made["typed"])
                self.count("paused", typed, made["paused"])
            fresh, state = made["fresh"], made["paused"]

    def ask(
        self,
        state: SelectState,
        stop: Stop,
        before: str,
        after: str,
        moment: Moment,
        n_front: int | None = None,
    ) -> SelectState:
        """What is known after one more request, at a prompt with so many files in front."""
        shares = split_budget(
            self.budget, prefix=before, suffix=after, path=stop.path, spec=self.spec,
            tokenizer=self.tokenizer,
        )  # fmt: skip
        snapshot = Snapshot(stop.path, stop.language, 1, before + after, len(before))
        _, made = select(
            self.repository.index, snapshot, state, budget_tokens=shares.repository,
            cost=self.cost, read=self.repository.read, moment=moment,
            behind=Behind(n_front, shares.late) if n_front is not None and shares.late else None,
        )  # fmt: skip
        room = shares.repository + (0 if n_front is None else shares.late)
        assert sum(item.tokens for item in made.chosen) <= room
        return made

    def count(self, way: str, last: SelectState, made: SelectState) -> None:
        """How many of the tokens stand where the last prompt had others."""
        tokens = [item.tokens for item in made.chosen]
        stood = 0
        for old, new in zip(last.snippets, made.snippets, strict=False):
            if (old.path, old.text) != (new.path, new.text):
                break
            stood += 1
        self.read[way] += sum(tokens[stood:])
        self.all[way] += sum(tokens)


def main() -> None:
    """Print a table, a line a folder, budget and kind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--budgets", default="2048,8192")
    parser.add_argument("--files", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{'':41}" + "".join(f"{way:>8}" for way in WAYS))
    for folder in asked.folders:
        repository = Repository(folder, cache_dir=None)
        repository.refresh()
        tours = tours_of(repository, random.Random(asked.seed))[: asked.files]  # noqa: S311 -- a benchmark's places
        for budget in map(int, asked.budgets.split(",")):
            report(folder.name, Walker(repository, budget), tours)


def report(name: str, walker: Walker, tours: Sequence[Sequence[Stop]]) -> None:
    """The lines of one repository under one budget."""
    for tour in tours:
        walker.walk(tour)
    for kind, n in sorted(walker.n.items()):
        shares = "".join(f"{walker.found[kind, way] / n:8.3f}" for way in WAYS)
        print(f"{name:<20}{walker.budget:>7} {kind:<9}{n:>4}{shares}")
    again = (f"{way} {walker.read[way] / max(1, n):.2f}" for way, n in walker.all.items())
    print(f"{name:<20}{walker.budget:>7} read again: {', '.join(again)}", flush=True)


def tours_of(repository: Repository, rng: random.Random) -> list[list[Stop]]:
    """Some files, each with places in random order."""
    by_path: dict[str, list[Stop]] = defaultdict(list)
    for stop in (*_in_python(repository, rng), *_elsewhere(repository, rng)):
        by_path[stop.path].append(stop)
    tours = [stops for _, stops in sorted(by_path.items()) if len(stops) >= LEAST_PLACES]
    for tour in tours:
        rng.shuffle(tour)
    rng.shuffle(tours)
    return [tour[:PLACES_A_FILE] for tour in tours]


def _in_python(repository: Repository, rng: random.Random) -> list[Stop]:
    texts = {
        path: repository.read(path) or ""
        for path, facts in repository.index.facts.items()
        if facts.language == "Python" and not ASIDE.intersection(path.split("/")[:-1])
    }
    trees = {path: tree for path, text in texts.items() if (tree := parsed(text)) is not None}
    stops: list[Stop] = []
    for file in (*imported(texts, trees), *members(texts, trees)):
        rng.shuffle(file)
        for need in file[: PLACES_A_FILE // 2]:
            is_met = partial(meets, need=need)
            stops.append(Stop(need.path, "Python", need.start, need.end, need.kind, is_met))
    return stops


def _elsewhere(repository: Repository, rng: random.Random) -> list[Stop]:
    index, read = repository.index, repository.read
    found = [
        place
        for places in (definition_places, member_places)
        for place in places(index, read, rng, 1_000)
        if place.language != "Python"
    ]
    kinds = {"definition": "imported", "member": "member"}
    stops: list[Stop] = []
    for place in found:
        is_met = partial(_is_found, place)
        where = place.path, place.language, place.cursor, place.end
        stops.append(Stop(*where, kinds[place.kind], is_met))
    return stops


def _is_found(place: Place, shown: str) -> bool:
    return place.is_found((shown,))


if __name__ == "__main__":
    main()
