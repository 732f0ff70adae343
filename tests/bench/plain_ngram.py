"""The yardstick: an interpolated 8-gram with a file cache and a beam of five.

Counts come from a suffix array instead of dictionaries, so that a large
repository fits in memory; common contexts are counted on an even sample.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from pydivsufsort import divsufsort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holes import Hole

_TOKEN = re.compile(r"\n[ \t]*|[ \t]+|\w+|[^\w\s]|.", re.DOTALL)
ORDER, BEAM, SAMPLE, LONGEST = 8, 5, 2048, 60


class PlainNgram:
    """Completes the rest of a line; trained once, on everything."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.ids: dict[str, int] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.stream: list[int] = []
        for path, text in sorted(texts.items()):
            start = len(self.stream)
            self.stream += self._encode(text)
            self.spans[path] = (start, len(self.stream))
        self.stream += [len(self.ids)] * ORDER
        self.order = divsufsort(np.array(self.stream, dtype=np.uint32)).tolist()

    def complete(self, hole: Hole) -> tuple[str, float]:
        """The likeliest rest of the line, and its log-probability."""
        before, after = self._encode(hole.prefix[-200_000:]), self._encode(hole.suffix[:200_000])
        cache: dict[tuple[int, ...], Counter[int]] = {}
        for side in (before, after):
            for k in range(ORDER):
                for i in range(k, len(side)):
                    cache.setdefault(tuple(side[i - k : i]), Counter())[side[i]] += 1
        words, hidden = list(self.ids), self.spans.get(hole.path, (0, 0))
        beam: list[tuple[float, list[int], bool]] = [(0.0, [], False)]
        for _ in range(LONGEST):
            grown = [entry for entry in beam if entry[2]]
            for score, tail, done in beam:
                context = (before[-ORDER:] + tail)[1 - ORDER :]
                for word, p in {} if done else self._next(context, cache, hidden):
                    end = words[word].startswith("\n")
                    grown.append((score + math.log(p), tail if end else [*tail, word], end))
            if all(done for _, _, done in beam):
                break
            beam = sorted(grown, key=lambda entry: (-entry[0], entry[1]))[:BEAM]
        score, tail, _ = beam[0]
        return "".join(words[word] for word in tail), score

    def _encode(self, text: str) -> list[int]:
        return [self.ids.setdefault(word, len(self.ids)) for word in _TOKEN.findall(text)]

    def _next(
        self, context: list[int], cache: dict[tuple[int, ...], Counter[int]], hide: tuple[int, int]
    ) -> list[tuple[int, float]]:
        p: dict[int, float] = {}
        for k in range(len(context) + 1):
            known = context[len(context) - k :]
            for counts in (self._count(known, hide), cache.get(tuple(known), Counter())):
                if counts:
                    total, kinds = counts.total(), len(counts)
                    p = {word: q * kinds / (total + kinds) for word, q in p.items()}
                    for word, count in counts.items():
                        p[word] = p.get(word, 0.0) + count / (total + kinds)
        return sorted(p.items(), key=lambda item: (-item[1], item[0]))[:BEAM]

    def _count(self, context: list[int], hide: tuple[int, int]) -> Counter[int]:
        size = len(context)
        low = bisect_left(self.order, context, key=lambda at: self.stream[at : at + size])
        high = bisect_right(self.order, context, low, key=lambda at: self.stream[at : at + size])
        step = max(1, (high - low) // SAMPLE)
        found = self.order[low:high:step]
        return Counter(self.stream[at + size] for at in found if not hide[0] <= at + size < hide[1])
