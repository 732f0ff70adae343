"""Backends are found by name, and loaded only then."""

from __future__ import annotations

import subprocess
import sys
from contextlib import aclosing
from importlib.metadata import EntryPoint

import pytest

from inference import registry
from inference.errors import BackendError, UnknownBackendError
from inference.registry import BackendSettings, known_backends, make_backend
from inference.types import Capabilities, Chunk, Probing, Request

PRIVATE = "def of_the_user():"
REQUEST = Request("", "", "a.py", "Python")


class _Other:
    """What another package's entry point might lead to; fails as it is told."""

    def __init__(self, *, fails="", capabilities=Capabilities(chat=True)):  # noqa: B008
        self._capabilities = capabilities
        self.fails = fails
        self.closed = 0

    @property
    def capabilities(self):
        self.fail("capabilities")
        return self._capabilities

    def fail(self, where):
        if where == self.fails:
            raise SystemExit(PRIVATE) if where == "exit" else RuntimeError(PRIVATE)

    async def stream(self, request):
        self.fail("stream")
        self.fail("exit")
        try:
            yield PRIVATE if self.fails == "chunk" else Chunk(request.path)
            yield Chunk("", finish_reason="stop")
        finally:
            self.closed += 1

    async def warm(self, _):
        self.fail("warm")

    async def aclose(self):
        self.fail("aclose")


class _OtherProbing(_Other):
    """One that finds out what its server takes."""

    @property
    def certainty(self):
        self.fail("certainty")
        return "full"

    probe_text = "text"

    async def probe(self, ids):
        self.fail("probe")
        return f"{ids}"


@pytest.fixture
def add(monkeypatch):
    """A function that adds a backend by another package: what its factory returns or raises."""

    def add(made):
        def factory(settings):
            if isinstance(made, BaseException):
                raise made
            return made or settings

        entry = EntryPoint("other", "their.package:make", registry.ENTRY_POINT_GROUP)
        monkeypatch.setattr(EntryPoint, "load", lambda _self: factory)
        monkeypatch.setattr(registry, "entry_points", lambda *, group: [entry] if group else [])

    return add


async def answer(backend):
    return [chunk.text async for chunk in backend.stream(REQUEST)]


def test_an_unknown_backend_is_answered_with_the_known_ones():
    with pytest.raises(UnknownBackendError, match=r"known are ngram, openai"):
        make_backend("gpt", BackendSettings())


async def test_a_built_in_is_made_from_settings():
    settings = BackendSettings("http://127.0.0.1:1/v1", "tiny", send_ids=True)
    backend = make_backend("openai", settings)
    assert backend.capabilities.token_ids
    await backend.aclose()


@pytest.mark.parametrize(("name", "expected"), [("openai", "`endpoint`"), ("ngram", "repository")])
def test_what_a_backend_needs_is_said(name, expected):
    with pytest.raises(BackendError, match=expected):
        make_backend(name, BackendSettings())


async def test_another_package_may_add_one(add):
    add(_Other())
    assert known_backends()[:2] == ("ngram", "openai")
    assert known_backends()[-1] == "other"
    backend = make_backend("other", BackendSettings(model="tiny"))
    assert backend.capabilities.chat
    assert not isinstance(backend, Probing)
    assert await answer(backend) == ["a.py", ""]


async def test_one_that_probes_is_known_to(add):
    add(_OtherProbing())
    backend = make_backend("other", BackendSettings())
    assert isinstance(backend, Probing)
    assert (backend.certainty, backend.probe_text) == ("full", "text")
    assert await backend.probe((1, 2)) == "(1, 2)"


@pytest.mark.parametrize(
    "made",
    [
        RuntimeError("no library"),
        ModuleNotFoundError("no library"),
        SystemExit(3),
        None,
        _Other(fails="capabilities"),
        _Other(capabilities="all"),
    ],
    ids=repr,
)
def test_what_cant_be_made_names_its_package(add, made):
    add(made)
    with pytest.raises(BackendError, match=r"the backend 'other' of their.package"):
        make_backend("other", BackendSettings())


def test_its_own_words_stay_its_own(add):
    add(BackendError("no weights; fetch them", cause="weights"))
    with pytest.raises(BackendError, match=r"^no weights; fetch them$"):
        make_backend("other", BackendSettings())


def test_a_key_in_its_words_is_not_told(add):
    add(RuntimeError("refused sk-1"))
    with pytest.raises(BackendError) as caught:
        make_backend("other", BackendSettings(api_key="sk-1"))
    assert "sk-1" not in str(caught.value)


@pytest.mark.parametrize("fails", ["stream", "exit", "chunk"])
async def test_what_it_raises_is_a_failed_backend_without_its_words(add, caplog, fails):
    """They may hold code; where it was raised helps whoever mends it."""
    add(_Other(fails=fails))
    backend = make_backend("other", BackendSettings())
    with pytest.raises(BackendError, match=r"'other' of their.package") as caught:
        await answer(backend)
    assert PRIVATE not in str(caught.value) + caplog.text


async def test_a_foreign_stream_is_closed_with_ours(add):
    theirs = _Other()
    add(theirs)
    async with aclosing(make_backend("other", BackendSettings()).stream(REQUEST)) as chunks:
        await anext(chunks)
    assert theirs.closed == 1


@pytest.mark.parametrize("fails", ["warm", "probe"])
async def test_whatever_else_fails_is_told_alike(add, fails):
    add(_OtherProbing(fails=fails))
    backend = make_backend("other", BackendSettings())
    with pytest.raises(BackendError):
        await (backend.warm(REQUEST) if fails == "warm" else backend.probe(None))


async def test_what_fails_later_leaves_what_was_known(add):
    theirs = _OtherProbing()
    add(theirs)
    backend = make_backend("other", BackendSettings())
    theirs.fails = "capabilities"
    assert backend.capabilities.chat
    theirs.fails = "certainty"
    assert backend.certainty == "none"
    theirs.fails = "aclose"
    await backend.aclose()


def test_a_key_is_not_shown():
    assert "sk-1" not in repr(BackendSettings(api_key="sk-1"))


def test_what_is_slow_to_load_is_loaded_when_needed():
    """The registry and the models bring in no client and no tokenizer library."""
    code = (
        "import sys, inference.registry, inference.answer.complete, inference.prompt.pack;"
        "import inference.tokens.tokenizer;"
        "print([name for name in ('httpx', 'tokenizers', 'numpy', 'torch') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout.strip() == "[]"
