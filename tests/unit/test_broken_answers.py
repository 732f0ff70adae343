"""Servers that begin their answers well and break them off are left alone as those that refuse."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from scripted_wire import Answer, serve

from inference.errors import BackendError
from inference.registry import BackendSettings, make_backend
from inference.types import Condition, Message, Prompt, Request

PROMPT = Prompt("def f(", None, 9, (), ())
REQUEST = Request("", "", "a.py", "Python", PROMPT, max_new_tokens=64)
CHAT = Request("", "", "", "", messages=(Message("user", "hi"),))

PATHS = {"openai": "/completions", "llamacpp": "/completion", "ollama": "/api/generate"}
FIRST = {
    "openai": 'data: {"choices": [{"index": 0, "text": "re"}]}\n\n',
    "llamacpp": 'data: {"content": "re", "tokens": [1], "stop": false}\n\n',
    "ollama": '{"response": "re", "done": false}\n',
}
LAST = {
    "openai": 'data: {"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}\n\n',
    "llamacpp": 'data: {"content": "", "tokens": [], "stop": true}\n\n',
    "ollama": '{"response": "", "done": true}\n',
}
MARK = {"openai": "data: ", "llamacpp": "data: ", "ollama": ""}
BROKEN = {
    "nothing at all": (),
    "no end": ("FIRST",),
    "an error": ("FIRST", '{"error": {"message": "CUDA out of memory"}}\n\n'),
    "no json": ("FIRST", "{oops\n\n"),
    "another shape": ('{"choices": 5, "content": 5, "response": 5}\n\n',),
    "a short body": ("FIRST", "SHORT"),
}


class Watch:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


def _answer(name: str, pieces: tuple[str, ...]) -> Answer:
    """That of the server of this backend, broken in this way."""
    headers = (("content-length", "9999"),) if "SHORT" in pieces else ()
    said = [FIRST[name] if piece == "FIRST" else MARK[name] + piece for piece in pieces]
    return Answer(tuple(said if not headers else said[:-1]), headers=headers)


def _backend(name, server, told=None):
    settings = BackendSettings(f"http://127.0.0.1:{server.port}", "m", report=told)
    backend = make_backend(name, settings)
    backend._patience._clock = backend._asking._clock = watch = Watch()
    return backend, watch


async def _ask(backend, request=REQUEST, *, enough=99):
    """The text, or as much of it as is enough."""
    text = ""
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            text += chunk.text
            if len(text) >= enough:
                break
    return text


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("fault", BROKEN)
async def test_it_is_asked_less_and_less_often(name, fault):
    with serve({PATHS[name]: _answer(name, BROKEN[fault])}) as server:
        backend, watch = _backend(name, server)
        for step in range(40):
            watch.now = step * 0.1
            with pytest.raises(BackendError):
                await _ask(backend)
        await backend.aclose()
    # Of 40 keystrokes within 4 s: two at once, then after 0.5, 1 and 2 s.
    assert len(server.bodies(PATHS[name])) == 5


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("enough", [2, 99])
async def test_an_answer_that_was_enough_ends_the_pauses(name, enough):
    """Whole, or cut off by whoever asked: the server serves again."""
    told: list[Condition] = []
    with serve({PATHS[name]: Answer({"error": "boom"}, 500)}) as server:
        backend, watch = _backend(name, server, told.append)
        for _ in range(2):
            with pytest.raises(BackendError, match="boom"):
                await _ask(backend)
        watch.now = 1.0
        server.answers[PATHS[name]] = Answer((FIRST[name], LAST[name]))
        assert await _ask(backend, enough=enough) == "re"
        await backend.aclose()
    assert [condition.kind for condition in told] == ["warning", "normal"]


@pytest.mark.parametrize("name", PATHS)
async def test_a_probe_that_fails_has_pauses_of_its_own(name):
    """Completions go on meanwhile, as a server may complete and tell nothing of itself."""
    whole = Answer((FIRST[name], LAST[name]))
    broken = Answer({"error": "boom"}, 500)
    asked = {"openai": "/models", "llamacpp": "/props", "ollama": "/api/show"}[name]
    with serve({PATHS[name]: whole, asked: broken}) as server:
        backend, watch = _backend(name, server)
        for step in range(40):
            watch.now = step * 0.1
            with pytest.raises(BackendError, match=r"failed \(500\): 'boom'"):
                await backend.probe(None)
            assert await _ask(backend) == "re"
        await backend.aclose()
    assert len(server.bodies(asked)) == 5


async def test_a_refusal_that_stands_is_a_failure():
    """However much was left out in vain, and whatever the server repeats of it."""
    refusal = Answer({"detail": "'logprobs', 'stream_options'"}, 422)
    with serve({"/completions": refusal}) as server:
        backend, watch = _backend("openai", server)
        for step in range(40):
            watch.now = step * 0.1
            with pytest.raises(BackendError, match="refused the request"):
                await _ask(backend)
        await backend.aclose()
    assert len(server.bodies("/completions")) == 5 * 3


async def test_what_the_model_declines_is_no_failure():
    said = {"message": {"refusal": "I can't do that"}, "finish_reason": "stop"}
    with serve({"/chat/completions": Answer({"choices": [said]})}) as server:
        backend, _ = _backend("openai", server)
        for _ in range(3):
            with pytest.raises(BackendError, match="declined to answer"):
                await _ask(backend, CHAT)
        await backend.aclose()
    assert len(server.bodies("/chat/completions")) == 3
