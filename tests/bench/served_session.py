"""The prompts of a typing session sent to a real vLLM, and its own counters read.

Each session has a cache of its own there (`cache_salt`), so that it starts as cold as
the simulated one. A prompt is sent as ids with `max_tokens` 1; what of it was cached
is told with the answer (`--enable-prompt-tokens-details`), and by the counters
`vllm:prefix_cache_queries_total` and `vllm:prefix_cache_hits_total`.
"""

from __future__ import annotations

import re
import time
from statistics import mean, median
from typing import TYPE_CHECKING, NamedTuple, Protocol

import httpx
from block_cache import BlockCache

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COUNTER = re.compile(r"^vllm:prefix_cache_(queries|hits)_total\{[^}]*\} (\S+)$", re.MULTILINE)


class SentPrompt(Protocol):
    """What is sent, and at what key."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The prompt."""
        ...

    @property
    def key(self) -> str:
        """What was typed; "pause" for a warm-up, which nobody waits for."""
        ...


class Answered(NamedTuple):
    """What one prompt came to: tokens that had to be computed, and seconds."""

    computed: int
    seconds: float


def compare(
    endpoint: str, sessions: Mapping[str, Sequence[Sequence[SentPrompt]]], block_tokens: int
) -> None:
    """Print a row a way to make prompts: simulated, answered, counted, and waited for."""
    print(f"{'':9}{'prompts':>8}{'simulated':>11}{'answered':>10}{'counters':>10}", end="")
    print(f"{'off by':>8}{'median ms':>11}{'mean ms':>9}{'p90 ms':>8}")
    with httpx.Client(base_url=endpoint, timeout=120) as client:
        model = client.get("/v1/models").raise_for_status().json()["data"][0]["id"]
        _ask(client, model, [1, 2, 3], "start")
        for way, files in sessions.items():
            _row(client, model, way, files[0], block_tokens)


def _row(
    client: httpx.Client, model: str, way: str, sent: Sequence[SentPrompt], block_tokens: int
) -> None:
    cache = BlockCache(block_tokens)
    simulated = sum(cache.prefill(one.ids) for one in sent)
    before = _counters(client)
    # A new name each time, as the server remembers what was sent under an old one.
    salt = f"{way}-{time.time_ns()}"
    answers = [_ask(client, model, one.ids, salt) for one in sent]
    after = _counters(client)
    counted = (after["queries"] - before["queries"]) - (after["hits"] - before["hits"])
    answered = sum(one.computed for one in answers)
    keyed = zip(sent, answers, strict=True)
    waits = sorted(one.seconds * 1000 for key, one in keyed if key.key != "pause")
    print(f"{way:9}{len(sent):8}{simulated:11}{answered:10}{counted:10.0f}", end="")
    print(f"{counted / simulated - 1:8.1%}{median(waits):11.0f}{mean(waits):9.0f}", end="")
    print(f"{waits[len(waits) * 9 // 10]:8.0f}", flush=True)


def _ask(client: httpx.Client, model: str, ids: Sequence[int], salt: str) -> Answered:
    body = {
        "model": model,
        "prompt": list(ids),
        "max_tokens": 1,
        "temperature": 0,
        "cache_salt": salt,
    }
    started = time.perf_counter()
    usage = client.post("/v1/completions", json=body).raise_for_status().json()["usage"]
    seconds = time.perf_counter() - started
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    return Answered(usage["prompt_tokens"] - cached, seconds)


def _counters(client: httpx.Client) -> dict[str, float]:
    """What the server has counted since it started."""
    text = client.get("/metrics").raise_for_status().text
    return {name: float(value) for name, value in _COUNTER.findall(text)}
