"""Fitting the two small networks of the embedded model, with numpy alone.

Both give a number to each of several alternatives, of which one is right: the
loss is the usual cross-entropy over their softmax, the optimiser Adam with a
cosine-shaped learning rate. Alternatives come as one long table, `sizes` says
how many rows belong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Parameters = dict[str, Floats]

EMBEDDED = 8
_RATE, _BATCH = 4e-3, 128


@dataclass(frozen=True, slots=True)
class Steps:
    """Next tokens to choose: a table of candidates a step, and which one came.

    Attributes:
        dense, classes: of each candidate.
        shared, around: of each step.
        sizes: candidates of each step.
        targets: the right one, counted from the step's first.
    """

    dense: NDArray[np.float16]
    classes: NDArray[np.int64]
    shared: Floats
    around: NDArray[np.int64]
    sizes: NDArray[np.int64]
    targets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lists:
    """Whole fillings to judge: a table of fillings a hole, and which one is right.

    Attributes:
        rows, classes: of each filling.
        sizes: fillings of each hole.
        targets: the right one, -1 where none is.
    """

    rows: Floats
    classes: NDArray[np.int64]
    sizes: NDArray[np.int64]
    targets: NDArray[np.int64]


def fit_scorer(steps: Steps, n_hidden: int, n_classes: int, epochs: int) -> Parameters:
    """The scorer's parameters, by the names `train_ngram` writes them under."""
    rng = np.random.default_rng(0)
    n_dense, n_shared = steps.dense.shape[1], steps.shared.shape[1]
    parameters = {
        "dense": _normal(rng, 1 / np.sqrt(n_dense), n_dense, n_hidden),
        "shared": _normal(rng, 0.05, n_shared, n_hidden),
        "bias": np.zeros(n_hidden, np.float32),
        "output": _normal(rng, 0.1, n_hidden),
        "direct": np.zeros(n_dense, np.float32),
        "classes": _normal(rng, 0.3, n_classes, EMBEDDED),
        "candidate": _normal(rng, 0.3, EMBEDDED, n_hidden),
        "candidate_direct": np.zeros(EMBEDDED, np.float32),
    } | {f"around{at}": _normal(rng, 0.3, EMBEDDED, n_hidden) for at in range(3)}
    starts = np.concatenate(([0], np.cumsum(steps.sizes)))

    def gradients(p: Parameters, chosen: NDArray[np.int64]) -> tuple[Parameters, float]:
        return _scorer_gradients(p, steps, starts, chosen)

    return _descend(parameters, gradients, len(steps.sizes), epochs, decay=1e-5)


def fit_judge(lists: Lists, classes: Floats, n_hidden: int, epochs: int) -> Parameters:
    """The judge's parameters; `classes` is the scorer's embedding, used as it is."""
    rng = np.random.default_rng(0)
    around = classes[lists.classes].reshape(len(lists.rows), -1)
    table = np.concatenate((lists.rows, around), axis=1).astype(np.float32)
    size = table.shape[1]
    parameters = {
        "rows": _normal(rng, 0.3 / np.sqrt(size), size, n_hidden),
        "bias": np.zeros(n_hidden, np.float32),
        "output": _normal(rng, 0.1, n_hidden),
        "direct": np.zeros(size, np.float32),
        "constant": np.zeros(1, np.float32),
    }
    starts = np.concatenate(([0], np.cumsum(lists.sizes)))

    def gradients(p: Parameters, chosen: NDArray[np.int64]) -> tuple[Parameters, float]:
        return _judge_gradients(p, table, lists, starts, chosen)

    return _descend(parameters, gradients, len(lists.sizes), epochs, decay=1e-3)


def _normal(rng: np.random.Generator, scale: float, *shape: int) -> Floats:
    return rng.normal(0, scale, shape).astype(np.float32)


def _descend(
    parameters: Parameters,
    gradients: Callable[[Parameters, NDArray[np.int64]], tuple[Parameters, float]],
    n: int,
    epochs: int,
    decay: float,
) -> Parameters:
    rng = np.random.default_rng(1)
    first = {name: np.zeros_like(value) for name, value in parameters.items()}
    second = {name: np.zeros_like(value) for name, value in parameters.items()}
    step, total = 0, epochs * -(-n // _BATCH)
    for epoch in range(epochs):
        losses = []
        order = rng.permutation(n)
        for at in range(0, n, _BATCH):
            step += 1
            slopes, loss = gradients(parameters, order[at : at + _BATCH])
            losses.append(loss)
            rate = _RATE * 0.5 * (1 + np.cos(np.pi * step / total)) + 1e-5
            for name, value in parameters.items():
                slope = slopes[name] + decay * value
                first[name] = 0.9 * first[name] + 0.1 * slope
                second[name] = 0.999 * second[name] + 0.001 * slope * slope
                mean = first[name] / (1 - 0.9**step)
                spread = np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
                parameters[name] = (value - rate * mean / spread).astype(np.float32)
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}", flush=True)
    return parameters


def _rows_of(
    starts: NDArray[np.int64], sizes: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of some groups one after the other, and where each group starts among them."""
    rows = np.concatenate([np.arange(starts[at], starts[at + 1]) for at in chosen])
    return rows, np.concatenate(([0], np.cumsum(sizes[chosen])[:-1]))


def _scorer_gradients(
    p: Parameters, steps: Steps, starts: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[Parameters, float]:
    rows, first = _rows_of(starts, steps.sizes, chosen)
    sizes, right = steps.sizes[chosen], first + steps.targets[chosen]
    dense, classes = steps.dense[rows].astype(np.float32), steps.classes[rows]
    shared, around, embedding = steps.shared[chosen], steps.around[chosen], p["classes"]
    common = shared @ p["shared"] + p["bias"]
    for at in range(3):
        common = common + (embedding @ p[f"around{at}"])[around[:, at]]
    before = dense @ p["dense"] + (embedding @ p["candidate"])[classes] + common.repeat(sizes, 0)
    hidden = np.maximum(before, 0)
    logits = hidden @ p["output"] + dense @ p["direct"]
    logits += (embedding @ p["candidate_direct"])[classes]
    chances = np.exp(logits - np.maximum.reduceat(logits, first).repeat(sizes))
    chances /= np.add.reduceat(chances, first).repeat(sizes)
    loss = float(-np.log(chances[right] + 1e-9).mean())
    slope = chances.copy()
    slope[right] -= 1
    slope = (slope / len(chosen)).astype(np.float32)
    back = np.outer(slope, p["output"]) * (before > 0)
    back_common = np.add.reduceat(back, first, axis=0)
    by_class = _sum_by(classes, back, len(embedding))
    by_class_direct = np.bincount(classes, slope, len(embedding)).astype(np.float32)
    found = {
        "dense": dense.T @ back,
        "shared": shared.T @ back_common,
        "bias": back_common.sum(0),
        "output": hidden.T @ slope,
        "direct": dense.T @ slope,
        "candidate": embedding.T @ by_class,
        "candidate_direct": embedding.T @ by_class_direct,
        "classes": by_class @ p["candidate"].T + np.outer(by_class_direct, p["candidate_direct"]),
    }
    for at in range(3):
        by_around = _sum_by(around[:, at], back_common, len(embedding))
        found[f"around{at}"] = embedding.T @ by_around
        found["classes"] = found["classes"] + by_around @ p[f"around{at}"].T
    return found, loss


def _sum_by(groups: NDArray[np.int64], values: Floats, n: int) -> Floats:
    one = np.zeros((len(groups), n), np.float32)
    one[np.arange(len(groups)), groups] = 1
    summed: Floats = one.T @ values
    return summed


def _judge_gradients(
    p: Parameters,
    table: Floats,
    lists: Lists,
    starts: NDArray[np.int64],
    chosen: NDArray[np.int64],
) -> tuple[Parameters, float]:
    """As for the scorer, with "none of them" as one more alternative of logit 0."""
    rows, first = _rows_of(starts, lists.sizes, chosen)
    sizes, targets = lists.sizes[chosen], lists.targets[chosen]
    x = table[rows]
    before = x @ p["rows"] + p["bias"]
    hidden = np.maximum(before, 0)
    logits = hidden @ p["output"] + x @ p["direct"] + p["constant"]
    highest = np.maximum(np.maximum.reduceat(logits, first), 0)
    chances = np.exp(logits - highest.repeat(sizes))
    total = np.add.reduceat(chances, first) + np.exp(-highest)
    chances /= total.repeat(sizes)
    hit = targets >= 0
    right = (first + targets)[hit]
    none = (np.exp(-highest) / total)[~hit]
    loss = -(np.log(chances[right] + 1e-9).sum() + np.log(none + 1e-9).sum()) / len(chosen)
    slope = chances.copy()
    slope[right] -= 1
    slope = (slope / len(chosen)).astype(np.float32)
    back = np.outer(slope, p["output"]) * (before > 0)
    found = {
        "rows": x.T @ back,
        "bias": back.sum(0),
        "output": hidden.T @ slope,
        "direct": x.T @ slope,
        "constant": slope.sum(keepdims=True),
    }
    return found, float(loss)
