"""An answer's stream is read alike however it is cut, and whatever comes between."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from inference.types import Chunk, Usage
from inference.wire.completions import chunks_of
from inference.wire.faults import Call, status_fault
from inference.wire.overlong import overlong
from inference.wire.retry_after import retry_after_s
from inference.wire.thoughts import Thoughts

CALL = Call("host", "tiny", has_key=False, read_s=1.0)
texts = st.text(st.characters(codec="utf-8"), max_size=12)


class _Cut(httpx.AsyncByteStream):
    """Bytes that arrive in pieces."""

    def __init__(self, data: bytes, places: list[int]) -> None:
        cuts = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
        self._pieces = [data[start:end] for start, end in pairwise(cuts)]

    async def __aiter__(self):
        """The pieces."""
        for piece in self._pieces:
            yield piece


def _spelled(event: dict[str, Any], form: str) -> str:
    """An event as servers may send it: with more than its data, or over several lines."""
    text = json.dumps(event, ensure_ascii=False, indent=1 if form == "split" else None)
    if form != "split":
        return form.replace("{}", text)
    return "".join(f"data: {line}\n" for line in text.split("\n")) + "\n"


def _read(data: bytes, places: list[int], n: int) -> list[Chunk]:
    async def chunks() -> list[Chunk]:
        response = httpx.Response(200, stream=_Cut(data, places))
        async with aclosing(chunks_of(response, CALL, n=n)) as found:
            return [chunk async for chunk in found]

    return asyncio.run(chunks())


@given(
    answers=st.lists(st.lists(texts, max_size=4), min_size=1, max_size=3),
    order=st.randoms(use_true_random=False),
    places=st.lists(st.integers(0, 4000), max_size=12),
    noise=st.sampled_from(["", ": keep-alive\n\n", "data:\n\n", 'data: {"choices": []}\n\n']),
    mark=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    form=st.sampled_from(["data: {}\n\n", "data:{}\n", "id: 1\ndata: {}\nevent: x\n\n", "split"]),
)
def test_a_stream_is_read_alike_however_it_is_cut(answers, order, places, noise, mark, end, form):
    """Each of several answers keeps its text and its order; what it took comes last."""
    left = [[*texts, None] for texts in answers]
    events = []
    while any(left):
        index = order.choice([place for place, one in enumerate(left) if one])
        text = left[index].pop(0)
        why = {"finish_reason": "stop"} if text is None else {}
        events.append({"choices": [{"index": index, "text": text or ""} | why]})
    events.append({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
    spelled = [_spelled(event, form) for event in events]
    stream = mark + noise + noise.join([*spelled, "data: [DONE]\n\n"])
    data = stream.replace("\n", end).encode()
    found = _read(data, places, len(answers))
    for index, expected in enumerate(answers):
        mine = [chunk for chunk in found if chunk.index == index]
        assert "".join(chunk.text for chunk in mine) == "".join(expected)
        assert [chunk.finish_reason for chunk in mine] == [None] * len(expected) + ["stop"]
    assert [chunk.usage for chunk in found if chunk.usage] == [found[-1].usage] == [Usage(3, 2)]


@given(text=st.text("<think/>a\n", max_size=40), places=st.lists(st.integers(0, 40), max_size=6))
def test_thoughts_are_left_out_alike_however_they_are_cut(text, places):
    def said(cuts):
        thoughts = Thoughts()
        borders = [0, *sorted(cuts), len(text)]
        spans = pairwise(borders)
        return "".join([thoughts.feed(text[a:b]) for a, b in spans]) + thoughts.finish()

    whole = said([])
    assert said([place % (len(text) + 1) for place in places]) == whole
    if not text.lstrip().startswith("<think>"):
        assert whole == text


@given(status=st.integers(300, 599), body=st.binary(max_size=60), headers=st.text(max_size=20))
def test_whatever_a_server_answers_becomes_a_fault(status, body, headers):
    """None of it raises anything else."""
    told = {"retry-after": headers, "date": headers}
    assert "host" in str(status_fault(status, told, body, CALL))
    wait_s = retry_after_s(told)
    assert wait_s is None or 0 <= wait_s <= 900
    overlong(body)
