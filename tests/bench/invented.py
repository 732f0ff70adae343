"""The symbol check beside the truth: real code it calls invented, and invented names it finds.

    python tests/bench/invented.py FOLDER... [--n 2000] [--seed 1] [--show 20]

Places are seeded: the rest of a line, or some whole lines, taken out of a file. What was
there must pass (false alarms, per place and per name). Then one of its members or keyword
arguments is written in another way, and the share of those found is printed: near
spellings, names of other classes, and names that are nowhere, which are found wherever
the check knows for sure what the name belongs to.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from context.checks.symbols import LANGUAGES, symbol_check
from context.repository import Repository
from context.types import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from context.types import Invented

_USED = re.compile(r"(?<=[\w)\]]\.)([^\W\d]\w{2,})\b|(?<=[(\s])([^\W\d]\w{2,})(?==[^=])")
_CUT = re.compile(r"(?<=[\w)\]])\.|[(,=]|\s(?=\S)")
_COMMENT = re.compile(r"\s*(?:#|//|\*|/\*)")
# What of a name isn't typed yet when two letters of it are.
_WORD = re.compile(r"[^\W\d]\w{2}")
_NOWHERE = "qzxFrobnicate"


@dataclass
class Tally:
    """What was counted of one language."""

    places: int = 0
    names: int = 0
    alarmed: int = 0
    false_names: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A document with a stretch missing, and that stretch."""

    path: str
    language: str
    prefix: str
    middle: str
    suffix: str


class Use(NamedTuple):
    """A name, from where it begins in the stretch; less than 0 where before it."""

    start: int
    end: int
    name: str


def places(repository: Repository, rng: random.Random, n: int) -> Iterator[Place]:
    """Seeded places in the files of the languages that have a check."""
    facts = repository.index.facts
    paths = [path for path in sorted(facts) if facts[path].language in LANGUAGES]
    for _ in range(n * 5 if paths else 0):
        path = rng.choice(paths)
        text = repository.read(path) or ""
        rows = text.split("\n")
        at = rng.randrange(len(rows))
        if not _USED.search(rows[at]) or _COMMENT.match(rows[at]) or len(text) > 300_000:
            continue
        start = sum(len(row) + 1 for row in rows[:at])
        end = start + len(rows[at])
        if rng.random() < 0.6:
            cuts = [found.end() for found in _CUT.finditer(rows[at])]
            start += rng.choice(cuts) if cuts else 0
            if rng.random() < 0.25 and _WORD.match(text, start):
                start += 2
        else:
            end += sum(len(row) + 1 for row in rows[at + 1 : at + rng.randrange(1, 6)])
        yield Place(path, facts[path].language, text[:start], text[start:end], text[end:])


def used(place: Place) -> list[Use]:
    """The members and keyword arguments of a stretch, one that begins before it too."""
    cursor = len(place.prefix)
    row = place.prefix.rfind("\n") + 1
    line = place.prefix[row:] + place.middle
    n = cursor - row
    found = (Use(one.start() - n, one.end() - n, one.group()) for one in _USED.finditer(line))
    return [use for use in found if use.end > 0]


def near(name: str, rng: random.Random) -> str:
    """A name as somebody misremembers it."""
    at = rng.randrange(1, len(name))
    ways = (
        name + "s" if not name.endswith("s") else name[:-1],
        name[:at] + name[at + 1 :],
        name.replace("get_", "fetch_", 1) if "get_" in name else "get_" + name,
        name.rpartition("_")[0] or name + "_value",
        name + "_name" if "_" in name or name.islower() else name + "Name",
    )
    return rng.choice(ways)


def look(repository: Repository, place: Place, text: str) -> tuple[tuple[Invented, ...], float]:
    """What the check says of a text at a place, and the milliseconds it takes."""
    whole = place.prefix + place.suffix
    snapshot = Snapshot(place.path, place.language, None, whole, len(place.prefix))
    started = time.perf_counter()
    found = symbol_check(repository.index, snapshot, read=repository.read).invented(text, 0)
    return found, (time.perf_counter() - started) * 1000


def measure(repository: Repository, options: argparse.Namespace, made: dict[str, Tally]) -> None:
    """Try the places of one repository."""
    rng = random.Random(options.seed)  # noqa: S311 -- the same places each time
    others: list[str] = ["value", "render", "close"]
    n_shown = 0
    for place in islice(places(repository, rng, options.n), options.n):
        tally = made[place.language]
        found, ms = look(repository, place, place.middle)
        tally.times.append(ms)
        tally.places += 1
        uses = used(place)
        tally.names += len(uses)
        tally.alarmed += bool(found)
        tally.false_names += len(found)
        if found and n_shown < options.show:
            n_shown += 1
            row = place.prefix.count("\n") + 1
            print(f"  ! {place.path}:{row}", [(one.owner, one.name, one.kind) for one in found])
        use = rng.choice(uses) if uses else None
        if use is not None:
            _mistake(repository, place, use, others, tally, rng)
            others.append(use.name)


def _mistake(
    repository: Repository,
    place: Place,
    use: Use,
    others: Sequence[str],
    tally: Tally,
    rng: random.Random,
) -> None:
    wrong = {
        "nowhere": _NOWHERE.capitalize() if use.name[0].isupper() else _NOWHERE,
        "near": near(use.name, rng),
        "other": rng.choice(others),
    }
    n_begun = max(0, -use.start)
    begun = use.name[:n_begun]
    for kind, other in wrong.items():
        name = other if other.startswith(begun) else begun + other
        if name == use.name:
            continue
        text = place.middle[: max(0, use.start)] + name[n_begun:] + place.middle[use.end :]
        found, _ = look(repository, place, text)
        hit = any(one.name == name for one in found)
        tally.tried[kind] += 1
        tally.wrong[kind] += hit
        if use.start <= 0:
            tally.tried[f"{kind} first"] += 1
            tally.wrong[f"{kind} first"] += hit
        if kind == "nowhere" and not hit:
            return


def report(made: dict[str, Tally]) -> None:
    """Print what was counted."""
    for language, tally in sorted(made.items()):
        times = sorted(tally.times)
        known = tally.wrong["nowhere"]
        print(
            f"{language:11} places {tally.places}, false alarms {tally.alarmed} "
            f"({tally.alarmed / max(1, tally.places):.3%}), names {tally.names}, false "
            f"{tally.false_names} ({tally.false_names / max(1, tally.names):.3%}); "
            f"known receivers {known / max(1, tally.tried['nowhere']):.1%} (right at the cursor "
            f"{_share(tally, 'nowhere first')}), there found: near "
            f"{_share(tally, 'near')}, other's {_share(tally, 'other')}; "
            f"ms p50 {times[len(times) // 2]:.1f} p99 {times[int(len(times) * 0.99)]:.1f}"
        )


def _share(tally: Tally, kind: str) -> str:
    return f"{tally.wrong[kind] / max(1, tally.tried[kind]):.1%} of {tally.tried[kind]}"


def main() -> None:
    """Measure each folder, then all together."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    cache = options.cache or Path(tempfile.mkdtemp())
    total: dict[str, Tally] = defaultdict(Tally)
    for folder in options.folders:
        repository = Repository(folder, cache_dir=cache)
        repository.refresh()
        repository.index.prepare()
        print(folder.name, flush=True)
        own: dict[str, Tally] = defaultdict(Tally)
        measure(repository, options, own)
        report(own)
        _add(total, own)
        repository.close()
    print("all")
    report(total)


def _add(total: dict[str, Tally], own: dict[str, Tally]) -> None:
    for language, tally in own.items():
        into = total[language]
        into.places += tally.places
        into.names += tally.names
        into.alarmed += tally.alarmed
        into.false_names += tally.false_names
        into.wrong += tally.wrong
        into.tried += tally.tried
        into.times += tally.times


if __name__ == "__main__":
    main()
