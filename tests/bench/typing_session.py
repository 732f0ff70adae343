"""How many tokens of prompt a server has to compute at each keystroke, by whose prompt it is.

    python tests/bench/typing_session.py FOLDER... [--files 10] [--keys 300] [--seed 1]
        [--budget 8192] [--blocks 16,32,64] [--capacity TOKENS]
        [--ways block,line,off,naive,sliding] [--tokenizer PATH | --cache DIR]

Ten files of each folder are worked on (see `typist.py`), and every prompt goes through a
prefix cache in blocks (`block_cache.py`), empty at the start of each file:

- ours, with each setting of `prompt.anchor`: made by the server's own `prepare` with the
  states carried along; in a pause the server makes the prompt anew and has it read, which
  is counted as a row of its own and in the total that keystrokes are divided by;
- naive and sliding: see `rivals.py`.

With `--endpoint URL` of a vLLM that serves `tiny_deepseek.py`'s model with the same
tokenizer, the prompts of the first file are sent there, too, and its own counters
compared with the simulation: see `served_session.py`.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING

from block_cache import BlockCache
from large_bpe import kept_tokenizer
from rivals import Naive, Sliding, Spelling, front_of, ring
from served_session import compare
from typist import KEYSTROKES, Moment, session

from context import languages
from context.types import Snapshot
from lsp_server.preparation import prepare
from lsp_server.settings import Settings
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inference.types import Prompt
    from lsp_server.workspace import Workspace

# Nothing is sent there: a loopback address, so that nothing is held back either.
NOWHERE = "http://127.0.0.1:9/v1"
ANCHORS, RIVALS = ("block", "line", "off"), ("naive", "sliding")
ENDINGS = {".py", ".ts"}
# A prompt that has less of its budget isn't one of that size.
_NEAR = 0.85
ASIDE = {"tests", "__tests__", "test", "node_modules", "docs", "locale", "types"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A prompt that was sent, and at what.

    Attributes:
        key: what was typed; "pause" for a warm-up.
        moved: the part of the prompt at which it first differs from the one before.
    """

    ids: tuple[int, ...]
    key: str
    moved: str
    is_leap: bool = False


def main() -> None:
    """Print the tables."""
    asked = _asked()
    blocks = [int(size) for size in asked.blocks.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        tokenizer = asked.tokenizer or kept_tokenizer(asked.cache or Path(scratch), asked.folders)
        for folder in asked.folders:
            workspace = open_repository(folder, tokenizer, asked.budget)
            sessions = _sessions(workspace, asked)
            if asked.endpoint:
                compare(asked.endpoint, sessions, asked.block_of_server)
            else:
                _report(folder.name, sessions, blocks, asked.capacity)
            workspace.close()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--keys", type=int, default=KEYSTROKES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=int, default=8_192)
    parser.add_argument("--blocks", default="16,32,64")
    parser.add_argument("--capacity", type=int)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--cache", type=Path, help="where the trained tokenizer is kept")
    parser.add_argument("--ways", default=",".join((*ANCHORS, *RIVALS)))
    parser.add_argument("--endpoint", help="of a vLLM, without /v1")
    parser.add_argument("--block-of-server", type=int, default=32)
    return parser.parse_args()


def open_repository(folder: Path, tokenizer: Path, budget: int) -> Workspace:
    """The repository as the server opens it, indexed, for a model server on this machine."""
    settings = Settings.model_validate(
        {
            "backend": "openai",
            "endpoint": NOWHERE,
            "tokenizer": str(tokenizer),
            "context": {"budget_tokens": budget},
        }
    )
    workspace = open_workspace(folder.resolve(), settings, None)
    workspace.repository.refresh()
    return workspace


def _sessions(workspace: Workspace, asked: argparse.Namespace) -> dict[str, list[list[Sent]]]:
    """For each way to make prompts, what is sent in each file."""
    texts = sources(workspace)
    paths = chosen(workspace, texts, asked)
    ways = asked.ways.split(",")
    found: dict[str, list[list[Sent]]] = {way: [] for way in ways}
    for number, path in enumerate(paths):
        pasted = texts[paths[number - 1]][2_000:]
        moments = list(session(texts[path], pasted, asked.seed + number, asked.keys))
        for anchor in set(ANCHORS).intersection(ways):
            prompts = ours(workspace, path, moments, anchor)
            found[anchor].append(_sent([(m, p) for m, p in prompts if p is not None]))
        first = next(p for _, p in ours(workspace, path, moments[:1], "off") if p is not None)
        for way, make in _rivals(workspace, first, texts, asked.budget):
            if way in ways:
                keys = (moment for moment in moments if moment.key != "pause")
                made = [Sent(make(m.text, m.cursor), m.key, "", m.is_leap) for m in keys]
                found[way].append(made)
    return found


def sources(workspace: Workspace) -> dict[str, str]:
    """The repository's own code, neither tests nor documentation."""
    paths = [
        path
        for path in sorted(workspace.repository.index.facts)
        if Path(path).suffix in ENDINGS and not ASIDE.intersection(Path(path).parts)
    ]
    return {path: workspace.repository.read(path) or "" for path in paths}


def chosen(workspace: Workspace, texts: dict[str, str], asked: argparse.Namespace) -> list[str]:
    """Files of some length at whose middle a prompt comes near its budget."""
    rng = random.Random(asked.seed)  # noqa: S311 -- the same each time
    fit = [path for path, text in texts.items() if 450 <= text.count("\n") <= 4_000]
    rng.shuffle(fit)
    found: list[str] = []
    for path in fit:
        at = texts[path].find("\n", len(texts[path]) // 2)
        middle = Moment(texts[path], at, "type", is_leap=False)
        [(_, prompt)] = ours(workspace, path, [middle], "off")
        if prompt is not None and prompt.n_tokens >= asked.budget * _NEAR:
            found.append(path)
        if len(found) == asked.files:
            break
    return found


def ours(
    workspace: Workspace, path: str, moments: Sequence[Moment], anchor: str
) -> Iterator[tuple[Moment, Prompt | None]]:
    """What our server sends at each key; in a pause None where it reads nothing anew."""
    prompt = workspace.settings.prompt.model_copy(update={"anchor": anchor})
    workspace.settings = workspace.settings.model_copy(update={"prompt": prompt})
    workspace.remembered.clear()
    language = languages.from_lsp("", path, moments[0].text)
    last = ""
    for version, moment in enumerate(moments):
        workspace.repository.shadow(path, moment.text)
        snapshot = Snapshot(path, language, version, moment.text, moment.cursor)
        is_idle = moment.key == "pause"
        remembered = workspace.memory_of(path)
        made = prepare(workspace, snapshot, remembered, None, is_idle=is_idle)
        workspace.remember(path, made.remembered)
        is_read = is_idle and made.prompt.text == last
        last = made.prompt.text
        yield moment, None if is_read else made.prompt
    workspace.repository.shadow(path, None)


def _sent(prompts: Sequence[tuple[Moment, Prompt]]) -> list[Sent]:
    found: list[Sent] = []
    for moment, prompt in prompts:
        ids = prompt.token_ids or ()
        moved = _moved(found[-1].ids, ids, prompt) if found else "cold"
        found.append(Sent(ids, moment.key, moved, moment.is_leap))
    return found


def _moved(before: tuple[int, ...], ids: tuple[int, ...], prompt: Prompt) -> str:
    """In which part of a prompt the first token stands that another prompt hadn't there."""
    pairs = zip(before, ids, strict=False)
    at = next((i for i, (one, other) in enumerate(pairs) if one != other), len(ids))
    end = 2
    for part in prompt.parts:
        end += part.n_tokens
        if at < end:
            return part.role
        end += part.role in {"prefix", "suffix"}
    return "typed"


def _rivals(
    workspace: Workspace, first: Prompt, texts: dict[str, str], budget: int
) -> Iterator[tuple[str, Callable[[str, int], tuple[int, ...]]]]:
    spelling = Spelling(workspace.tokenizer(), workspace.spec.format)
    yield "naive", Naive(spelling, budget, front_of(first)).prompt
    yield "sliding", Sliding(spelling, budget, ring(texts, spelling, 1)).prompt


def _report(
    name: str, sessions: dict[str, list[list[Sent]]], blocks: list[int], capacity: int | None
) -> None:
    for size in blocks:
        counted = {way: _counted(all_sent, size, capacity) for way, all_sent in sessions.items()}
        floor = _per_key(counted["naive"]) if "naive" in counted else 0
        print(f"\n{name}, blocks of {size}" + (f", {capacity} tokens kept" if capacity else ""))
        print(f"{'':9}{'mean':>8}{'median':>8}{'p90':>8}{'p99':>8}{'total':>10}{'naive/it':>10}")
        for way, rows in counted.items():
            print(f"{way:9}{_row(rows)}{floor / _per_key(rows):10.1f}")
        if size == blocks[0]:
            for way in [way for way in counted if way in ANCHORS]:
                _where(way, counted[way])
    sizes = [len(one.ids) for files in sessions.values() for sent in files for one in sent]
    print(f"prompts of {mean(sizes):.0f} tokens on average, {max(sizes)} at most")


def _counted(all_sent: list[list[Sent]], size: int, capacity: int | None) -> list[tuple[Sent, int]]:
    found: list[tuple[Sent, int]] = []
    for sent in all_sent:
        cache = BlockCache(size, capacity)
        found += [(one, cache.prefill(one.ids)) for one in sent]
    return found


def _per_key(rows: list[tuple[Sent, int]]) -> float:
    """Tokens computed for each key, warm-ups counted."""
    n_keys = sum(one.key != "pause" for one, _ in rows)
    return sum(count for _, count in rows) / n_keys


def _row(rows: list[tuple[Sent, int]]) -> str:
    waited = sorted(count for one, count in rows if one.key != "pause")
    cuts = [waited[len(waited) * percent // 100] for percent in (90, 99)]
    total = sum(count for _, count in rows)
    return f"{_per_key(rows):8.1f}{median(waited):8.0f}{cuts[0]:8}{cuts[1]:8}{total:10}"


def _where(way: str, rows: list[tuple[Sent, int]]) -> None:
    """Where the tokens go: by what was done, and by the part of the prompt that moved."""
    totals: Counter[tuple[str, str]] = Counter()
    times: Counter[tuple[str, str]] = Counter()
    for one, count in rows:
        done = "leap" if one.is_leap else one.key
        totals[done, one.moved] += count
        times[done, one.moved] += 1
    whole = sum(totals.values())
    print(f"  {way}: where {whole} tokens go")
    print(f"    {'done':10}{'moved':9}{'times':>6}{'tokens':>9}{'each':>7}{'share':>7}")
    for (done, moved), total in totals.most_common(14):
        n = times[done, moved]
        print(f"    {done:10}{moved:9}{n:6}{total:9}{total / n:7.0f}{total / whole:7.1%}")
    waits = [count for one, count in rows if one.key == "pause"]
    if waits:
        print(f"    {len(waits)} warm-ups of {mean(waits):.0f} tokens on average")


if __name__ == "__main__":
    main()
