"""Laws of the embedded model."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.ngram.base import Document, Model, train
from inference.ngram.complete import complete
from inference.ngram.lexer import N_RESERVED, Vocabulary, lex
from inference.ngram.stores import LONGEST, far

MODEL = Model(train([Document("a.py", "1", "def f(a, b):\n    return g(a)[b]\n" * 3)]))
CODE = st.text(st.sampled_from("ab(){}[]\"'`,.:#= \n\r\t\x0c\ud800é🐍def"), max_size=120)
TOKENS = st.lists(st.integers(N_RESERVED, N_RESERVED + 3), min_size=1, max_size=60)


@given(CODE, CODE)
def test_any_text_gets_an_answer(prefix: str, suffix: str) -> None:
    """No text raises; an answer is at most the rest of one line, its confidence a probability."""
    answer = complete(MODEL, prefix, suffix, "b.py")
    assert "\n" not in answer.text
    assert 0.0 <= answer.confidence <= 1.0
    assert all(0.0 <= piece.confidence <= 1.0 and piece.logprob <= 0 for piece in answer.pieces)


@given(CODE)
def test_lexemes_hold_everything_but_the_blanks(text: str) -> None:
    """Between line breaks the lexemes with their blanks are the text itself."""
    vocabulary = Vocabulary()
    line = text.replace("\n", "")
    lexemes = lex(line, vocabulary)
    pairs = zip(lexemes.ids.tolist(), lexemes.blanks.tolist(), strict=True)
    assert "".join(" " * blank + vocabulary.word(token) for token, blank in pairs) == line


@given(CODE)
def test_a_child_lexes_alike(text: str) -> None:
    """Whoever numbers the words, they are the same words."""
    parent = Vocabulary()
    lex("def a(b): return a\n", parent)
    child = parent.child()
    alone = Vocabulary()
    one, other = lex(text, child), lex(text, alone)
    assert [child.word(token) for token in one.ids] == [alone.word(token) for token in other.ids]
    assert one.widths.tolist() == other.widths.tolist()


@given(TOKENS, st.integers(1, 4))
def test_far_agrees_with_a_search_by_hand(tokens: list[int], size: int) -> None:
    """Every place that shares the last token is found, with as many tokens as it shares."""
    ids = np.array([0] * LONGEST + tokens + [0], np.int32)
    context = ([1] * LONGEST + tokens[:size])[-LONGEST:][::-1]
    found = far(ids, np.zeros(ids.size, np.uint8), N_RESERVED + 4).find(np.array(context, np.int32))
    expected = {}
    for at in range(1, ids.size):
        length = 0
        while length < LONGEST and at > length and ids[at - 1 - length] == context[length]:
            length += 1
        if length:
            expected[at] = length
    assert dict(zip(found.at.tolist(), found.length.tolist(), strict=True)) == expected
