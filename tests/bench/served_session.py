"""The prompts of a typing session sent to a real vLLM, and its own counters read.

Each session has a cache of its own there (`cache_salt`), so that it starts as cold as
the simulated one. A prompt is sent as ids with `max_tokens` 1; what of it was cached
is told with the answer (`--enable-prompt-tokens-details`), and by the counters
`vllm:prefix_cache_queries_total` and `vllm:prefix_cache_hits_total`.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from statistics import mean, median
from typing import TYPE_CHECKING, Any, Protocol

import httpx
from block_cache import BlockCache

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TURN = 10
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


@dataclass(slots=True)
class Way:
    """A way to make prompts, and what its prompts came to.

    Attributes:
        salt: names its cache; a new one each time, as the server remembers old ones.
        counted: tokens that had to be computed, by the server's counters.
        answered: the same, as the answers say.
        waits_ms: of the prompts that somebody waited for.
    """

    name: str
    sent: Sequence[SentPrompt]
    salt: str
    answered: int = 0
    counted: float = 0.0
    waits_ms: list[float] = field(default_factory=list[float])


def compare(
    endpoint: str, sessions: Mapping[str, Sequence[Sequence[SentPrompt]]], block_tokens: int
) -> None:
    """Print a row a way to make prompts: simulated, answered, counted, and waited for.

    A few prompts of each in turn, so that what else the machine does slows all alike.
    """
    ways = [Way(name, files[0], f"{name}-{time.time_ns()}") for name, files in sessions.items()]
    with httpx.Client(base_url=endpoint, timeout=120) as client:
        model = client.get("/v1/models").raise_for_status().json()["data"][0]["id"]
        for start in range(0, max(len(way.sent) for way in ways), TURN):
            for way in ways:
                _send(client, model, way, way.sent[start : start + TURN])
    print(f"{'':9}{'prompts':>8}{'simulated':>11}{'answered':>10}{'counters':>10}", end="")
    print(f"{'off by':>8}{'median ms':>11}{'mean ms':>9}{'p90 ms':>8}")
    for way in ways:
        _print(way, block_tokens)


def _send(client: httpx.Client, model: str, way: Way, sent: Sequence[SentPrompt]) -> None:
    before = _computed(client)
    for one in sent:
        started = time.perf_counter()
        way.answered += _ask(client, model, one.ids, way.salt)
        if one.key != "pause":
            way.waits_ms.append((time.perf_counter() - started) * 1000)
    way.counted += _computed(client) - before


def _print(way: Way, block_tokens: int) -> None:
    cache = BlockCache(block_tokens)
    simulated = sum(cache.prefill(one.ids) for one in way.sent)
    waits = sorted(way.waits_ms)
    print(
        f"{way.name:9}{len(way.sent):8}{simulated:11}{way.answered:10}{way.counted:10.0f}", end=""
    )
    print(f"{way.counted / simulated - 1:8.1%}{median(waits):11.0f}{mean(waits):9.0f}", end="")
    print(f"{waits[len(waits) * 9 // 10]:8.0f}", flush=True)


def _ask(client: httpx.Client, model: str, ids: Sequence[int], salt: str) -> int:
    """How many of the prompt's tokens had to be computed, as the answer says."""
    body = {
        "model": model,
        "prompt": list(ids),
        "max_tokens": 1,
        "temperature": 0,
        "cache_salt": salt,
    }
    usage: dict[str, Any] = (
        client.post("/v1/completions", json=body).raise_for_status().json()["usage"]
    )
    details: dict[str, int] = usage.get("prompt_tokens_details") or {}
    return int(usage["prompt_tokens"]) - (details.get("cached_tokens") or 0)


def _computed(client: httpx.Client) -> float:
    """How many tokens of prompts the server has computed since it started."""
    text = client.get("/metrics").raise_for_status().text
    found = {name: float(value) for name, value in _COUNTER.findall(text)}
    return found["queries"] - found["hits"]
