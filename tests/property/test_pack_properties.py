"""Whatever the texts and the budget: never a token too many, and nothing torn."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import tiny_bpe
from hypothesis import example, given, settings
from hypothesis import strategies as st

from context.types import Selection, Snippet
from inference.models import find_model
from inference.normalise import normalise
from inference.prompt.pack import PackState, pack
from inference.tokens.tokenizer import EstimatingTokenizer, load_tokenizer

SPEC = find_model("deepseek-coder-v2-lite-base")
FORM = SPEC.format
BEGIN, HOLE, END = (mark.text for mark in FORM.marks)

# Code, astral characters, lone surrogates, both line ends, sentinels and halves of them.
fragments = st.sampled_from(
    [
        *("x = 1", "def f(a, b):", "\n", "\r\n", "    ", "\t", "🙂", "é世", "\ud800", "12345"),
        *(HOLE, BEGIN[:5], "#a.py\n", ")", "a" * 40, " " * 30),
    ]
)
documents = st.lists(fragments, max_size=60).map("".join) | st.text(max_size=80)
snippets = st.lists(
    st.builds(
        Snippet,
        path=st.sampled_from(["e.py", "b/c.py", "d\ne.py", END]),
        text=documents,
        form=st.just("full"),
        reason=st.just(""),
        depth=st.none(),
        rank=st.integers(0, 3),
    ),
    max_size=4,
).map(tuple)
selections = st.builds(
    Selection,
    prefix=documents,
    suffix=documents,
    snippets=snippets,
    scope=st.none(),
    left_out=st.just(()),
)
budgets = st.integers(len(FORM.sentinels) + 1, 60) | st.integers(60, 1_000)
# What was packed before, elsewhere in a document like it.
earlier = st.none() | selections


@cache
def _tokenizer(kind):
    if kind == "estimate":
        return EstimatingTokenizer()
    folder = Path(tempfile.mkdtemp())
    return load_tokenizer(tiny_bpe.write(folder, additive=kind == "lines"), SPEC)


anchorings = st.sampled_from(["off", "line", "block"])
kinds = st.sampled_from(["estimate", "lines", "whole"])


def _pack(selection, budget, before, kind, *, as_ids, anchoring="off"):
    state = PackState()
    for one in (before, selection) if before else (selection,):
        prompt, state = pack(
            one,
            state,
            path="a.py",
            spec=SPEC,
            tokenizer=_tokenizer(kind),
            budget_tokens=budget,
            as_ids=as_ids,
            anchoring=anchoring,
        )
    return prompt


def _sides(prompt):
    """The prefix and the suffix of a prompt that was made to be sent as text."""
    inner = prompt.text.removeprefix(BEGIN).removesuffix(END)
    return inner.split(HOLE)


@settings(deadline=None)
@given(
    selection=selections,
    budget=budgets,
    before=earlier,
    kind=kinds,
    as_ids=st.booleans(),
    anchoring=anchorings,
)
def test_a_budget_is_a_ceiling(selection, budget, before, kind, as_ids, anchoring):
    tokenizer = _tokenizer(kind)
    # Four seams are kept free where two texts may take more together than apart.
    budget += 4 * tokenizer.seam_tokens
    prompt = _pack(selection, budget, before, kind, as_ids=as_ids, anchoring=anchoring)
    assert prompt.n_tokens <= budget
    n_parts = sum(part.n_tokens for part in prompt.parts)
    assert prompt.n_tokens == n_parts + len(FORM.sentinels)
    if tokenizer.exact:
        assert prompt.n_tokens == len(prompt.token_ids)
        assert tokenizer.decode(prompt.token_ids) == FORM.bos + prompt.text


@settings(deadline=None)
@given(selection=selections, budget=budgets, before=earlier, anchoring=anchorings)
def test_a_text_prompt_fits_as_the_server_counts_it(selection, budget, before, anchoring):
    """A server encodes the text at once, with its control tokens among it."""
    tokenizer = _tokenizer("whole")
    prompt = _pack(selection, budget + 4, before, "whole", as_ids=False, anchoring=anchoring)
    pieces = [prompt.text]
    for mark in FORM.sentinels:
        pieces = [part for piece in pieces for part in piece.split(mark)]
    counted = sum(tokenizer.count(piece) for piece in pieces) + len(FORM.sentinels)
    assert counted <= budget + 4


@settings(deadline=None)
@given(selection=selections, budget=budgets, kind=kinds)
def test_no_sentinel_is_lost_or_smuggled_in(selection, budget, kind):
    prompt = _pack(selection, budget + 4, None, kind, as_ids=False)
    assert prompt.text.startswith(BEGIN)
    assert prompt.text.endswith(END)
    assert [prompt.text.count(mark) for mark in (BEGIN, HOLE, END)] == [1, 1, 1]


@settings(deadline=None)
@given(selection=selections, budget=budgets, before=earlier, kind=kinds)
@example(Selection("a\r", "\nb", (), None, ()), 100, None, "estimate")
def test_what_is_kept_is_contiguous_at_the_cursor(selection, budget, before, kind):
    alone = replace(selection, snippets=())
    prefix, suffix = _sides(_pack(alone, budget + 4, before, kind, as_ids=False))
    document = normalise(selection.prefix)
    # The header stands before it unless the budget is tiny.
    assert document.endswith((prefix, prefix.removeprefix("#a.py\n")))
    assert normalise(selection.suffix).startswith(suffix)


@settings(deadline=None)
@given(
    selection=selections,
    budget=budgets,
    before=earlier,
    kind=kinds,
    as_ids=st.booleans(),
    anchoring=anchorings,
)
def test_the_same_again_gives_the_same(selection, budget, before, kind, as_ids, anchoring):
    first, second = (
        _pack(selection, budget + 4, before, kind, as_ids=as_ids, anchoring=anchoring)
        for _ in range(2)
    )
    assert first == second
