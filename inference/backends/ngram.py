"""The embedded backend: a statistical model of the user's own repository.

No weights to fetch, no network, an answer in milliseconds. It completes the
rest of the line and says how sure it is.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from inference.ngram.base import Model, train
from inference.ngram.complete import several
from inference.ngram.refresh import Trainer
from inference.types import Capabilities, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from context.types import Corpus
    from inference.ngram.complete import Answer
    from inference.types import FinishReason, Request

_PAUSE_S = 1.0
"""Between two looks at the corpus: a revision may grow with every keystroke."""


class NgramBackend:
    """The model of one repository; satisfies `inference.types.Backend`.

    A request never waits for training: until it is done, completions are made
    of the buffer alone. One thread answers, so that the order of requests is
    kept; another follows the corpus.
    """

    def __init__(self, corpus: Corpus, *, cache_dir: Path | None) -> None:
        self._corpus = corpus
        self._trainer = Trainer(corpus, cache_dir)
        self._blank = Model(train(()))
        self._model: Model | None = None
        self._revision: int | None = None
        self._looked_s = -_PAUSE_S
        self._refreshing: asyncio.Task[None] | None = None
        self._answering = ThreadPoolExecutor(1, "ngram-answer")
        self._training = ThreadPoolExecutor(1, "ngram-train")

    @property
    def capabilities(self) -> Capabilities:
        """It reads no prompt; log-probabilities come with every token."""
        return Capabilities(prompt=False, logprobs=True, warm=True, ranked=True)

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The rest of the cursor's line, a token at a time.

        The last chunk's confidence is the probability that the whole is exactly
        the rest of the line. Where nothing is known there is one chunk, empty.
        Of several that are asked for, the best comes first and whole, then the next.
        """
        self._follow()
        stopped = threading.Event()
        try:
            answers = await asyncio.get_running_loop().run_in_executor(
                self._answering,
                several,
                self._model or self._blank,
                request.prefix,
                request.suffix,
                request.path,
                max(1, request.n),
                stopped.is_set,
            )
        finally:
            # A cancelled request must not keep the thread from the next one.
            stopped.set()
        for index, answer in enumerate(answers):
            for chunk in _chunks(answer, request.max_new_tokens, index):
                yield chunk

    async def warm(self, request: Request, /) -> None:
        """Return when the model has learnt the repository as it is now."""
        del request
        await self.ready()

    async def ready(self) -> None:
        """Return when the model has learnt the repository as it is now."""
        while self._revision != self._corpus.revision:
            self._look()
            if self._refreshing is not None:
                await asyncio.shield(self._refreshing)

    async def aclose(self) -> None:
        """Stop training and give the threads, the process and its files back."""
        self._trainer.stop()
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)
        self._answering.shutdown(wait=False, cancel_futures=True)
        self._training.shutdown(wait=False, cancel_futures=True)

    def _follow(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._revision != self._corpus.revision and now_s - self._looked_s >= _PAUSE_S:
            self._look()

    def _look(self) -> None:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        """Note what changed at once, and train anew where that is too much."""
        loop, revision = asyncio.get_running_loop(), self._corpus.revision
        self._looked_s = loop.time()
        update, again = self._trainer.update, self._trainer.train
        model, outdated = await loop.run_in_executor(self._training, update, self._model)
        self._model = model or self._model
        if outdated:
            self._model = await loop.run_in_executor(self._training, again)
        self._revision = revision
        self._looked_s = loop.time()


def _chunks(answer: Answer, limit: int, index: int) -> list[Chunk]:
    """One chunk a token; the last says whether the line was finished."""
    kept = answer.pieces[:limit]
    if not kept:
        return [Chunk("", finish_reason="stop", confidence=0.0, index=index)]
    whole = len(kept) == len(answer.pieces) and answer.finished
    reason: FinishReason = "stop" if whole else "length"
    last = kept[-1]
    sure = answer.confidence if len(kept) == len(answer.pieces) else 0.0
    head = [
        Chunk(p.text, logprob=p.logprob, confidence=p.confidence, index=index) for p in kept[:-1]
    ]
    return [*head, Chunk(last.text, (), last.logprob, reason, sure, index=index)]
