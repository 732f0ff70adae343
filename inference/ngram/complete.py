"""A cursor's line, completed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.classes import KIND_OF_CLASS, NAME
from inference.ngram.evidence import look_up
from inference.ngram.lexer import lex
from inference.ngram.rank import judge_rows
from inference.ngram.scorer import judge
from inference.ngram.search import expand, fill, render, start
from inference.ngram.situation import read_situation
from inference.ngram.sources import occurs, sources
from inference.ngram.stores import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference.ngram.base import Model
    from inference.ngram.search import Filling
    from inference.ngram.situation import Situation
    from inference.ngram.sources import Sources

_MOST = 8
_REST = 400
# Of a word that isn't among the likeliest; and by how much a longer one must be likelier.
_UNLIKELY, _SURER = -20.0, 2.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of an answer.

    Attributes:
        logprob: of this token.
        confidence: probability that the answer is right up to the end of this piece.
    """

    text: str
    logprob: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What to put at the cursor, at most to the end of its line.

    Attributes:
        confidence: probability that the pieces together are exactly what is missing.
        finished: whether they reach the line's end, or what stands there already.
    """

    pieces: tuple[Piece, ...]
    confidence: float
    finished: bool

    @property
    def text(self) -> str:
        """The pieces together."""
        return "".join(piece.text for piece in self.pieces)


NOTHING_KNOWN = Answer((), 0.0, finished=True)


def complete(
    model: Model, prefix: str, suffix: str, path: str, stopped: Callable[[], bool] = bool
) -> Answer:
    """The likeliest rest of the line; see `several`."""
    return several(model, prefix, suffix, path, 1, stopped)[0]


def several(
    model: Model,
    prefix: str,
    suffix: str,
    path: str,
    n: int,
    stopped: Callable[[], bool] = bool,
) -> tuple[Answer, ...]:
    """The likeliest rests of the line, `n` different ones at most, the best first.

    At least one, which is empty where nothing is known. Where something of the line
    stands after the cursor already, such as a bracket that the editor has put there,
    the line is completed as if it weren't there, and of what ends in it the part
    before it is the answer. `stopped` is asked between steps; once it says yes, what
    is known by then is the answer.
    """
    rest, suffix = _split_line(suffix)
    situation = read_situation(prefix, suffix, model, path)
    where = sources(model, path)
    back = _taken_back(situation, where, prefix, suffix, model, path)
    if back is not None:
        healed = _answers(back, fill(back, where, n, stopped=stopped), rest, n)
        if healed:
            return healed
    found = _answers(situation, fill(situation, where, n, stopped=stopped), rest, n)
    return found or (NOTHING_KNOWN,)


def _split_line(suffix: str) -> tuple[str, str]:
    """What stands after the cursor on its line, and what follows from the line break on."""
    end = suffix.find("\n", 0, _REST)
    if end < 0:
        # A document's last line ends like any other: it only has no line break yet.
        return suffix[:_REST], suffix[_REST:] or "\n"
    return suffix[:end], suffix[end:]


def _taken_back(
    situation: Situation, where: Sources, prefix: str, suffix: str, model: Model, path: str
) -> Situation | None:
    """The situation before the cursor's word, if that is likely still being typed.

    Tokens are whole words, so `self.asser` would be one that nobody has ever
    met. It is taken back, and the search starts from the words that begin like
    it ("token healing"). A word that does stand elsewhere is taken back where a
    longer one is likelier in its place.
    """
    token = int(situation.ids[situation.focus - 1])
    if situation.blank == 1 or KIND_OF_CLASS[situation.classes[token]] != NAME:
        return None
    typed = situation.vocabulary.word(token)
    if int((situation.ids == token).sum()) <= 1 and not occurs(where, token):
        return read_situation(prefix, suffix, model, path, typed)
    if not _has_longer(situation, where, typed):
        return None
    back = read_situation(prefix, suffix, model, path, typed, 0)
    if not _is_longer_likelier(back, where):
        return None
    back.longer_by = 1
    return back


def _has_longer(situation: Situation, where: Sources, typed: str) -> bool:
    """Whether a longer word that begins so ever followed what stands before the cursor's."""
    before = situation.focus - 1
    found = look_up(situation, where, situation.ids[before - LONGEST : before][::-1])
    keys = (situation.keys[found.buffer.at], where.far.keys(found.stored.at))
    tokens = np.unique(np.concatenate(keys) >> 1).tolist()
    words = map(situation.vocabulary.word, tokens)
    return any(len(word) > len(typed) and word.startswith(typed) for word in words)


def _is_longer_likelier(back: Situation, where: Sources) -> bool:
    """Whether the word itself is less likely in its place than one that begins like it."""
    options, _ = expand(back, where, start(back), None)
    chances = {back.vocabulary.word(one.key >> 1): one.logprob for one in reversed(options)}
    whole = chances.pop(back.typed, _UNLIKELY)
    return max(chances.values(), default=_UNLIKELY) > whole + _SURER


def _answers(
    situation: Situation, fillings: Sequence[Filling], rest: str, n: int
) -> tuple[Answer, ...]:
    """The best fillings that leave something to insert, in pieces.

    That nothing should follow is weighed in their confidence.
    """
    kept = fillings[: _MOST * n]
    there: list[int] = lex(rest.strip(), situation.vocabulary).ids.tolist()
    fitting = [at for at, filling in enumerate(kept) if _goes_on_to(filling, there)]
    if not fitting:
        return ()
    chances = judge(*judge_rows(situation, kept)).tolist()
    total = 1.0
    if there:
        # What ends otherwise is out of the question now.
        total -= sum(chance for other, chance in enumerate(chances) if other not in fitting)
    found: dict[str, Answer] = {}
    for at in sorted(fitting, key=lambda at: (-chances[at], kept[at].keys)):
        answer = _pieces(situation, kept, chances, at, len(there), total)
        # What a better one begins with is no other one.
        if not any(text.startswith(answer.text) for text in found):
            found[answer.text] = answer
        if len(found) == n:
            break
    return tuple(found.values())


def _pieces(
    situation: Situation,
    kept: Sequence[Filling],
    chances: Sequence[float],
    at: int,
    n_there: int,
    total: float,
) -> Answer:
    """One filling without the tokens that the line has already."""
    best = kept[at]
    n = len(best.keys) - n_there
    shares = _shared(best.keys[:n], kept, chances)
    texts = [render(situation, (key,)) for key in best.keys[:n]]
    texts[0] = texts[0][(situation.blank == 1) + len(situation.typed) :]
    rows = zip(texts, best.logprobs, shares, strict=False)
    pieces = tuple(Piece(text, logprob, min(1.0, share / total)) for text, logprob, share in rows)
    confidence = min(1.0, chances[at] / total) if best.finished else 0.0
    return Answer(pieces, confidence, best.finished)


def _goes_on_to(filling: Filling, there: Sequence[int]) -> bool:
    """Whether a filling ends in what the line has already, and has something before it."""
    tokens = [key >> 1 for key in filling.keys]
    n = len(tokens) - len(there)
    return n > 0 and tokens[n:] == list(there)


def _shared(
    keys: tuple[int, ...], fillings: Sequence[Filling], chances: Sequence[float]
) -> list[float]:
    """For each beginning of `keys`, the chance that the line begins so."""
    pairs = list(zip(fillings, chances, strict=True))
    return [
        sum(chance for filling, chance in pairs if filling.keys[:n] == keys[:n])
        for n in range(1, len(keys) + 1)
    ]
