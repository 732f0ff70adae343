"""A completion doesn't depend on the pieces in which its text came."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.answer.complete import Rules, complete
from inference.types import Chunk, Completion, Prompt, Request

fragments = st.sampled_from(
    [
        "x",
        "foo",
        "(",
        ")",
        "):",
        "\n",
        "\n    ",
        "\n        ",
        "return x",
        "<eos>",
        "<e",
        "'",
        "}",
        " ",
    ]
)
texts = st.lists(fragments, max_size=14).map("".join)
extents = st.sampled_from(["line", "block", "function"])
sides = st.lists(fragments, max_size=6).map("".join)


class _Pieces:
    def __init__(self, text, cuts):
        borders = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
        self.pieces = [text[a:b] for a, b in pairwise(borders)]

    async def stream(self, _request):
        for piece in self.pieces:
            yield Chunk(piece)


def _answer(text, cuts, request, extent, *, fills=False):
    rules = Rules(cursor=len(request.prefix), extent=extent, fills=fills)
    outcome = asyncio.run(complete(_Pieces(text, cuts), request, rules, clock=lambda: 0.0))
    found = outcome.completion
    return (found.text, found.replace) if isinstance(found, Completion) else found


@settings(deadline=None)
@given(
    text=texts,
    cuts=st.lists(st.integers(0, 99), max_size=6),
    prefix=sides,
    suffix=sides,
    extent=extents,
    fills=st.booleans(),
    healing=st.sampled_from(["", "x", "re", "(", " ", "foo"]),
)
def test_any_cut_gives_what_the_whole_gives(text, cuts, prefix, suffix, extent, fills, healing):
    prompt = Prompt("", None, 0, ("<eos>",), (), healing=healing)
    request = Request(prefix, suffix, "a.py", "Python", prompt)
    whole = _answer(text, (), request, extent, fills=fills)
    assert _answer(text, cuts, request, extent, fills=fills) == whole
    assert _answer(text, range(len(text)), request, extent, fills=fills) == whole


@settings(deadline=None)
@given(text=texts, prefix=sides, suffix=sides, extent=extents)
def test_an_answer_fits_on_the_cursors_line(text, prefix, suffix, extent):
    """What is replaced never reaches past the line, and something is always inserted."""
    request = Request(prefix, suffix, "a.py", "Python")
    found = _answer(text, (), request, extent)
    if isinstance(found, tuple):
        answer, (start, end) = found
        assert answer.strip()
        assert "\n" not in (prefix + suffix)[start:end]
        assert start == len(prefix)


@settings(deadline=None)
@given(
    text=texts,
    cuts=st.lists(st.integers(0, 99), max_size=6),
    prefix=sides,
    suffix=sides,
    healing=st.sampled_from(["x", "re", "(", " ", "foo"]),
)
def test_healing_only_takes_its_own_off(text, cuts, prefix, suffix, healing):
    """What follows the half-typed word is judged as if the prompt had held it."""
    plain = Request(prefix, suffix, "a.py", "Python", Prompt("", None, 0, ("<eos>",), ()))
    healed = Request(
        prefix, suffix, "a.py", "Python", Prompt("", None, 0, ("<eos>",), (), healing=healing)
    )
    assert _answer(healing + text, cuts, healed, "block") == _answer(text, cuts, plain, "block")
