"""The embedded backend: what it streams, and how it follows its corpus."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from context.types import CorpusEntry
from inference.backends import ngram
from inference.backends.ngram import NgramBackend
from inference.ngram import refresh
from inference.types import Backend, Chunk, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

WALRUS = "walrus(old)\n" * 3


@dataclass
class Texts:
    """A corpus in memory."""

    texts: dict[str, str] = field(default_factory=dict)
    revision: int = 1
    reads: int = 0

    def entries(self) -> Sequence[CorpusEntry]:
        """Every text."""
        return [
            CorpusEntry(path, "Text" if path.endswith(".txt") else "Python", text)
            for path, text in sorted(self.texts.items())
        ]

    def read(self, path: str, /) -> str | None:
        """The text at a path."""
        self.reads += 1
        return self.texts.get(path)

    def change(self, path: str, text: str | None) -> None:
        """Write or delete a text."""
        self.texts.pop(path, None)
        if text is not None:
            self.texts[path] = text
        self.revision += 1


@pytest.fixture
def corpus() -> Texts:
    """A small repository."""
    return Texts({"a.py": WALRUS, "b.py": "x = 1\n", "notes.txt": "walrus(never)\n" * 9})


@pytest.fixture
async def backend(corpus: Texts) -> AsyncIterator[NgramBackend]:
    """A backend that keeps nothing."""
    backend = NgramBackend(corpus, cache_dir=None)
    yield backend
    await backend.aclose()


async def chunks(
    backend: NgramBackend, prefix: str, suffix: str = "\n", **more: int
) -> list[Chunk]:
    """What is streamed for a cursor in `c.py`."""
    request = Request(prefix, suffix, "c.py", "Python", **more)
    async with aclosing(backend.stream(request)) as stream:
        return [chunk async for chunk in stream]


async def text(backend: NgramBackend, prefix: str, suffix: str = "\n") -> str:
    """The same as text."""
    return "".join(chunk.text for chunk in await chunks(backend, prefix, suffix))


def test_is_a_backend(corpus: Texts) -> None:
    """It satisfies the protocol and says that it wants no prompt."""
    backend = NgramBackend(corpus, cache_dir=None)
    assert isinstance(backend, Backend)
    assert not backend.capabilities.prompt


async def test_streams_tokens(backend: NgramBackend) -> None:
    """A chunk a token, with its log-probability; the last one ends and judges the whole."""
    await backend.ready()
    found = await chunks(backend, "walrus")
    assert [chunk.text for chunk in found] == ["(", "old", ")"]
    assert [chunk.finish_reason for chunk in found] == [None, None, "stop"]
    assert all(chunk.logprob is not None and chunk.logprob <= 0 for chunk in found)
    assert all(0 < (chunk.confidence or 0) <= 1 for chunk in found)


async def test_a_ceiling(backend: NgramBackend) -> None:
    """No more tokens than asked for, and no confidence in half an answer."""
    await backend.ready()
    found = await chunks(backend, "walrus", max_new_tokens=2)
    assert "".join(chunk.text for chunk in found) == "(old"
    assert (found[-1].finish_reason, found[-1].confidence) == ("length", 0.0)


async def test_several(backend: NgramBackend, corpus: Texts) -> None:
    """The best line first and whole, then different ones, each with its own end."""
    corpus.change("d.py", "walrus(new)\n" * 2)
    await backend.ready()
    found = await chunks(backend, "walrus", n=3)
    lines = ["".join(c.text for c in found if c.index == at) for at in range(found[-1].index + 1)]
    assert lines[:2] == ["(old)", "(new)"]
    assert len(set(lines)) == len(lines) <= 3
    assert [chunk.index for chunk in found] == sorted(chunk.index for chunk in found)
    ends = [chunk.confidence or 0.0 for chunk in found if chunk.finish_reason]
    assert len(ends) == len(lines)
    assert ends == sorted(ends, reverse=True)


async def test_knows_nothing(backend: NgramBackend) -> None:
    """Silence is one empty last chunk."""
    assert await chunks(backend, "", "") == [Chunk("", finish_reason="stop", confidence=0.0)]


async def test_answers_before_it_has_learnt(backend: NgramBackend) -> None:
    """The first request is answered from the buffer alone."""
    assert await text(backend, "penguin(new)\n" * 3 + "penguin") == "(new)"


async def test_data_is_not_learnt(backend: NgramBackend) -> None:
    """Prose and data are not code."""
    await backend.ready()
    assert "never" not in await text(backend, "walrus")


async def test_warming_learns(backend: NgramBackend) -> None:
    """A headless caller warms the backend and gets the whole repository."""
    await backend.warm(Request("", "", "c.py", "Python"))
    assert await text(backend, "walrus") == "(old)"


async def test_follows_changes(backend: NgramBackend, corpus: Texts) -> None:
    """A changed file is known in its new form, a deleted one not at all."""
    corpus.texts |= {f"more{at}.py": "y = 2\n" for at in range(30)}
    await backend.ready()
    corpus.change("a.py", WALRUS.replace("old", "fresh"))
    await backend.ready()
    assert await text(backend, "walrus") == "(fresh)"
    corpus.change("a.py", None)
    await backend.ready()
    assert "fresh" not in await text(backend, "walrus")


async def test_learns_anew_when_much_has_changed(backend: NgramBackend, corpus: Texts) -> None:
    """Another branch is another repository."""
    await backend.ready()
    for at in range(12):
        corpus.change(f"new{at}.py", "seal(grey)\n")
    await backend.ready()
    assert await text(backend, "seal") == "(grey)"
    assert backend._model is not None
    assert backend._model.changes is None


async def test_requests_look_at_the_corpus(
    backend: NgramBackend, corpus: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a word from anybody, a request notices a new revision."""
    monkeypatch.setattr(ngram, "_PAUSE_S", 0.0)
    await backend.ready()
    corpus.change("a.py", WALRUS.replace("old", "fresh"))
    await text(backend, "walrus")
    assert backend._refreshing is not None
    await backend._refreshing
    assert await text(backend, "walrus") == "(fresh)"


async def test_a_second_start_reads_no_file(corpus: Texts, tmp_path: Path) -> None:
    """What was learnt is kept in the cache folder."""
    for _ in range(2):
        corpus.reads = 0
        backend = NgramBackend(corpus, cache_dir=tmp_path)
        await backend.ready()
        assert await text(backend, "walrus") == "(old)"
        await backend.aclose()
    assert corpus.reads == 0


@pytest.mark.parametrize("small", [10, 10_000])
async def test_a_cache_that_cannot_be_written(
    corpus: Texts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    """The next start is slower, nothing else."""
    monkeypatch.setattr(refresh, "_SMALL", small)
    blocked = tmp_path / "file"
    blocked.write_text("")
    backend = NgramBackend(corpus, cache_dir=blocked)
    await backend.ready()
    assert await text(backend, "walrus") == "(old)"
    await backend.aclose()


@pytest.mark.parametrize("keep", [True, False])
async def test_a_large_repository_is_learnt_apart(
    corpus: Texts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, keep: bool
) -> None:
    """Another process does it, with or without a cache folder, and the answers are the same."""
    monkeypatch.setattr(refresh, "_SMALL", 10)
    monkeypatch.setattr(refresh, "train", lambda _: pytest.fail("learnt in the server"))
    backend = NgramBackend(corpus, cache_dir=tmp_path if keep else None)
    await backend.ready()
    assert await text(backend, "walrus") == "(old)"
    await backend.aclose()


async def test_closing_stops_training(corpus: Texts) -> None:
    """Closing in the middle of it neither hangs nor raises."""
    backend = NgramBackend(corpus, cache_dir=None)
    await text(backend, "walrus")
    await backend.aclose()


async def test_cancelling_frees_the_thread(backend: NgramBackend) -> None:
    """After a cancelled request the next one is answered."""
    await backend.ready()
    task = asyncio.create_task(text(backend, "walrus"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await text(backend, "walrus") == "(old)"
