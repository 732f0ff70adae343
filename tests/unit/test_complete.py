"""The one loop, fed by a stream that is written down."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from itertools import count, repeat

import pytest

from inference.answer.complete import Rules, complete
from inference.answer.postprocess import fit
from inference.errors import BackendError
from inference.types import Capabilities, Chunk, Completion, NoCompletion, Prompt, Request


@dataclass
class Written:
    """A backend whose stream is written down; an exception in it is raised, None hangs."""

    chunks: list[Chunk | BaseException | None]
    sent: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    capabilities: Capabilities = field(default_factory=Capabilities)

    async def stream(self, _request):
        """What is written down."""
        try:
            for chunk in self.chunks:
                if chunk is None:
                    await asyncio.Event().wait()
                elif isinstance(chunk, BaseException):
                    raise chunk
                else:
                    self.sent += 1
                    self.begun.set()
                    yield chunk
        finally:
            self.closed = True

    async def warm(self, _request):
        """Nothing to warm."""

    async def aclose(self):
        """Nothing to close."""


def _request(prefix="x = ", suffix="\n", stops=("<eos>",), limit=64, healing=""):
    prompt = Prompt(prefix, None, 1, stops, (), healing=healing)
    return Request(prefix, suffix, "a.py", "Python", prompt, max_new_tokens=limit)


async def _complete(chunks, *, request=None, on_text=None, **rules):
    """The outcome and the backend, at a clock that ticks a second each time it is read."""
    backend = Written([Chunk(one) if isinstance(one, str) else one for one in chunks])
    request = request or _request()
    ticks = count()
    outcome = await complete(
        backend,
        request,
        Rules(cursor=len(request.prefix), **rules),
        clock=lambda: float(next(ticks)),
        on_text=on_text,
    )
    assert backend.closed
    return outcome, backend


async def test_pieces_become_one_completion():
    outcome, _ = await _complete(["fo", "o()", Chunk("", finish_reason="stop")])
    assert outcome.completion == Completion("foo()", (4, 4), None, 2)
    assert (outcome.first_token_s, outcome.total_s, outcome.n_tokens) == (1.0, 2.0, 2)


async def test_generation_stops_with_the_block():
    outcome, backend = await _complete(
        ["1\n", "    ret", "urn x\n", "def g():\n", "    pass", "\n"],
        request=_request("def f():\n    x = "),
    )
    assert outcome.completion.text == "1\n    return x"
    assert backend.sent == 4


async def test_generation_stops_at_a_stop_text():
    outcome, backend = await _complete(["a", " + b<e", "os>junk", "more"])
    assert outcome.completion.text == "a + b"
    assert backend.sent == 3


@pytest.mark.parametrize("mark", ["\0", "\x07", "\x7f", "\ufffd"])
async def test_what_no_editor_can_hold_is_an_end(mark):
    outcome, _ = await _complete([f"a + b{mark}c"])
    assert outcome.completion.text == "a + b"


async def test_a_stop_text_within_the_limit_is_an_end_like_any():
    last = Chunk("\nb = c<eos>", finish_reason="length")
    outcome, _ = await _complete(["a", last], request=_request(suffix=""))
    assert outcome.completion.text == "a\nb = c"


async def test_a_stop_text_that_never_ended_is_text():
    outcome, _ = await _complete(["a", " <e"])
    assert outcome.completion.text == "a <e"


async def test_one_line_ends_with_the_line():
    outcome, backend = await _complete(["a\n", "b\n"], extent="line")
    assert (outcome.completion.text, backend.sent) == ("a", 1)


async def test_what_the_text_holds_itself_is_replaced():
    outcome, _ = await _complete(["a):"], request=_request("def f(", ")\n"))
    assert outcome.completion == Completion("a):", (6, 7), None, 1)


async def test_confidence_is_the_backends_own():
    chunks = [Chunk("a", logprob=-3.0, confidence=0.4), Chunk("b", confidence=0.7)]
    outcome, _ = await _complete(chunks, min_confidence=0.6)
    assert outcome.completion.confidence == 0.7


async def test_confidence_is_else_the_mean_probability_of_what_was_kept():
    chunks = [
        Chunk("a", logprob=-0.5, token_ids=(1,)),
        Chunk("b + c", logprob=-1.0, n_tokens=3),
        Chunk("\nd", logprob=-9.0, token_ids=(5, 6)),
    ]
    outcome, _ = await _complete(chunks, extent="line")
    assert outcome.completion.confidence == pytest.approx(math.exp(-1.5 / 4))
    assert outcome.n_tokens == 6


@pytest.mark.parametrize(
    "chunk",
    [
        Chunk("a", logprob=math.nan),
        Chunk("a", logprob=1000.0),
        Chunk("a", confidence=math.nan),
        Chunk("a", logprob=-1.0, confidence=7.0),
    ],
)
async def test_what_is_no_probability_is_no_confidence(chunk):
    outcome, _ = await _complete([chunk], min_confidence=0.5)
    assert outcome.completion == Completion("a", (4, 4), None, 1)


@pytest.mark.parametrize(
    ("chunks", "rules", "reason"),
    [
        ([], {}, "the model generated nothing"),
        ([Chunk("", finish_reason="stop")], {}, "the model generated nothing"),
        (["<eos>"], {}, "the model generated nothing"),
        (
            [Chunk("a", confidence=0.31)],
            {"min_confidence": 0.4},
            "confidence 0.31 is below the threshold 0.40",
        ),
        ([None], {"deadline_s": 0.0}, "nothing came within the deadline of 0.0 s"),
    ],
)
async def test_silence_has_a_reason(chunks, rules, reason):
    outcome, _ = await _complete(chunks, **rules)
    assert outcome.completion == NoCompletion(reason)


async def test_at_the_deadline_whole_lines_are_offered():
    outcome, _ = await _complete(["1\ny = 2\nz", None], deadline_s=0.01)
    assert outcome.completion.text == "1\ny = 2"


async def test_at_the_token_limit_whole_lines_are_offered():
    outcome, _ = await _complete(["1\ny = 2\nz", Chunk(" =", finish_reason="length")])
    assert outcome.completion.text == "1\ny = 2"


async def test_the_token_limit_holds_whatever_the_server_does():
    """One that goes on and on is hung up on at the first token too many."""
    chunks = ["1\n", "y = ", "2\n", "z", " = 3\n", "more", "\n"]
    outcome, backend = await _complete(chunks, request=_request(limit=4))
    assert (outcome.completion.text, outcome.n_tokens) == ("1\ny = 2", 4)
    assert backend.sent == 5


async def test_a_stop_after_the_last_token_allowed_is_heard():
    """An answer as long as the limit is whole where the server says so."""
    chunks = ["1\n", "y", Chunk("", finish_reason="stop")]
    outcome, _ = await _complete(chunks, request=_request(limit=2))
    assert outcome.completion.text == "1\ny"


async def test_of_a_chunk_beyond_the_limit_its_share_is_taken():
    """Some servers answer in one piece, and know no limit either."""
    whole = Chunk("1\ny = 2\nzzzz", logprob=-1.2, n_tokens=6, finish_reason="stop")
    outcome, _ = await _complete([whole], request=_request(limit=5))
    assert (outcome.completion.text, outcome.n_tokens) == ("1\ny = 2", 5)
    assert outcome.completion.confidence == pytest.approx(math.exp(-0.2))


async def test_the_deadline_holds_while_chunks_lie_ready():
    """The clock, which ticks a second for each chunk, is looked at in between."""
    outcome, backend = await _complete(["1\n", *repeat("y\n", 40)], deadline_s=5.0)
    assert backend.sent < 8
    assert outcome.completion.text.startswith("1\ny")


async def test_an_answer_that_is_whole_at_the_deadline_is_whole():
    chunks = ["1\n", Chunk("y = 2", finish_reason="stop")]
    outcome, _ = await _complete(chunks, deadline_s=3.0)
    assert outcome.completion.text == "1\ny = 2"


async def test_others_get_their_turn_while_chunks_lie_ready():
    turns = 0

    async def other():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await _complete(repeat("x ", 256), request=_request(limit=256))
    task.cancel()
    assert turns > 10


async def test_a_long_answer_is_judged_in_proportion_to_its_length(monkeypatch):
    """What is shown as it grows isn't judged anew with each of its tokens."""
    judged = []

    def counted(text, *args, **kwargs):
        judged.append(len(text))
        return fit(text, *args, **kwargs)

    monkeypatch.setattr("inference.answer.heard.fit", counted)
    shown = []
    chunks = [f"y{place}\n" for place in range(2_048)]
    outcome, _ = await _complete(chunks, request=_request(limit=4_096), on_text=shown.append)
    assert outcome.completion.text.startswith(shown[-1])
    assert len(shown[-1]) > len(outcome.completion.text) * 0.8
    assert sum(judged) < 16 * len("".join(chunks))


@pytest.mark.parametrize("error", [BackendError("broken"), TimeoutError("theirs")])
async def test_what_the_backend_raises_comes_through(error):
    with pytest.raises(type(error), match=str(error)):
        await _complete(["a", error], deadline_s=5.0)


async def test_cancelling_closes_the_stream():
    backend = Written([Chunk("a"), None])
    task = asyncio.create_task(complete(backend, _request(), Rules(cursor=4), clock=lambda: 0.0))
    await backend.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert backend.closed


async def test_text_is_shown_as_it_grows():
    shown = []
    outcome, _ = await _complete(["fo", "o", "\n", "b", "ar()\n", "qux"], on_text=shown.append)
    assert shown == ["fo", "foo", "foo\nbar()"]
    assert outcome.completion.text == "foo\nbar()\nqux"


async def test_what_follows_the_cursor_is_not_shown_first():
    shown = []
    outcome, _ = await _complete(
        ["a", "\n", "return x", "\n"],
        request=_request("    x = ", "\n    return x\n"),
        on_text=shown.append,
    )
    assert shown == ["a"]
    assert outcome.completion.text == "a"


async def test_line_ends_of_either_kind_are_understood():
    outcome, _ = await _complete(["1\r", "\ny = 2"], request=_request("a\r\nx = ", "\r\n"))
    assert outcome.completion.text == "1\r\ny = 2"


async def test_what_the_backend_is_sure_of_is_offered_where_the_whole_is_not():
    """It stops where it no longer knows; without a surer beginning there is nothing."""
    chunks = [
        Chunk("self", confidence=0.9),
        Chunk(".total", confidence=0.6),
        Chunk("(tax)", confidence=0.2),
        Chunk("", confidence=0.1, finish_reason="stop"),
    ]
    shown: list[str] = []
    outcome, _ = await _complete(chunks, on_text=shown.append, min_confidence=0.5)
    assert outcome.completion == Completion("self.total", (4, 4), 0.6, 3)
    assert shown == ["self", "self.total"]
    outcome, _ = await _complete(chunks, min_confidence=0.95)
    assert isinstance(outcome.completion, NoCompletion)


@pytest.mark.parametrize("chunks", [["self", ".total"], ["s", "e", "l", "f.total"], ["self.total"]])
async def test_the_half_typed_word_is_taken_off_the_answer(chunks):
    """The prompt ended before it, so that the model generates it anew."""
    shown: list[str] = []
    request = _request("x = se", healing="se")
    outcome, _ = await _complete(chunks, request=request, on_text=shown.append)
    assert outcome.completion == Completion("lf.total", (6, 6), None, len(chunks))
    assert all("lf.total".startswith(text) for text in shown)


async def test_what_only_repeats_the_half_typed_word_does_not_count_for_confidence():
    chunks = [Chunk("s", logprob=-9.0), Chunk("e", logprob=-9.0), Chunk("lf", logprob=-0.5)]
    outcome, _ = await _complete(chunks, request=_request("x = se", healing="se"))
    assert outcome.completion.text == "lf"
    assert outcome.completion.confidence == pytest.approx(math.exp(-0.5))
    assert outcome.n_tokens == 3


@pytest.mark.parametrize("chunks", [["other", "more"], ["s", "o"], ["s"], ["\n    se", "lf"]])
async def test_another_word_than_the_half_typed_one_is_no_completion(chunks):
    outcome, _ = await _complete(chunks, request=_request("x = se", healing="se"))
    assert outcome.completion == NoCompletion(
        "the model did not go on from the half-typed word 'se'"
    )


async def test_another_word_ends_the_generation():
    _, backend = await _complete(["x", "more"], request=_request("x = se", healing="se"))
    assert backend.sent == 1


async def test_nothing_at_all_is_said_to_be_nothing_whatever_was_typed():
    request = _request("x = se", healing="se")
    outcome, _ = await _complete([Chunk("", finish_reason="stop")], request=request)
    assert outcome.completion == NoCompletion("the model generated nothing")
    outcome, _ = await _complete(["s", None], request=request, deadline_s=0.01)
    assert outcome.completion == NoCompletion("nothing came within the deadline of 0.01 s")
