"""How many keystrokes are answered without the backend, ours against llama.vim's cache rule.

    python tests/bench/type_through.py FOLDER... [--files 10] [--keys 300] [--seed 1]
        [--wrong-words 0.1]

Ten files of each folder are worked on (see `typist.py`: real stretches typed again with
slips, deleting, undoing, leaving and coming back, in an editor that closes brackets and
indents), and both rules are asked at every key. The model behind them is the same
(`noisy_truth.py`) and answers before the next key, what is asked ahead included, so that
the rules alone are compared. A key counts as answered where something is shown at once, or
is known to be nothing; how often something is shown stands beside it. Not all that
llama.vim shows fits: its keys leave out how an empty line is indented, and what it asks
ahead leaves out the rest of the line, so that brackets come twice.

llama.vim asks the model at every key that it doesn't know exactly, also where it shows
something; so what it costs is printed, too: how often each asked per key.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from types import SimpleNamespace
from typing import Any

from llama_cache import LlamaCache
from noisy_truth import NoisyTruth
from typist import KEYSTROKES, session

from context import languages
from context.extent import aim_at
from context.types import Snapshot
from inference.answer.hole import hole_at
from inference.answer.postprocess import fit
from inference.types import Completion, NoCompletion
from lsp_server.inline.asked import Asked
from lsp_server.inline.cache import Cache
from lsp_server.inline.prefetch import accepted

ENDINGS = {".py", ".ts"}
_ASIDE = {"tests", "test", "__tests__", "node_modules", "docs", "locale", ".git"}
_LEAST_LINES, _MOST_CHARS = 300, 200_000
_WORLD: Any = 0
_COUNTS = (
    "n_keys",
    "ours",
    "theirs",
    "shown",
    "shown_by_theirs",
    "sound_of_theirs",
    "asked",
    "asked_by_theirs",
)
_KINDS = ("type", "enter", "backspace", "delete", "undo", "paste")


@dataclass(slots=True)
class Ours:
    """The server's own cache, asked and filled as the server does."""

    model: NoisyTruth
    path: str
    cache: Cache = field(default_factory=Cache)
    look_s: list[float] = field(default_factory=list[float])

    def key(self, text: str, cursor: int) -> tuple[str | None, bool]:
        """What is shown at this key without asking, and whether the backend is left alone.

        Asks and keeps what the server would.
        """
        asked = self._asked(text, cursor)
        started = time.thread_time()
        found = self.cache.look(asked)
        self.look_s.append(time.thread_time() - started)
        known = found.completions if found is not None else self._generated(asked)
        if known:
            ahead = accepted(asked, known[0])
            if ahead is not None and not self.cache.knows(ahead):
                self._generated(ahead)
        return known[0].text if found is not None and known else None, found is not None

    def _asked(self, text: str, cursor: int) -> Asked:
        document: Any = SimpleNamespace(uri="file:///" + self.path)
        workspace: Any = SimpleNamespace()
        snapshot = Snapshot(self.path, languages.of(self.path, text), 1, text, cursor)
        return Asked(document, workspace, snapshot, world=_WORLD)

    def _generated(self, asked: Asked) -> tuple[Completion, ...]:
        at, aim = asked.snapshot.cursor, aim_at(asked.snapshot)
        hole = hole_at(asked.prefix, asked.suffix, fills=aim.fills)
        fitted = fit(self.model(asked.prefix, asked.suffix), hole, aim.extent)
        made: tuple[Completion, ...] = ()
        if not isinstance(fitted, NoCompletion):
            made = (Completion(fitted.text, (at, at + fitted.n_replaced)),)
        self.cache.keep(asked, made, is_whole=True)
        return made


@dataclass(slots=True)
class Tally:
    """What came of the keys of one folder."""

    n_keys: int = 0
    ours: int = 0
    theirs: int = 0
    shown: int = 0
    shown_by_theirs: int = 0
    sound_of_theirs: int = 0
    asked: int = 0
    asked_by_theirs: int = 0
    by_kind: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    look_s: list[float] = field(default_factory=list[float])


def main() -> None:
    """Print a row a folder, and the sum."""
    asked = _options()
    heads = "   shown: ours, llama, sound   asked per key: ours, llama  look ms p50, p99"
    print(f"{'':24}{'keys':>7}{'ours':>8}{'llama':>8}{heads}")
    every = [(folder.name, measured(folder, asked)) for folder in asked.folders]
    for name, tally in every:
        _print(name, tally)
    if len(every) > 1:
        _print("all", _sum([tally for _, tally in every]))
    print("\nby key, ours and llama.vim's, of all:")
    whole = _sum([tally for _, tally in every])
    for kind in _KINDS:
        n, ours, theirs = whole.by_kind.get(kind, [0, 0, 0])
        if n:
            print(f"  {kind:12}{n:7}{ours / n:8.1%}{theirs / n:8.1%}")


def measured(folder: Path, asked: argparse.Namespace) -> Tally:
    """What came of the keys in some files of a folder."""
    tally = Tally()
    texts = _texts(folder)
    rng = random.Random(asked.seed)  # noqa: S311 -- the same each time
    paths = rng.sample(sorted(texts), min(asked.files, len(texts)))
    for number, path in enumerate(paths):
        pasted = texts[paths[number - 1]][2_000:]
        _work(tally, path, texts[path], pasted, asked, asked.seed + number)
    return tally


def _work(
    tally: Tally, path: str, text: str, pasted: str, asked: argparse.Namespace, seed: int
) -> None:
    ours = Ours(NoisyTruth(text, seed, asked.wrong_words), path)
    model = NoisyTruth(text, seed, asked.wrong_words)
    theirs = LlamaCache(model)
    for moment in session(text, pasted, seed, asked.keys):
        if moment.key == "pause":
            continue
        shown, mine = ours.key(moment.text, moment.cursor)
        shown_by_theirs, is_known = theirs.key(moment.text, moment.cursor)
        others = shown_by_theirs is not None or is_known
        tally.n_keys += 1
        tally.shown += shown is not None
        tally.shown_by_theirs += shown_by_theirs is not None
        tally.sound_of_theirs += is_sound(shown_by_theirs, moment.text, moment.cursor)
        tally.ours += mine
        tally.theirs += others
        counts = tally.by_kind.setdefault(moment.key, [0, 0, 0])
        tally.by_kind[moment.key] = [counts[0] + 1, counts[1] + mine, counts[2] + others]
    tally.asked += ours.model.n_asked
    tally.asked_by_theirs += model.n_asked
    tally.look_s += ours.look_s


def is_sound(shown: str | None, text: str, cursor: int) -> bool:
    """Whether something is shown that doesn't bring the rest of the cursor's line again."""
    rest = text[cursor:].split("\n", 1)[0].strip()
    return shown is not None and not (rest and shown.startswith(rest))


def _texts(folder: Path) -> dict[str, str]:
    """Files worth typing in, by path."""
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.suffix not in ENDINGS or _ASIDE.intersection(path.parts) or not file.is_file():
            continue
        text = file.read_text("utf-8", "replace").replace("\r\n", "\n")
        if text.count("\n") >= _LEAST_LINES and len(text) < _MOST_CHARS and "\t" not in text:
            found[path.as_posix()] = text
    return found


def _sum(every: list[Tally]) -> Tally:
    whole = Tally()
    for tally in every:
        for name in _COUNTS:
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        whole.look_s += tally.look_s
        for kind, counts in tally.by_kind.items():
            known = whole.by_kind.setdefault(kind, [0, 0, 0])
            whole.by_kind[kind] = [a + b for a, b in zip(known, counts, strict=True)]
    return whole


def _print(name: str, tally: Tally) -> None:
    cuts = quantiles(tally.look_s, n=100)
    n = tally.n_keys
    print(
        f"{name:24}{n:7}{tally.ours / n:8.1%}{tally.theirs / n:8.1%}"
        f"{tally.shown / n:9.1%}{tally.shown_by_theirs / n:8.1%}{tally.sound_of_theirs / n:8.1%}"
        f"{tally.asked / n:16.2f}{tally.asked_by_theirs / n:8.2f}"
        f"{cuts[49] * 1000:16.3f}{cuts[98] * 1000:8.3f}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--keys", type=int, default=KEYSTROKES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrong-words", type=float, default=0.1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
