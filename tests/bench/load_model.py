"""How many typing users a replica serves, by our way to ask it and by the naive one: simulated.

    python tests/bench/load_model.py FOLDER --tokenizer PATH [--budget 8192] [--sessions 12]
        [--keys 150] [--answer 24] [--within 0.3]
    ... --endpoint URL [--users 2,4,8]    beside a real vLLM (see `typing_session.py`)

Users type all the time (`load_traffic.py`), and each key asks for a completion. A key
counts where its user then waits at least so long as `--within`: the share of those that
have their first token by then must be 95%, which is the same as a 95th percentile of at
most that, with none left out for having been given up. All ways are asked at the same
moments and by the same keys:

- naive: every key is asked and runs to its end; what is typed stands in front of the suffix;
- naive, cancelled: the last request is ended by the next key;
- ours: cancelled, prompts that stand still up to what was typed, and read ahead in pauses;
- ours, 75 ms: and nothing asked that the next key overtakes within 75 ms.

With `--endpoint` the rates are that server's, measured before, and the same traffic is sent
to it; its times stand beside the simulated ones. Else they are assumed for a GPU, from
published numbers that are printed with the result.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from load_engine import Asked, Engine, Rates
from load_replay import measure_rates, open_server, replay
from load_traffic import sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from load_traffic import Key, Session

GPU_BLOCK, CPU_BLOCK = 16, 32
SHARE = 0.95
_MOST_USERS = 2000
# DeepSeek-Coder-V2-Lite in bf16 on one H100 SXM: 2.4 B active of 15.7 B parameters (the model's
# card), 989 TFLOP/s and 3.35 TB/s (the GPU's data sheet). Assumed: 35% of the former while
# reading; every step reads all 31.4 GB of weights (many answers touch all experts), one answer
# a latent cache of 31,104 B a token at 8K; 16 heads of 192 + 128 in 27 layers to look back;
# 10 ms outside of the engine; 37 GB left for the cache.
_FLOPS, _BYTES_S = 989e12 * 0.35, 3.35e12
H100 = Rates(
    "one H100, DeepSeek-Coder-V2-Lite, assumed from data sheets",
    step_s=31.4e9 / _BYTES_S,
    token_s=2 * 2.4e9 / _FLOPS,
    look_back_s=2 * 27 * 16 * (192 + 128) / _FLOPS,
    answer_s=31_104 * 8192 / _BYTES_S,
    outside_s=0.010,
    cache_tokens=int(37e9 / 31_104),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """A way to ask.

    Attributes:
        cancels: a key ends what the last one asked.
        debounce_s: nothing is asked that the next key overtakes so soon.
        is_ours: whose prompts are sent.
    """

    name: str
    is_ours: bool = False
    cancels: bool = False
    debounce_s: float = 0.0


POLICIES = (
    Policy("naive"),
    Policy("naive, cancelled", cancels=True),
    Policy("ours", is_ours=True, cancels=True),
    Policy("ours, 75 ms", is_ours=True, cancels=True, debounce_s=0.075),
)

Users = list[tuple[float, "Session"]]
Waits = list[tuple["Key", float]]


def simulate(
    rates: Rates, users: Users, policy: Policy, n_said: int, block: int
) -> tuple[Waits, Engine]:
    """Each key with how long it took to its first token; endless where it never came."""
    engine = Engine(rates, block)
    coming, leaving = _arrivals(users, policy, n_said), list[tuple[float, int, Asked]]()
    for number, (at_s, until_s, _, asked) in enumerate(coming):
        if policy.cancels:
            heapq.heappush(leaving, (until_s, number, asked))
        asked.at_s = at_s
    next_one = 0
    while next_one < len(coming) or engine.inside:
        if not engine.inside:
            engine.now_s = max(engine.now_s, coming[next_one][0])
        while next_one < len(coming) and coming[next_one][0] <= engine.now_s:
            engine.inside.append(coming[next_one][3])
            next_one += 1
        while leaving and leaving[0][0] <= engine.now_s:
            engine.leave(heapq.heappop(leaving)[2])
        if engine.inside:
            engine.step()
    delay_s = policy.debounce_s + rates.outside_s
    waits = [
        (key, math.inf if asked.first_s is None else asked.first_s - asked.at_s + delay_s)
        for _, _, key, asked in coming
    ]
    return waits, engine


def _arrivals(users: Users, policy: Policy, n_said: int) -> list[tuple[float, float, Key, Asked]]:
    """Requests in the order they come: when, until when somebody waits, and for what key."""
    found: list[tuple[float, float, Key, Asked]] = []
    for user, (offset, keys) in enumerate(users):
        for key in keys:
            at_s = key.at_s + (0.0 if key.is_warm_up else policy.debounce_s)
            n = 1 if key.is_warm_up else n_said
            asked = Asked(0.0, len(key.ids), key.blocks, user, n, key.is_warm_up)
            if at_s <= key.until_s:
                found.append((offset + at_s, offset + key.until_s, key, asked))
    found.sort(key=lambda one: one[0])
    return found


def crowd(known: Sequence[Session], n: int) -> Users:
    """So many users, who each do what one of the sessions does, and begin one after the other."""
    rng = random.Random(n)  # noqa: S311 -- the same each time
    return [(rng.uniform(0, 20), known[number % len(known)]) for number in range(n)]


def waited(waits: Waits, within_s: float) -> list[float]:
    """How long those waited who did, sorted."""
    return sorted(
        wait for key, wait in waits if not key.is_warm_up and key.until_s - key.at_s >= within_s
    )


def percentile(waits: Sequence[float], share: float) -> float:
    """Of what is sorted."""
    return waits[min(len(waits) - 1, int(len(waits) * share))]


def most_users(
    rates: Rates, known: Sequence[Session], policy: Policy, asked: argparse.Namespace
) -> int:
    """The largest crowd that is served in time; doubled, then halved in."""

    def serves(n: int) -> bool:
        waits, _ = simulate(rates, crowd(known, n), policy, asked.answer, GPU_BLOCK)
        return percentile(waited(waits, asked.within), SHARE) <= asked.within

    high = 1
    while high < _MOST_USERS and serves(high):
        high *= 2
    low = high // 2
    while high - low > max(1, low // 20):
        middle = (low + high) // 2
        low, high = (middle, high) if serves(middle) else (low, middle)
    return low


def on_a_gpu(
    rates: Rates, mine: list[Session], naive: list[Session], asked: argparse.Namespace
) -> None:
    """Print the table of users."""
    print(f"{rates.name}:\n  {_spelled(rates)}")
    print(f"{'':18}{'users':>7}{'tokens read a key':>19}{'busy':>7}")
    for policy in POLICIES:
        known = mine if policy.is_ours else naive
        n = most_users(rates, known, policy, asked)
        waits, engine = simulate(rates, crowd(known, max(1, n)), policy, asked.answer, GPU_BLOCK)
        n_keys = sum(not key.is_warm_up for key, _ in waits)
        print(f"{policy.name:18}{n:7}{engine.n_read / n_keys:19.0f}", end="")
        print(f"{engine.busy_s / engine.now_s:7.0%}", flush=True)
    held = sum(len({block for key in one for block in key.blocks}) for one in mine) / len(mine)
    print(
        f"room for what {rates.cache_tokens / (held * GPU_BLOCK):.0f} such users read in a session"
    )


async def beside_a_server(
    mine: list[Session], naive: list[Session], asked: argparse.Namespace
) -> None:
    """Print measured times and simulated ones, for each crowd and way."""
    server = await open_server(asked.endpoint)
    longest = max((key.ids for one in naive for key in one), key=len)
    rates = await measure_rates(server, longest)
    print(f"{rates.name}:\n  {_spelled(rates)}")
    print(
        f"{'':18}{'users':>6}{'p50 ms':>8}{'sim':>6}{'p95 ms':>8}{'sim':>6}{'in time':>9}{'sim':>6}"
    )
    for n in map(int, asked.users.split(",")):
        for policy in (POLICIES[1], POLICIES[2]):
            users = crowd(mine if policy.is_ours else naive, n)
            real = waited(await replay(server, users, policy, asked.answer), asked.within)
            waits, _ = simulate(rates, users, policy, asked.answer, CPU_BLOCK)
            print(
                f"{policy.name:18}{n:6}{_beside(real, waited(waits, asked.within), asked)}",
                flush=True,
            )
    await server.client.aclose()


def _beside(real: list[float], simulated: list[float], asked: argparse.Namespace) -> str:
    cells = ""
    for share in (0.5, SHARE):
        cells += f"{percentile(real, share) * 1000:8.0f}{percentile(simulated, share) * 1000:6.0f}"
    for waits, width in ((real, 9), (simulated, 6)):
        cells += f"{sum(wait <= asked.within for wait in waits) / len(waits):{width}.0%}"
    return cells


def _spelled(rates: Rates) -> str:
    return (
        f"{rates.step_s * 1000:.2f} ms a step, {rates.token_s * 1e6:.1f} us a token read, "
        f"{rates.look_back_s * 1e9:.2f} ns a token and one before it, "
        f"{rates.answer_s * 1e6:.0f} us an answer, {rates.outside_s * 1000:.1f} ms outside"
    )


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--budget", type=int, default=8192)
    parser.add_argument("--sessions", type=int, default=12)
    parser.add_argument("--keys", type=int, default=150)
    parser.add_argument("--answer", type=int, default=24, help="tokens of an answer")
    parser.add_argument("--within", type=float, default=0.3, help="seconds to the first token")
    parser.add_argument("--endpoint", help="of a vLLM, without /v1")
    parser.add_argument("--users", default="2,4,8")
    asked = parser.parse_args()
    block = CPU_BLOCK if asked.endpoint else GPU_BLOCK
    mine, naive = sessions(
        asked.folder,
        asked.tokenizer,
        budget=asked.budget,
        n=asked.sessions,
        n_keys=asked.keys,
        block_tokens=block,
    )
    if asked.endpoint:
        asyncio.run(beside_a_server(mine, naive, asked))
    else:
        on_a_gpu(H100, mine, naive, asked)


if __name__ == "__main__":
    main()
