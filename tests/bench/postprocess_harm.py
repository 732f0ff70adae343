"""Does postprocessing harm right completions, and does it mend those that run on?

    python tests/bench/postprocess_harm.py FOLDER [--n 2000] [--seed 1] [--ending .py] [--show 3]

Holes are punched into sources, and what stood there is passed off as a model's text:
the rest of a line, a piece of a line, some lines of a block, and such lines with the
next one to four of the document behind them, which should be taken off again. Prints
for each kind the share that came out as it stood. Lines of a block are partly cut by
design: a line that opens a block is followed by that block alone.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inference.answer.hole import hole_at, indent_of
from inference.answer.postprocess import fit
from inference.types import NoCompletion

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("rest of line", "piece of line", "lines", "lines that run on")


@dataclass(frozen=True, slots=True)
class Case:
    """A hole in a text, what stood there, and what the model is said to have written."""

    kind: str
    prefix: str
    middle: str
    suffix: str
    written: str


def main() -> None:
    """Print the share of unharmed completions for each kind of hole."""
    asked = _arguments()
    drawn = random.Random(asked.seed)  # noqa: S311 - a draw to be repeated, not a secret
    files = sorted(asked.folder.rglob(f"*{asked.ending}"))
    drawn.shuffle(files)
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for case in _cases(files, drawn, asked.n):
        seen[case.kind] += 1
        found = _filled(case)
        right[case.kind] += found.rstrip() == (case.prefix + case.middle + case.suffix).rstrip()
        if found.startswith("<") and seen[case.kind] <= asked.show:
            print(case.kind, repr(case.prefix[-60:]), repr(case.written), found)
    for kind in KINDS:
        print(f"{kind:18} {seen[kind]:5}  unharmed {right[kind] / max(1, seen[kind]):.3f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ending", default=".py")
    parser.add_argument("--show", type=int, default=0)
    return parser.parse_args()


def _filled(case: Case) -> str:
    """The document with the completion accepted, or the reason in angle brackets."""
    extent = "line" if case.kind == KINDS[0] else "block"
    fitted = fit(case.written, hole_at(case.prefix, case.suffix), extent)
    if isinstance(fitted, NoCompletion):
        return f"<{fitted.reason}>"
    return case.prefix + fitted.text + case.suffix[fitted.n_replaced :]


def _cases(files: list[Path], drawn: random.Random, n: int) -> Iterator[Case]:
    left = n
    while left and files:
        text = drawn.choice(files).read_text(encoding="utf-8", errors="replace")
        case = _case(text, drawn)
        if case is not None:
            left -= 1
            yield case


def _case(text: str, drawn: random.Random) -> Case | None:
    lines = text.split("\n")
    row = drawn.randrange(len(lines))
    if len(lines[row].strip()) <= len("pass"):
        return None
    kind = drawn.choice(KINDS)
    start = sum(len(line) + 1 for line in lines[:row])
    line_end = start + len(lines[row])
    start += drawn.randrange(len(lines[row]) - len(lines[row].lstrip()), len(lines[row]))
    end = line_end
    if kind == KINDS[1]:
        end = drawn.randrange(start + 1, line_end + 1)
    elif kind != KINDS[0]:
        last = _last_of_block(lines, row, drawn.randrange(1, 5))
        if last == row:
            return None
        end = sum(len(line) + 1 for line in lines[: last + 1]) - 1
    middle, suffix = text[start:end], text[end:]
    if not middle.strip():
        return None
    more = suffix.split("\n")[: drawn.randrange(2, 6)] if kind == KINDS[3] else []
    return Case(kind, text[:start], middle, suffix, middle + "\n".join(more))


def _last_of_block(lines: list[str], row: int, n: int) -> int:
    """The last of up to `n` further lines that are no less indented; no blank at top level."""
    base, last = indent_of(lines[row]), row
    for place in range(row + 1, min(row + n + 1, len(lines))):
        if not lines[place].strip():
            if base == 0:
                break
        elif indent_of(lines[place]) < base:
            break
        else:
            last = place
    return last


if __name__ == "__main__":
    main()
