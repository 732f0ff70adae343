"""Make the embedded model's two tables of numbers anew.

    python tests/bench/train_ngram.py REPOSITORY... [--holes 900] [--out inference/ngram]

Learns from holes in repositories that `exact_match.py` doesn't measure. The
tables in the source come from the source distributions of celery 5.4.0, click
8.1.8, djangorestframework 3.15.2, jinja2 3.1.6, networkx 3.4.2, pytest 8.3.5,
requests 2.32.3, scrapy 2.12.0, textual 0.80.0, wagtail 6.4 and werkzeug 3.1.3,
the packages eslint 9.20.0, rxjs 7.8.1 (`src`) and webpack 5.98.0, and Python
3.11's standard library. Takes about ten minutes and 4 GB.

First every token of a hole's filling is one choice among the candidates for
it: that fits the scorer. Then other holes are filled with it, and which of the
fillings is right fits the judge. One hole in eight stands at a line's end,
where nothing is missing, so that the model learns when to be silent.
"""

from __future__ import annotations

import argparse
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from fit_network import Lists, Steps, fit_judge, fit_scorer
from holes import Hole, draw_holes, read_repository

from inference.ngram import judge_weights, scorer, scorer_weights
from inference.ngram.base import Document, Model, train
from inference.ngram.classes import N_CLASSES
from inference.ngram.evidence import gather
from inference.ngram.features import tabulate
from inference.ngram.lexer import lex
from inference.ngram.rank import judge_rows
from inference.ngram.search import advance, context_of, fill, render, start
from inference.ngram.situation import read_situation
from inference.ngram.sources import sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fit_network import Parameters
    from numpy.typing import NDArray

    from inference.ngram.features import Table

_ENDINGS = (".py", ".js", ".ts")
_LARGEST = 300_000
_LONGEST = 30
_MOST = 8
_HEAD = '''"""The {what}'s numbers, in thousandths; made by `tests/bench/train_ngram.py`.

Learnt on the sources of other projects than those the bench measures.
"""

from __future__ import annotations

N_HIDDEN = {n_hidden}
'''


def main() -> None:
    """Fit both networks and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", type=Path, nargs="+")
    parser.add_argument("--holes", type=int, default=900)
    parser.add_argument("--out", type=Path, default=Path("inference/ngram"))
    options = parser.parse_args()
    models = [_learn(root) for root in options.repositories]
    steps = _collect_steps(models, options.holes)
    found = fit_scorer(steps, scorer_weights.N_HIDDEN, N_CLASSES, 12)
    _write_scorer(options.out, found)
    _use(found)
    lists = _collect_lists(models, options.holes // 2)
    judge = fit_judge(lists, found["classes"], judge_weights.N_HIDDEN, 16)
    _write_judge(options.out, judge)


def _learn(root: Path) -> tuple[Model, dict[str, str]]:
    texts = {
        path: text
        for path, text in read_repository(root, _ENDINGS).items()
        if len(text) < _LARGEST and "site-packages" not in path and ".min." not in path
    }
    documents = (Document(path, "", text) for path, text in sorted(texts.items()))
    return Model(train(documents)), texts


def _holes(texts: dict[str, str], n: int, seed: int) -> Iterator[Hole]:
    for at, hole in enumerate(draw_holes(texts, n, seed)):
        yield hole
        if at % 8 == 0:
            yield replace(hole, prefix=hole.prefix + hole.middle.rstrip(), middle="")


def _collect_steps(models: Sequence[tuple[Model, dict[str, str]]], n: int) -> Steps:
    tables: list[Table] = []
    targets: list[int] = []
    for model, texts in models:
        for hole in _holes(texts, n, 1):
            for table, target in _steps_of(model, hole):
                tables.append(replace(table, dense=table.dense.astype(np.float16)))
                targets.append(target)
        print(f"{len(targets)} steps", flush=True)
    return Steps(
        np.concatenate([table.dense for table in tables]),
        np.concatenate([table.classes for table in tables]).astype(np.int64),
        np.array([table.shared for table in tables], np.float32),
        np.array([table.around for table in tables], np.int64),
        np.array([len(table.classes) for table in tables]),
        np.array(targets),
    )


def _steps_of(model: Model, hole: Hole) -> Iterator[tuple[Table, int]]:
    """Every choice on the way along the right filling; it ends at a word nobody has met."""
    situation = read_situation(hole.prefix, hole.suffix, model, hole.path)
    where = sources(model, hole.path)
    if situation.line_break < 0:
        return
    lexemes = lex(hole.middle.rstrip(), situation.vocabulary)
    keys = [*(lexemes.ids.astype(np.int64) * 2 + lexemes.blanks).tolist(), 2 * situation.line_break]
    state, parent = start(situation), None
    for step, key in enumerate(keys[:_LONGEST]):
        context = context_of(situation, state.keys)
        evidence = gather(situation, where, context, parent, first=not step)
        table = tabulate(evidence, situation, context, state.open, state.quote, step)
        at = np.flatnonzero(evidence.keys == key)
        yield table, int(at[0]) if at.size else evidence.keys.size
        if key >> 1 >= situation.classes.size:
            return
        state, parent = advance(state, key, situation), evidence.found


def _collect_lists(models: Sequence[tuple[Model, dict[str, str]]], n: int) -> Lists:
    rows: list[NDArray[np.float32]] = []
    classes: list[NDArray[np.int64]] = []
    targets: list[int] = []
    for model, texts in models:
        for hole in _holes(texts, n, 2):
            situation = read_situation(hole.prefix, hole.suffix, model, hole.path)
            fillings = fill(situation, sources(model, hole.path))[:_MOST]
            if fillings:
                table, around = judge_rows(situation, fillings)
                rows.append(table)
                classes.append(around)
                given = [render(situation, filling.keys).rstrip() for filling in fillings]
                wanted = hole.middle.rstrip()
                targets.append(given.index(wanted) if wanted in given else -1)
        print(f"{len(targets)} lists", flush=True)
    sizes = np.array([len(table) for table in rows])
    return Lists(np.concatenate(rows), np.concatenate(classes), sizes, np.array(targets))


def _numbers(*arrays: NDArray[np.float32]) -> str:
    flat = np.concatenate([np.rint(array.ravel() * 1000).astype(int) for array in arrays])
    return "\n".join(textwrap.wrap(" ".join(map(str, flat)), 99))


def _scorer_numbers(p: Parameters) -> str:
    names = ("dense", "shared", "bias", "output", "direct", "candidate")
    around = (p[f"around{at}"] for at in range(3))
    return _numbers(*(p[name] for name in names), *around, p["candidate_direct"])


def _write_scorer(out: Path, p: Parameters) -> None:
    text = _HEAD.format(what="scorer", n_hidden=len(p["bias"]))
    text += f"N_EMBEDDED = {p['classes'].shape[1]}\n\n"
    text += f'CLASSES = """\n{_numbers(p["classes"])}\n"""\n"""Classes x embedding."""\n\n'
    text += f'NUMBERS = """\n{_scorer_numbers(p)}\n"""\n'
    text += '"""The arrays of `scorer._scorer`, in the order they are read."""\n'
    (out / "scorer_weights.py").write_text(text, encoding="ascii")


def _write_judge(out: Path, p: Parameters) -> None:
    numbers = _numbers(*(p[name] for name in ("rows", "bias", "output", "direct", "constant")))
    text = _HEAD.format(what="judge", n_hidden=len(p["bias"]))
    text += f'\nNUMBERS = """\n{numbers}\n"""\n'
    text += '"""The arrays of `scorer._judge`, in the order they are read."""\n'
    (out / "judge_weights.py").write_text(text, encoding="ascii")


def _use(p: Parameters) -> None:
    """Let the search score with new numbers."""
    scorer_weights.CLASSES = _numbers(p["classes"])
    scorer_weights.NUMBERS = _scorer_numbers(p)
    scorer._scorer.cache_clear()
    scorer._classes.cache_clear()


if __name__ == "__main__":
    main()
