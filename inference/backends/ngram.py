"""The embedded backend: a statistical model of the user's own repository.

No weights to fetch, no network, an answer in milliseconds. It completes the
rest of the line and says how sure it is.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from inference.ngram.base import train
from inference.ngram.complete import complete
from inference.ngram.languages import is_source
from inference.types import Capabilities, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from pathlib import Path

    from context.types import Corpus
    from inference.ngram.base import Base
    from inference.ngram.complete import Piece
    from inference.types import Request

_NOTHING_KNOWN = train(())


class NgramBackend:
    """The model of one repository; satisfies `inference.types.Backend`.

    A request never waits for training: until it is done, the buffer alone is
    what completions are made of.
    """

    def __init__(self, corpus: Corpus, *, cache_dir: Path | None) -> None:
        self._corpus = corpus
        self._cache_dir = cache_dir
        self._base = _NOTHING_KNOWN
        self._revision = -1
        self._training: asyncio.Task[None] | None = None
        self._worker = ThreadPoolExecutor(1, "ngram")
        self._trainer = ThreadPoolExecutor(1, "ngram-train")

    @property
    def capabilities(self) -> Capabilities:
        """Log-probabilities and nothing else: it reads no prompt."""
        return Capabilities(prompt=False, logprobs=True, warm=True)

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The rest of the cursor's line, a token at a time; an empty last chunk for "I don't know"."""
        self._keep_fresh()
        loop = asyncio.get_running_loop()
        pieces = await loop.run_in_executor(
            self._worker, complete, self._base, request.prefix, request.suffix, request.path
        )
        for chunk in _chunks(pieces, request.max_new_tokens):
            yield chunk

    async def warm(self, request: Request, /) -> None:
        """Return when the model has learnt the repository as it is now."""
        await self.ready()

    async def ready(self) -> None:
        """Return when the model has learnt the repository as it is now."""
        self._keep_fresh()
        if self._training is not None:
            await asyncio.shield(self._training)

    async def aclose(self) -> None:
        """Stop training and give the threads back."""
        if self._training is not None:
            self._training.cancel()
            await asyncio.gather(self._training, return_exceptions=True)
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._trainer.shutdown(wait=False, cancel_futures=True)

    def _keep_fresh(self) -> None:
        idle = self._training is None or self._training.done()
        if idle and self._revision != self._corpus.revision:
            self._training = asyncio.create_task(self._train())

    async def _train(self) -> None:
        revision = self._corpus.revision
        loop = asyncio.get_running_loop()
        self._base = await loop.run_in_executor(self._trainer, lambda: train(_texts(self._corpus)))
        self._revision = revision


def _texts(corpus: Corpus) -> Iterator[tuple[str, str]]:
    for entry in corpus.entries():
        text = corpus.read(entry.path) if is_source(entry.language) else None
        if text is not None:
            yield entry.path, text


def _chunks(pieces: list[Piece], limit: int) -> list[Chunk]:
    """One chunk a token; the last says whether the line was finished."""
    kept = pieces[:limit]
    if not kept:
        return [Chunk("", finish_reason="stop", confidence=0.0)]
    chunks = [Chunk(p.text, logprob=p.logprob, confidence=p.confidence) for p in kept[:-1]]
    last = kept[-1]
    reason = "stop" if len(kept) == len(pieces) else "length"
    chunks.append(
        Chunk(last.text, logprob=last.logprob, confidence=last.confidence, finish_reason=reason)
    )
    return chunks
