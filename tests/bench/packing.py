"""How long it takes to make a prompt, warm, against tokenising its text anew.

    python tests/bench/packing.py FOLDER [--budgets 8192,131072] [--files 4] [--keys 200]
        [--seed 1] [--tokenizer PATH | --cache DIR]

The server's own `prepare` on real files: at each key, at a key a few lines away (the
prompt is anchored anew, for the same place), and at a key in another part of the file
(what is shown changes, too). `pack` is from a selection to the prompt's ids; `whole` is
all of `prepare`, choosing included. The floor in the same run is what the `tokenizers`
library takes for the text of such a prompt.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tokenizers
from large_bpe import kept_tokenizer
from typing_session import open_repository, sources

from context import languages
from context.types import Snapshot
from lsp_server.preparation import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lsp_server.workspace import Workspace

Act = Literal["key", "anew", "leap"]
WORDS = "self.value = other_name(first, second)\n"
N_FLOOR = 5


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one prompt, and its tokens."""

    act: Act
    pack_ms: float
    whole_ms: float
    n_tokens: int


def main() -> None:
    """Print a table a budget."""
    asked = _asked()
    with tempfile.TemporaryDirectory() as scratch:
        tokenizer = asked.tokenizer or kept_tokenizer(asked.cache or Path(scratch), [asked.folder])
        for budget in (int(one) for one in asked.budgets.split(",")):
            workspace = open_repository(asked.folder, tokenizer, budget)
            texts = sources(workspace)
            big = sorted(texts, key=lambda path: -len(texts[path]))[: asked.files]
            rows = [row for path in big for row in _timed(workspace, path, texts[path], asked)]
            _report(budget, rows, _floor(workspace, big[0], texts[big[0]], tokenizer))
            workspace.close()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--budgets", default="8192,131072")
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--cache", type=Path, help="where the trained tokenizer is kept")
    return parser.parse_args()


def _timed(
    workspace: Workspace, path: str, text: str, asked: argparse.Namespace
) -> Iterator[Timed]:
    """Every prompt but the first, which fills the caches."""
    rng = random.Random(asked.seed)  # noqa: S311 -- the same each time
    at = _line_end(text, len(text) // 2)
    _prepared(workspace, path, text, at, "leap")
    for number in range(asked.keys):
        act: Act = "leap" if number % 20 == 19 else "anew" if number % 20 == 9 else "key"
        if act == "leap":
            at = _line_end(text, rng.randrange(len(text) // 8, len(text) * 7 // 8))
        elif act == "anew":
            at = _line_end(text, min(len(text) - 1, at + 200))
        text = text[:at] + WORDS[number % len(WORDS)] + text[at:]
        at += 1
        yield _prepared(workspace, path, text, at, act)
    workspace.repository.shadow(path, None)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _prepared(workspace: Workspace, path: str, text: str, cursor: int, act: Act) -> Timed:
    workspace.repository.shadow(path, text)
    snapshot = Snapshot(path, languages.from_lsp("", path, text), None, text, cursor)
    started = time.perf_counter()
    made = prepare(workspace, snapshot, workspace.memory_of(path), None)
    whole_ms = (time.perf_counter() - started) * 1000
    workspace.remember(path, made.remembered)
    return Timed(act, made.pack_ms, whole_ms, made.prompt.n_tokens)


def _floor(workspace: Workspace, path: str, text: str, tokenizer: Path) -> list[float]:
    """Milliseconds for the text of the file's prompt, tokenised as a whole."""
    at = _line_end(text, len(text) // 2)
    snapshot = Snapshot(path, languages.from_lsp("", path, text), None, text, at)
    prompt = prepare(workspace, snapshot, workspace.memory_of(path), None).prompt
    library = tokenizers.Tokenizer.from_file(str(tokenizer))
    times: list[float] = []
    for _ in range(N_FLOOR):
        started = time.perf_counter()
        library.encode(prompt.text, add_special_tokens=False)
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)


def _report(budget: int, rows: list[Timed], floor: list[float]) -> None:
    n_tokens = sorted(row.n_tokens for row in rows)[len(rows) // 2]
    middle = floor[len(floor) // 2]
    print(f"\nbudget {budget}: {n_tokens} tokens; tokenised anew {middle:.1f} ms")
    print(f"{'':6}{'n':>5}{'pack p50':>10}{'p99':>8}{'whole p50':>11}{'p99':>8}{'anew/p50':>10}")
    for act in ("key", "anew", "leap"):
        packs = sorted(row.pack_ms for row in rows if row.act == act)
        wholes = sorted(row.whole_ms for row in rows if row.act == act)
        print(
            f"{act:6}{len(packs):5}{_at(packs, 50):10.2f}{_at(packs, 99):8.2f}"
            f"{_at(wholes, 50):11.2f}{_at(wholes, 99):8.2f}{middle / _at(packs, 50):10.0f}"
        )


def _at(values: list[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


if __name__ == "__main__":
    main()
