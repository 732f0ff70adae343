"""How long the first token takes while somebody types in two files, by llama.cpp.

    PYTHON tests/bench/gguf_typing.py FILE [TOKENS] [KEYSTROKES]

PYTHON is one that has llama-cpp-python; FILE is any `.gguf`, `tests/lite/tiny_gguf.py` makes a
small one. Both files begin with the same repository part, half of the prompt; after every
fifth keystroke the other file is typed in. Prints medians and the worst, in milliseconds: of our
runner, of the library's own loop (which goes on from the last prompt's beginning), and
of reading each prompt from scratch.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.runners.gguf.load import load
from inference.runners.runner import Ask, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TURN = 5
_MS = 1000


def main(file: Path, n_tokens: int, n_keystrokes: int) -> dict[str, Any]:
    """Medians and maxima, and how often ours is quicker."""
    from llama_cpp import Llama

    room = n_tokens + 4 * n_keystrokes + 16
    runner = load(Plan(file, context_tokens=room, threads=1))
    plain = Llama(str(file), n_ctx=room, n_threads=1, n_threads_batch=1, verbose=False)

    def ours(prompt: list[int]) -> None:
        steps = runner.run(Ask(tuple(prompt), max_new_tokens=1))
        next(step for step in steps if step.token_ids or step.finish_reason)

    def library(prompt: list[int]) -> None:
        next(plain.generate(prompt, temp=0.0))

    def scratch(prompt: list[int]) -> None:
        plain.reset()
        library(prompt)

    found: dict[str, Any] = {"prompt_tokens": n_tokens}
    for name, ask in (("ours", ours), ("library", library), ("scratch", scratch)):
        taken = [_ms(ask, prompt) for prompt in _typed(n_tokens, n_keystrokes)]
        # The first prompt of each file is new to everybody.
        rest = taken[1:_TURN] + taken[_TURN + 1 :]
        found[name] = {"p50": statistics.median(rest), "worst": max(rest), "first": taken[0]}
    return found


def _typed(n_tokens: int, n_keystrokes: int) -> Iterator[list[int]]:
    """The prompts, keystroke by keystroke."""
    chance = random.Random(11)  # noqa: S311 -- no secrets
    head = [chance.randrange(900) for _ in range(n_tokens // 2)]
    files = [head + [chance.randrange(900) for _ in range(n_tokens // 2)] for _ in range(2)]
    for stroke in range(n_keystrokes):
        ids = files[stroke // _TURN % 2]
        ids.extend(chance.randrange(900) for _ in range(chance.randint(1, 3)))
        yield list(ids)


def _ms(ask: Callable[[list[int]], None], prompt: list[int]) -> float:
    began = time.perf_counter()
    ask(prompt)
    return round((time.perf_counter() - began) * _MS, 1)


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[2:]]
    tokens, keystrokes = (*numbers, 2048, 20)[:2] if not numbers else (*numbers, 20)[:2]
    print(json.dumps(main(Path(sys.argv[1]), tokens, keystrokes)))
