"""What users who type send, and when.

What they type and what is sent at each key comes from `typist.py` and `rivals.py`, at
real places of real files. When: the time from key to key is log-normal with the mean and
the deviation that Dhakal, Feit, Kristensson and Oulasvirta measured over 168,000 people
("Observations on Typing from 136 Million Keystrokes", CHI 2018: 239 ms, 112 ms). How
long somebody stops to think where the typist pauses is assumed: a second, and three
more on average. So these are users who type all the time; of people who also read and
talk there are several for each.
"""

from __future__ import annotations

import math
import random
from argparse import Namespace
from dataclasses import dataclass
from typing import TYPE_CHECKING

from block_cache import chains
from rivals import Naive, Spelling, front_of
from typing_session import chosen, open_repository, ours, sources
from typist import Moment, session

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from inference.types import Prompt
    from lsp_server.workspace import Workspace

KEY_S, KEY_DEVIATION_S = 0.2387, 0.1116
THOUGHT_S, MORE_THOUGHT_S = 1.0, 3.0
# In a pause our server waits so long before it has the next prompt read.
WARM_UP_S = 1.0


@dataclass(frozen=True, slots=True)
class Key:
    """A request.

    Attributes:
        at_s: when the key was pressed, from the session's beginning.
        until_s: when the next one is.
        is_warm_up: nobody waits for it.
    """

    at_s: float
    until_s: float
    ids: tuple[int, ...]
    blocks: tuple[int, ...]
    is_warm_up: bool = False


Session = tuple[Key, ...]


def sessions(
    folder: Path, tokenizer: Path, *, budget: int, n: int, n_keys: int, block_tokens: int
) -> tuple[list[Session], list[Session]]:
    """What `n` users send by our way and by the naive one, at the same moments."""
    workspace = open_repository(folder, tokenizer, budget)
    texts = sources(workspace)
    paths = chosen(workspace, texts, Namespace(seed=1, budget=budget, files=n))
    mine: list[Session] = []
    naive: list[Session] = []
    for number, path in enumerate(paths):
        moments = list(session(texts[path], texts[paths[number - 1]][2_000:], number, n_keys))
        times = _times(moments, number)
        prompts = [prompt for _, prompt in ours(workspace, path, moments, "block")]
        mine.append(tuple(_keys(times, map(_ids, prompts), block_tokens)))
        rival = _naive(workspace, path, moments, budget)
        naive.append(tuple(_keys(times, rival, block_tokens)))
    workspace.close()
    return mine, naive


def _naive(
    workspace: Workspace, path: str, moments: Sequence[Moment], budget: int
) -> list[tuple[int, ...] | None]:
    first = next(p for _, p in ours(workspace, path, moments[:1], "off") if p is not None)
    spelling = Spelling(workspace.tokenizer(), workspace.spec.format)
    make = Naive(spelling, budget, front_of(first)).prompt
    return [make(m.text, m.cursor) if m.key != "pause" else None for m in moments]


def _ids(prompt: Prompt | None) -> tuple[int, ...] | None:
    return prompt.token_ids if prompt else None


def _times(moments: Sequence[Moment], seed: int) -> list[tuple[float, float, bool]]:
    """For each moment, when it is asked, when the next key comes, and whether it is a pause."""
    rng = random.Random(seed)  # noqa: S311 -- the same each time
    spread = math.log(1 + (KEY_DEVIATION_S / KEY_S) ** 2)
    middle = math.log(KEY_S) - spread / 2
    pressed, found, was = 0.0, list[tuple[float, float, bool]](), 0.0
    for moment, after in zip(moments, [*moments[1:], None], strict=True):
        is_pause = moment.key == "pause"
        if is_pause:
            found.append((was + WARM_UP_S, pressed, True))
            continue
        was, gap_s = pressed, rng.lognormvariate(middle, math.sqrt(spread))
        if after is not None and after.key == "pause":
            gap_s = THOUGHT_S + rng.expovariate(1 / MORE_THOUGHT_S)
        pressed += gap_s
        found.append((was, pressed, False))
    return found


def _keys(
    times: Sequence[tuple[float, float, bool]],
    prompts: Iterable[tuple[int, ...] | None],
    block_tokens: int,
) -> Iterable[Key]:
    for (at_s, until_s, is_pause), ids in zip(times, prompts, strict=True):
        if ids:
            yield Key(at_s, until_s, ids, tuple(chains(ids, block_tokens)), is_pause)
