"""Does a completion end where the author's statement, block or definition did?

    python tests/bench/extents.py FOLDER... [--n 300] [--seed 1] [--below] [--tokenizer FILE]

Statements, empty blocks, empty definitions and places between definitions are drawn from
real files. The text that follows in the file, to its end, stands for a model that never
stops: what `aim_at` and the cuts leave of it is compared with what the syntax tree of the
whole file says was written there. Without `--below` nothing stands behind the cursor, as
when a file is written from the top; with it, all that the file has behind that piece does.
Prints, for each language, the share that is exactly the piece, and, of another length, the
share that is shorter; with a tokenizer, how many tokens such pieces take.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from units import KINDS, Unit, units_of

from context import languages
from context.extent import aim_at
from context.types import Snapshot
from inference.answer.hole import hole_at
from inference.answer.postprocess import fit
from inference.types import NoCompletion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENDINGS = (".py", ".js", ".ts", ".go", ".rs", ".java", ".c", ".h", ".cc", ".rb", ".lua", ".kt",
           ".php", ".cs", ".swift", ".scala", ".sh")  # fmt: skip
# What some grammars count to the piece and others don't.
_TAIL = re.compile(r"(?:[;,)}\s]|\bend\b)+$")
# What a model may write on: enough to run over the end of any of these pieces.
_MOST_CHARS = 8_000
_LIMITS = (32, 64, 96, 128, 192, 256, 384, 512)


def main() -> None:
    """Print a table, and the tokens of the pieces."""
    asked = _arguments()
    drawn = random.Random(asked.seed)  # noqa: S311 - a draw to be repeated, not a secret
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    sizes: dict[str, list[str]] = defaultdict(list)
    times: list[float] = []
    for unit in _units(asked.folders, drawn, asked.n):
        began = perf_counter()
        made = completed(unit, below=asked.below)
        times.append(perf_counter() - began)
        how = verdict(unit, made)
        table[unit.language, unit.kind][how] += 1
        sizes[unit.kind].append(unit.text)
        if how != "exact" and table[unit.language, unit.kind][how] <= asked.show:
            print(f"--- {unit.path} {unit.kind} {how}")
            print(f"{unit.prefix[-200:]}⟦{made}⟧\nwanted ⟦{unit.text}⟧")
    _print(table)
    times.sort()
    middle, slow = (times[len(times) * share // 100] * 1e3 for share in (50, 99))
    print(f"ms for each: p50 {middle:.2f} p99 {slow:.2f}")
    if asked.tokenizer:
        _print_tokens(sizes, asked.tokenizer)


def completed(unit: Unit, *, below: bool) -> str:
    """What is left of the rest of the file, or why nothing is."""
    suffix = unit.suffix if below else "\n"
    text = unit.prefix + suffix
    snapshot = Snapshot(unit.path, unit.language, 1, text, len(unit.prefix))
    aim = aim_at(snapshot)
    hole = hole_at(unit.prefix, suffix, fills=aim.fills)
    found = fit((unit.text + unit.suffix)[:_MOST_CHARS], hole, aim.extent)
    return f"<{found.reason}>" if isinstance(found, NoCompletion) else found.text


def verdict(unit: Unit, made: str) -> str:
    """Whether that is the piece: what closes it at its end doesn't count."""
    mine, theirs = _TAIL.sub("", made.strip()), _TAIL.sub("", unit.text.strip())
    if mine == theirs:
        return "exact"
    return "shorter" if theirs.startswith(mine) else "longer"


def _units(folders: Sequence[Path], drawn: random.Random, n: int) -> Iterator[Unit]:
    """Up to `n` pieces of each kind and language, a few from each of some files."""
    files = [
        file
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.suffix in ENDINGS and file.is_file()
    ]
    drawn.shuffle(files)
    left: Counter[tuple[str, str]] = Counter()
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        language = languages.of(file.name, text)
        if any(left[language, kind] < n for kind in KINDS) and len(text) < 100_000:
            for unit in units_of(file.as_posix(), language, text, drawn):
                if left[language, unit.kind] < n:
                    left[language, unit.kind] += 1
                    yield unit


def _print(table: dict[tuple[str, str], Counter[str]]) -> None:
    print(f"{'':12}" + "".join(f"{kind:>26}" for kind in KINDS))
    for language in sorted({language for language, _ in table}):
        cells = [table[language, kind] for kind in KINDS]
        print(f"{language:12}" + "".join(map(_cell, cells)))
    totals = [sum((table[key] for key in table if key[1] == kind), Counter()) for kind in KINDS]
    print(f"{'all':12}" + "".join(map(_cell, totals)))


def _cell(found: Counter[str]) -> str:
    n = found.total()
    if not n:
        return f"{'-':>26}"
    return f"{found['exact'] / n:12.3f} (<{found['shorter'] / n:.2f} {n:5})"


def _print_tokens(sizes: dict[str, list[str]], file: str) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(file)
    for kind, texts in sizes.items():
        counts = sorted(len(one.ids) for one in tokenizer.encode_batch_fast(texts))
        half, most = (counts[len(counts) * share // 100] for share in (50, 90))
        shares = (f"<={n}: {sum(one <= n for one in counts) / len(counts):.3f}" for n in _LIMITS)
        print(f"{kind:12} p50 {half:4} p90 {most:4}  {' '.join(shares)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--below", action="store_true")
    parser.add_argument("--tokenizer", default="")
    parser.add_argument("--show", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
