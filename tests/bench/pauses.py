"""What it costs to wait for the next key, and what not to: sessions of typing, replayed.

    python tests/bench/pauses.py FILE... [--sessions 8]

Real files are typed in by `typist.py`. When each key comes is drawn as people type: about
its typist's median interval, and a second or more where he pauses. A key goes on as the
model would have as often as `--agrees` says; then a request joins what runs, or is
answered from the cache, as in the server. For each speed of typing and of the backend, and
for each way to wait, all in 100 keys: how often the backend was asked, for how many seconds
it worked on what nobody saw, how many answers came before the next key, and after how many
milliseconds, half of them.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from typist import session

from lsp_server.inline.pace import Typing, pause_s, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Policy = Callable[[Typing, float], float]

# Median intervals between keys, in seconds: of a fast, of an average and of a slow typist.
TYPISTS = {"fast": 0.11, "average": 0.2, "slow": 0.32}
FIRST_TOKENS_S = (0.02, 0.08, 0.2, 0.5, 1.2, 4.0)
# From the first token to the last, as a share of the time to the first, and at least.
_DECODE, _DECODE_S = 0.5, 0.1
_SPREAD = 0.45
POLICIES: dict[str, Policy] = {
    "at once": lambda _typing, _s: 0.0,
    "75 ms": lambda _typing, _s: 0.075,
    "150 ms": lambda _typing, _s: 0.15,
    "350 ms": lambda _typing, _s: 0.35,
    "auto": pause_s,
}


@dataclass(frozen=True, slots=True)
class Press:
    """A key: when, and whether the model would have gone on so."""

    at_s: float
    agrees: bool


@dataclass(slots=True)
class Tally:
    """What became of the keys."""

    n_keys: int = 0
    n_asked: int = 0
    wasted_s: float = 0.0
    n_known: int = 0
    after_s: list[float] = field(default_factory=list)

    @property
    def row(self) -> str:
        """In 100 keys."""
        per = 100 / self.n_keys
        half = 1000 * median(self.after_s) if self.after_s else float("nan")
        return (
            f"{self.n_asked * per:6.1f} {self.wasted_s * per:8.2f} "
            f"{(self.n_known + len(self.after_s)) * per:8.1f} {half:8.0f}"
        )


def presses(texts: Sequence[str], n: int, interval_s: float, agrees: float) -> list[list[Press]]:
    """Sessions of typing with times."""
    made: list[list[Press]] = []
    for seed in range(n):
        rng = random.Random(seed)  # noqa: S311 -- the same each time
        at_s, keys = 0.0, list[Press]()
        for moment in session(texts[seed % len(texts)], texts[0], seed):
            if moment.key == "pause":
                at_s += rng.uniform(0.8, 4.0)
                continue
            at_s += 1.0 if moment.is_leap else interval_s * rng.lognormvariate(0, _SPREAD)
            goes_on = moment.key in {"type", "enter"} and not moment.is_leap
            keys.append(Press(at_s, goes_on and rng.random() < agrees))
        made.append(keys)
    return made


def replay(keys: Sequence[Press], first_token_s: float, policy: Policy, tally: Tally) -> None:
    """One session: which keys ask, join, are known already."""
    typing = Typing()
    asked_s: float | None = None
    took_s = first_token_s + max(_DECODE_S, _DECODE * first_token_s)
    followed_by = [*keys[1:], Press(keys[-1].at_s + 9, agrees=False)]
    for key, following in zip(keys, followed_by, strict=True):
        typing = typed(typing, key.at_s)
        tally.n_keys += 1
        if asked_s is not None and asked_s <= key.at_s and key.agrees:
            if asked_s + took_s <= key.at_s:
                tally.n_known += 1
                continue
        else:
            if asked_s is not None and asked_s < key.at_s < asked_s + took_s:
                tally.wasted_s += key.at_s - asked_s
            asked_s = key.at_s + policy(typing, first_token_s)
            if asked_s >= following.at_s:
                asked_s = None
                continue
            tally.n_asked += 1
        if asked_s + took_s < following.at_s:
            tally.after_s.append(asked_s + took_s - key.at_s)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--agrees", type=float, default=0.5)
    options = parser.parse_args()
    texts = [path.read_text() for path in options.files]
    for name, interval_s in TYPISTS.items():
        made = presses(texts, options.sessions, interval_s, options.agrees)
        for first_token_s in FIRST_TOKENS_S:
            print(f"\n{name} typist ({interval_s * 1000:.0f} ms), first token {first_token_s} s")
            print("            asked  wasted s  answers  after ms")
            for policy_name, policy in POLICIES.items():
                tally = Tally()
                for keys in made:
                    replay(keys, first_token_s, policy, tally)
                print(f"  {policy_name:8} {tally.row}")


if __name__ == "__main__":
    main()
