"""Exact match of the rest of the line: the embedded model beside a plain 8-gram.

    python tests/bench/exact_match.py REPO [--n 1000] [--seed 1] [--endings .py] [--skip-plain]

Prints, for each model, the share of holes whose completion is exactly what was
taken out, the same among the 30% it was surest of, and how long one took.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from holes import Hole, draw_holes, read_repository
from plain_ngram import PlainNgram

from inference.ngram.base import Document, Model, train
from inference.ngram.complete import complete

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def report(name: str, complete: Callable[[Hole], tuple[str, float]], holes: Sequence[Hole]) -> None:
    """Run the holes through one model and print its line."""
    results, times = [], []
    for hole in holes:
        start = time.perf_counter()
        text, sureness = complete(hole)
        times.append((time.perf_counter() - start) * 1e3)
        results.append((sureness, text.rstrip() == hole.middle.rstrip()))
    surest = sorted(results, key=lambda result: -result[0])[: round(len(results) * 0.3)]
    times.sort()
    print(
        f"{name:12} EM {share(results):.3f}  EM@30% {share(surest):.3f}  "
        f"ms p50 {times[len(times) // 2]:.1f} p99 {times[int(len(times) * 0.99)]:.1f}",
        flush=True,
    )


def share(results: Sequence[tuple[float, bool]]) -> float:
    """The share of right answers."""
    return sum(right for _, right in results) / max(1, len(results))


def embedded(model: Model, hole: Hole) -> tuple[str, float]:
    """The embedded model's rest of the line and its confidence."""
    answer = complete(model, hole.prefix, hole.suffix, hole.path)
    return answer.text, answer.confidence


def main() -> None:
    """Measure both models on one repository."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--endings", default=".py")
    parser.add_argument("--skip-plain", action="store_true")
    options = parser.parse_args()
    texts = read_repository(options.repository, options.endings.split(","))
    holes = draw_holes(texts, options.n, options.seed)
    print(f"{options.repository.name}: {len(texts)} files, {len(holes)} holes")
    start = time.perf_counter()
    model = Model(train(Document(path, "", text) for path, text in sorted(texts.items())))
    print(f"trained in {time.perf_counter() - start:.2f} s")
    report("embedded", lambda hole: embedded(model, hole), holes)
    if not options.skip_plain:
        report("plain 8-gram", PlainNgram(texts).complete, holes)


if __name__ == "__main__":
    main()
