"""A real vLLM, as a server and in a process of ours: the same questions, the same answers."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import pytest
import pytest_asyncio
import vllm_server as served
from engines import vllm_python
from tokenizers import Tokenizer

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.local.backend import LocalBackend
from inference.local.client import LocalModel
from inference.models import find_model
from inference.registry import LocalPlan, Sharing
from inference.runners.runner import Plan
from inference.types import Message, Probing, Prompt, Request, Sampling

pytestmark = [pytest.mark.needs_vllm, pytest.mark.asyncio(loop_scope="module")]
SPEC = find_model("deepseek-coder-v2-lite-instruct")
CODE = "def area(width, height):\n    return width * height\n\n\n" * 40
BEGIN, HOLE, END = "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"  # noqa: RUF001


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["server", "in process"])
async def backend(request, tiny_model, tmp_path_factory):
    """The same model behind each wire."""
    if request.param == "server":
        server = request.getfixturevalue("vllm_server")
        sharing = Sharing(cache_salt="one")
        made = OpenAIBackend(
            server.endpoint, served.NAME, send_ids=True, spec=SPEC, sharing=sharing
        )
    else:
        plan = Plan(tiny_model, device="cpu", precision="float32", context_tokens=8192)
        local = LocalPlan(python=vllm_python(), idle_s=2)
        folder = tmp_path_factory.mktemp("local")
        made = LocalBackend(LocalModel("engine", plan, local, folder, None), SPEC)
    yield made
    await made.aclose()


@pytest.fixture(scope="module")
def encode(tiny_model):
    """A prompt's text to its ids, BOS in front."""
    tokenizer = Tokenizer.from_file(str(tiny_model / "tokenizer.json"))
    bos = tokenizer.token_to_id(SPEC.format.bos)
    return lambda text: (bos, *tokenizer.encode(text, add_special_tokens=False).ids)


def asked(text, ids=None, *, healing="", **more):
    """A request for a prompt, by ids where there are some."""
    prompt = Prompt(text, ids, len(ids or text), (), (), healing=healing)
    return Request("", "", "a.py", "python", prompt=prompt, **{"max_new_tokens": 12, **more})


async def answer(backend, request):
    """All that came, as one text, and the last chunk."""
    if isinstance(backend, Probing):
        await backend.probe(None)
    async with aclosing(backend.stream(request)) as coming:
        chunks = [chunk async for chunk in coming]
    return "".join(chunk.text for chunk in chunks), chunks[-1]


async def test_ids_and_text_are_the_same_prompt(backend, encode):
    """But for BOS, which this server sets before no text, whatever the model's folder says."""
    text = f"{BEGIN}{CODE[:300]}{HOLE}\n{END}"
    by_ids, last = await answer(backend, asked(text, encode(text)))
    is_server = isinstance(backend, OpenAIBackend)
    by_text, _ = await answer(backend, asked(SPEC.format.bos * is_server + text))
    assert by_ids == by_text
    assert last.finish_reason == "length"
    assert (last.usage.prompt_tokens, last.usage.new_tokens) == (len(encode(text)), 12)


async def test_ids_arrive_as_they_are(backend, encode):
    """However odd: nothing in between makes text of them and ids again."""
    ids = (*encode("")[:1], *(encode(letter)[1] for letter in "return" * 5))
    assert len(encode("return" * 5)) < len(ids)
    _, last = await answer(backend, asked("", ids))
    assert last.usage.prompt_tokens == len(ids)


async def test_the_answer_comes_piece_by_piece_and_tells_how_likely_it_is(backend, encode):
    request = asked("", encode(CODE[:400]), max_new_tokens=40)
    if isinstance(backend, Probing):
        await backend.probe(None)
    async with aclosing(backend.stream(request)) as coming:
        chunks = [chunk async for chunk in coming]
    assert len(chunks) > 3
    assert [chunk.finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert sum(chunk.logprob or 0 for chunk in chunks) < -1


async def test_a_keystroke_reads_only_what_is_new(backend, encode):
    """By the answer's own count: all but the last blocks were there."""
    ids = encode(CODE)
    _, first = await answer(backend, asked("", ids))
    for one, more in pairwise("ret"):
        ids = (*ids, encode(one)[1], encode(more)[1])
        _, last = await answer(backend, asked("", ids))
        assert last.usage.cached_tokens >= len(ids) - 2 * served.BLOCK_TOKENS
    assert (first.usage.cached_tokens or 0) < len(ids) / 2


async def test_warmed_is_read(backend, encode):
    ids = encode("# warm\n" + CODE)
    if isinstance(backend, Probing):
        await backend.probe(None)
    await backend.warm(asked("", ids))
    _, last = await answer(backend, asked("", ids))
    assert last.usage.cached_tokens >= len(ids) - 2 * served.BLOCK_TOKENS


@pytest.mark.parametrize("begin", ["sel", " ret", "\n    x = [", "é(", '"\\d{2}'])
async def test_it_begins_as_it_must(backend, encode, begin):
    """Half a word that was left out of the prompt comes first, whatever its signs."""
    text, _ = await answer(backend, asked("", encode(CODE[:200]), healing=begin))
    assert text.startswith(begin)
    assert len(text) > len(begin)


async def test_who_goes_first_is_taken(backend, encode):
    text = (await answer(backend, asked("", encode(CODE[:200]), priority=5)))[0]
    assert text == (await answer(backend, asked("", encode(CODE[:200]), priority=-5)))[0]


async def test_drawn_by_lot(backend, encode):
    """Three answers to one question are told apart, and aren't alike."""
    request = asked("", encode(CODE[:200]), n=3, sampling=Sampling(temperature=1.0))
    if isinstance(backend, Probing):
        await backend.probe(None)
    texts = {0: "", 1: "", 2: ""}
    async with aclosing(backend.stream(request)) as coming:
        async for chunk in coming:
            texts[chunk.index] += chunk.text
    assert len(set(texts.values())) == 3


async def test_a_chat(backend):
    request = Request(
        "", "", "a.py", "python", messages=(Message("user", "What is 1 + 1?"),), max_new_tokens=8
    )
    text, last = await answer(backend, request)
    assert text
    assert last.usage.new_tokens == 8


async def test_a_prompt_that_is_too_long_says_so(backend, encode):
    ids = encode(CODE)
    request = asked("", ids * (9000 // len(ids) + 1))
    with pytest.raises(BackendError) as raised:
        await answer(backend, request)
    assert raised.value.cause == "context"
    assert "8,192" in str(raised.value) or "8192" in str(raised.value)


async def test_who_leaves_is_not_waited_for(backend, encode):
    """What was left half-said holds up nobody, and the next answer is whole."""
    long = asked("", encode(CODE[:200]), max_new_tokens=4000)
    if isinstance(backend, Probing):
        await backend.probe(None)
    async with aclosing(backend.stream(long)) as coming:
        first = await anext(coming)
    text, _ = await answer(backend, replace(long, max_new_tokens=12))
    assert text.startswith(first.text)
