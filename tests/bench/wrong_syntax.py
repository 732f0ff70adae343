"""How many of the completions that are shown have wrong syntax, with filters and without?

    python tests/bench/wrong_syntax.py FOLDER... [--n 2000] [--seed 1] [--endings .py,.js]
        [--show wrong|lost|open]

A noisy generator (`noise.py`) fills holes in real files: what stood there, cut, repeated,
with stray brackets and quotes, wrong indentation, the lines that follow, prose around it.
Each text is streamed through the product's own loop and checks. Judges are others than
the parser that the product uses (`judges.py`), and only files that they accept are used.

Right is what leaves the whole file right as it stands; text that ends where a line of the
truth ends, as the next completion goes on from there; and text that only lacks the brackets
that what is left of the truth closes: they were open before. The latter two are counted
apart, too. Good is what is right as it was generated; kept is good text of which all
is shown that the filters for how much is wanted (`cut_scope`, `cut_line`) let pass.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from judges import judge_for
from noise import NOISE, Case, case_in

from context.checks.secrets import secret_check
from context.checks.syntax import syntax_check
from context.languages import of as language_of
from context.types import Snapshot
from inference.answer.checks import Checks, checked
from inference.answer.complete import Rules, complete
from inference.types import Capabilities, Chunk, Completion, NoCompletion, Request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from judges import Judge

_MOST_BYTES = 60_000
_N_CHARS = 5


@dataclass(slots=True)
class Scripted:
    """A backend that says what it is told to."""

    text: str
    is_torn: bool
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(prompt=False))

    async def stream(self, _request: Request, /) -> AsyncGenerator[Chunk]:
        """The text in small pieces."""
        for at in range(0, len(self.text), _N_CHARS):
            yield Chunk(self.text[at : at + _N_CHARS])
        yield Chunk("", finish_reason="length" if self.is_torn else "stop")

    async def warm(self, _request: Request, /) -> None:
        """Nothing to read ahead."""

    async def aclose(self) -> None:
        """Nothing to give back."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a case; `checks_ms` is what the last look at it took."""

    result: Completion | NoCompletion
    unchecked: Completion | NoCompletion
    checks_ms: float = 0.0


def main() -> None:
    """Print the tables."""
    asked = _arguments()
    endings = asked.endings.split(",")
    by_ending: dict[str, Counter[str]] = {}
    by_kind: dict[str, Counter[str]] = {}
    times: list[float] = []
    for case in _cases(asked, endings):
        judge = judge_for(case.ending)
        assert judge is not None
        made = asyncio.run(_made(case))
        times.append(made.checks_ms)
        counts = _counted(case, made, judge)
        by_ending.setdefault(case.ending, Counter()).update(counts)
        by_kind.setdefault(case.kind, Counter()).update(counts)
        _show(case, made, counts, asked)
    _print(by_ending)
    _print({kind: by_kind[kind] for kind in NOISE if kind in by_kind})
    _print({"all": sum(by_ending.values(), Counter())})
    times.sort()
    if times:
        print(
            f"checks: p50 {times[len(times) // 2]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f}"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--endings", default=".py,.js,.ts,.tsx,.go,.rs,.java,.php,.rb,.lua,.sh")
    parser.add_argument("--show", default="", choices=("", "wrong", "lost", "open"))
    return parser.parse_args()


def _cases(asked: argparse.Namespace, endings: list[str]) -> Iterator[Case]:
    """As many cases of each ending that can be judged and that there are files of."""
    drawn = random.Random(asked.seed)  # noqa: S311 - a draw to be repeated, not a secret
    files = {ending: _files(asked.folders, ending) for ending in endings if judge_for(ending)}
    files = {ending: found for ending, found in files.items() if found}
    for ending, found in files.items():
        judge = judge_for(ending)
        assert judge is not None
        right = [text for text in map(_read, drawn.sample(found, min(120, len(found)))) if text]
        right = [text for text in right if judge(ending, text)]
        left = asked.n // len(files) + 1 if right else 0
        while left:
            case = case_in(ending, drawn.choice(right), drawn)
            if case is not None:
                left -= 1
                yield case


def _files(folders: list[Path], ending: str) -> list[Path]:
    return sorted(file for folder in folders for file in folder.rglob(f"*{ending}"))


def _read(file: Path) -> str | None:
    text = file.read_text(encoding="utf-8", errors="replace")
    return text if 0 < len(text) <= _MOST_BYTES and "\r" not in text else None


async def _made(case: Case) -> Made:
    text = case.prefix + case.suffix
    path = "a" + case.ending
    snapshot = Snapshot(path, language_of(path), 1, text, len(case.prefix))
    rest = case.suffix.split("\n", 1)[0]
    rules = Rules(len(case.prefix), "line" if rest.strip() else "block")
    request = Request(case.prefix, case.suffix, path, snapshot.language, max_new_tokens=4_096)
    backend = Scripted(case.written, case.is_torn)
    outcome = await complete(backend, request, rules, clock=time.perf_counter)
    unchecked = outcome.completion
    if isinstance(unchecked, NoCompletion):
        return Made(unchecked, unchecked)
    began = time.perf_counter()
    result = checked(unchecked, Checks(syntax_check(snapshot), None, secret_check(snapshot)), 0.0)
    return Made(result, unchecked, (time.perf_counter() - began) * 1000)


def _verdict(case: Case, text: str, n_replaced: int, judge: Judge) -> str:
    """`right`, `so far`, `open` or `wrong`; see the module."""
    suffix = case.suffix[n_replaced:]
    if judge(case.ending, case.prefix + text + suffix):
        return "right"
    bare = text.rstrip()
    rest = case.truth[len(bare) :]
    if case.truth.startswith(bare) and (not rest.strip() or rest.lstrip(" \t").startswith("\n")):
        return "so far"
    tail = _closers(rest) if case.truth.startswith(bare) else ""
    if tail and judge(case.ending, case.prefix + bare + tail + suffix):
        return "open"
    return "wrong"


def _closers(text: str) -> str:
    """The closing brackets of a text that it doesn't open itself, and a semicolon at its end."""
    depth, found = 0, ""
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if depth < 0:
            depth, found = 0, found + sign
    return found + (";" if text.rstrip().endswith(";") else "")


def _counted(case: Case, made: Made, judge: Judge) -> Counter[str]:
    raw = _verdict(case, case.written, 0, judge)
    counts = Counter({"n": 1, f"off {raw}": 1})
    # Some languages take a fence for a string.
    is_good = raw in {"right", "so far"} and "```" not in case.written
    counts["good"] += is_good
    result, before = made.result, made.unchecked
    if isinstance(result, Completion):
        start, end = result.replace
        counts["shown"] += 1
        counts["on " + _verdict(case, result.text, end - start, judge)] += 1
    if is_good:
        counts["kept"] += result == before and isinstance(result, Completion)
        counts["in part"] += result != before and isinstance(result, Completion)
    return counts


def _show(case: Case, made: Made, counts: Counter[str], asked: argparse.Namespace) -> None:
    is_lost = counts["good"] and not counts["kept"]
    wanted = {"wrong": counts["on wrong"] > 0, "lost": bool(is_lost), "open": counts["on open"] > 0}
    if wanted.get(asked.show):
        head, tail = case.prefix[-120:], case.suffix[:80]
        print(f"--- {case.ending} {case.kind}\n{head!r}\n  wrote {case.written!r}\n  rest {tail!r}")
        print(f"  unchecked {made.unchecked}\n  result {made.result}")


def _print(rows: dict[str, Counter[str]]) -> None:
    print(
        f"\n{'':16}{'n':>6} | off: wrong | on: shown {'wrong':>6} {'so far':>7} {'open':>6}"
        f" | good {'kept':>6} {'in part':>8}"
    )
    for name, counts in rows.items():
        shown, good = max(1, counts["shown"]), max(1, counts["good"])
        off = (counts["off wrong"] + counts["off open"]) / counts["n"]
        print(
            f"{name:16}{counts['n']:6} | {off:10.3f} | {counts['shown']:9} "
            f"{counts['on wrong'] / shown:6.3f} {counts['on so far'] / shown:7.3f} "
            f"{counts['on open'] / shown:6.3f} | {counts['good']:4} {counts['kept'] / good:6.3f} "
            f"{counts['in part'] / good:8.3f}"
        )


if __name__ == "__main__":
    main()
