"""The same traffic sent to a real vLLM as it would come, and what that server takes, measured."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from contextlib import aclosing
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
from load_engine import Rates

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from load_model import Policy
    from load_traffic import Key, Session

_SIZES = (128, 512, 1024, 2048, 3072)
_REPEATS, _TOGETHER, _SAID = 5, 8, 40
_NUMBERS = itertools.count(time.time_ns())


@dataclass(frozen=True, slots=True)
class Server:
    """A vLLM and the model it serves."""

    client: httpx.AsyncClient
    model: str

    async def ask(
        self, ids: Sequence[int], salt: str, n: int, priority: int = 0
    ) -> AsyncGenerator[float]:
        """The moment at which each piece of the answer came, by `time.perf_counter`."""
        asked: dict[str, Any] = {
            "model": self.model,
            "prompt": list(ids),
            "max_tokens": n,
            "temperature": 0,
            "stream": True,
            "ignore_eos": True,
            "cache_salt": salt,
            "priority": priority,
        }
        async with self.client.stream("POST", "/v1/completions", json=asked) as answer:
            async for line in answer.raise_for_status().aiter_lines():
                if line.startswith("data: {"):
                    yield time.perf_counter()

    async def timed(self, ids: Sequence[int], salt: str, n: int) -> tuple[float, float]:
        """How long the first token took, and how long the last one."""
        started = time.perf_counter()
        moments = [moment async for moment in self.ask(ids, salt, n)]
        return moments[0] - started, moments[-1] - started


async def open_server(endpoint: str) -> Server:
    """The server at that address, without `/v1`."""
    client = httpx.AsyncClient(base_url=endpoint, timeout=300, limits=httpx.Limits())
    models = (await client.get("/v1/models")).raise_for_status().json()["data"]
    return Server(client, models[0]["id"])


async def measure_rates(server: Server, ids: Sequence[int]) -> Rates:
    """What it takes, from prompts of several lengths that it hasn't read, alone and together.

    Medians of five: what else the machine does would else be taken for the server's.
    """
    salt = f"rates-{next(_NUMBERS)}"
    await server.timed(ids[:64], salt, _SAID)
    rows, waits = list[tuple[float, float, float]](), list[float]()
    for n in _SIZES:
        taken = [
            (await server.timed(ids[:n], f"{salt}-{next(_NUMBERS)}", 1))[0] for _ in range(_REPEATS)
        ]
        rows.append((1.0, n, n * n / 2))
        waits.append(median(taken))
    fixed, token_s, look_back_s = np.linalg.lstsq(np.array(rows), np.array(waits), rcond=None)[0]
    one = await _each_s(server, ids, 1)
    several = await _each_s(server, ids, _TOGETHER)
    answer_s = max(0.0, (several - one) / (_TOGETHER - 1))
    step_s = max(0.0, one - answer_s)
    return Rates(
        "this machine's processor, tiny model, measured now",
        step_s,
        max(0.0, float(token_s)),
        max(0.0, float(look_back_s)),
        answer_s,
        max(0.0, float(fixed) - step_s),
    )


async def _each_s(server: Server, ids: Sequence[int], n: int) -> float:
    """How long a step takes in which so many answers go on."""
    salts = [f"each-{next(_NUMBERS)}" for _ in range(n)]
    await asyncio.gather(*(server.timed(ids[:512], salt, 1) for salt in salts))
    taken = await asyncio.gather(*(server.timed(ids[:512], s, _SAID) for s in salts))
    return median((last - first) / (_SAID - 1) for first, last in taken)


async def replay(
    server: Server, users: Sequence[tuple[float, Session]], policy: Policy, n_said: int
) -> list[tuple[Key, float]]:
    """Each key with how long it took to its first token; endless where it never came."""
    found: list[tuple[Key, float]] = []
    started = time.perf_counter()
    await asyncio.gather(
        *(_type(server, started + offset, keys, policy, n_said, found) for offset, keys in users)
    )
    return found


async def _type(
    server: Server,
    started: float,
    keys: Session,
    policy: Policy,
    n_said: int,
    found: list[tuple[Key, float]],
) -> None:
    salt, asking = f"user-{next(_NUMBERS)}", list[asyncio.Task[None]]()

    async def ask(key: Key) -> None:
        wait_s = math.inf
        n, priority = (1, 10) if key.is_warm_up else (n_said, 0)
        try:
            async with aclosing(server.ask(key.ids, salt, n, priority)) as moments:
                async for moment in moments:
                    wait_s = min(wait_s, moment - (started + key.at_s))
        finally:
            found.append((key, wait_s))

    for key in keys:
        at_s = key.at_s + (0.0 if key.is_warm_up else policy.debounce_s)
        if at_s > key.until_s:
            found.append((key, math.inf))
            continue
        await asyncio.sleep(max(0.0, started + at_s - time.perf_counter()))
        if policy.cancels:
            for task in asking:
                task.cancel()
        asking.append(asyncio.create_task(ask(key)))
    await asyncio.gather(*asking, return_exceptions=True)
