"""Are right completions shown in documents that are broken around the cursor?

    python tests/bench/retyped_syntax.py FOLDER... [--n 200] [--seed 1] [--show]

Stretches of 3 to 12 lines that aren't balanced are taken out of real files, and typed again
up to some place: what follows the cursor then has lost what it belongs to. There the rest
of the line that stood there should pass the check of the syntax, whole; and, as a yardstick,
the same with a closing bracket put in that nothing opens shouldn't. Prints both shares
for each language, and what the check takes beside one parse of the whole file.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from context.checks.syntax import syntax_check
from context.languages import of as language_of
from context.parsing.opened import opened, parsed
from context.types import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (".py", ".ts", ".go", ".java", ".rs", ".rb", ".cpp", ".cc", ".js", ".php", ".cs")
_MOST_BYTES = 300_000
_PAIRS = ("()", "[]", "{}")


def main() -> None:
    """Print a row for each ending."""
    asked = _arguments()
    print(
        f"{'':6}{'n':>6}{'truth passes':>14}{'in part':>9}{'stray refused':>15}"
        f"{'p50 ms':>8}{'p99':>7}{'most':>7}{'parse p50':>11}"
    )
    for ending in ENDINGS:
        drawn = random.Random(asked.seed)  # noqa: S311 - a draw to be repeated, not a secret
        files = sorted(file for folder in asked.folders for file in folder.rglob(f"*{ending}"))
        if files:
            _row(ending, _places(files, drawn, asked.n), is_shown=asked.show)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


def _row(ending: str, places: Iterator[tuple[str, int, str]], *, is_shown: bool) -> None:
    counts: Counter[str] = Counter()
    times: dict[str, list[float]] = defaultdict(list)
    path = "a" + ending
    for text, at, truth in places:
        language = language_of(path)
        snapshot = Snapshot(path, language, 1, text, at)
        began = time.perf_counter()
        parsed(path, language, text)
        times["parse"].append(time.perf_counter() - began)
        opened(path, language, text)
        began = time.perf_counter()
        n_sound = syntax_check(snapshot).sound(truth, 0)
        times["check"].append(time.perf_counter() - began)
        stray = truth.rstrip(",;:{ ") + ")]}"
        counts["n"] += 1
        counts["whole"] += n_sound == len(truth)
        counts["part"] += 0 < n_sound < len(truth)
        counts["refused"] += syntax_check(snapshot).sound(stray, 0) < len(stray)
        if is_shown and n_sound < len(truth):
            print(f"---\n{text[max(0, at - 300) : at]}<<{truth[:n_sound]}|{truth[n_sound:]}>>")
            print(text[at : at + 160])
    n, check, parse = counts["n"] or 1, sorted(times["check"]), sorted(times["parse"])
    if check:
        print(
            f"{ending:6}{counts['n']:6}{counts['whole'] / n:14.3f}{counts['part'] / n:9.3f}"
            f"{counts['refused'] / n:15.3f}{check[n // 2] * 1000:8.2f}"
            f"{check[n * 99 // 100] * 1000:7.1f}{check[-1] * 1000:7.1f}{parse[n // 2] * 1000:11.2f}"
        )


def _places(files: list[Path], drawn: random.Random, n: int) -> Iterator[tuple[str, int, str]]:
    """Documents, cursors and the rest of what stood on their lines."""
    for _ in range(50 * n):
        text = drawn.choice(files).read_text(encoding="utf-8", errors="replace")
        found = _place(text, drawn) if len(text) <= _MOST_BYTES and "\r" not in text else None
        if found is not None:
            yield found
            n -= 1
        if n <= 0:
            return


def _place(text: str, drawn: random.Random) -> tuple[str, int, str] | None:
    lines = text.split("\n")
    if len(lines) < 40:
        return None
    first, n_lines = drawn.randrange(5, len(lines) - 14), drawn.randrange(3, 13)
    stretch = lines[first : first + n_lines]
    whole = "\n".join(stretch)
    if all(whole.count(one) == whole.count(other) for one, other in _PAIRS):
        return None
    row = drawn.randrange(n_lines - 1)
    line = stretch[row]
    indent = len(line) - len(line.lstrip())
    if len(line.strip()) <= len("pass"):
        return None
    column = drawn.choice((indent, drawn.randrange(indent, len(line))))
    truth = line[column:]
    head = "\n".join((*lines[:first], *stretch[:row], line[:column]))
    document = "\n".join((head, *lines[first + n_lines :]))
    return (document, len(head), truth) if truth.strip() else None


if __name__ == "__main__":
    main()
