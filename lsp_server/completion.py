"""One completion, from a snapshot to an answer: select, pack, stream, clean."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from context.select import select
from inference.complete import Rules, complete
from inference.errors import BackendError, InferenceError
from inference.pack import SnippetCounter, pack, split_budget
from inference.types import NoCompletion, Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from context.types import Selection, Snapshot
    from inference.types import Completion, Prompt
    from lsp_server.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds; `first_token` counts from the request to the backend."""

    context: float = 0.0
    pack: float = 0.0
    first_token: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion or why there is none, and how it came about."""

    result: Completion | NoCompletion
    prompt_tokens: int = 0
    new_tokens: int | None = None
    timings: Timings = field(default_factory=Timings)
    error: InferenceError | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was selected and what it was packed into."""

    selection: Selection
    prompt: Prompt
    context_ms: float
    pack_ms: float


async def answer(
    workspace: Workspace,
    snapshot: Snapshot,
    *,
    executor: Executor,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """The completion at the snapshot's cursor; never raises on a failing backend."""
    start = time.perf_counter()
    try:
        prepared = await _prepared(workspace, snapshot, executor)
        request = _request(workspace, snapshot, prepared)
        rules = _rules(workspace, snapshot)
        outcome = await complete(
            workspace.backend, request, rules, clock=time.perf_counter, on_text=on_text
        )
    except InferenceError as error:
        timings = Timings(total=_milliseconds(start))
        return Answer(NoCompletion(str(error)), timings=timings, error=error)
    timings = Timings(
        prepared.context_ms if prepared else 0.0,
        prepared.pack_ms if prepared else 0.0,
        outcome.first_token_s * 1000,
        _milliseconds(start),
    )
    n_tokens = prepared.prompt.n_tokens if prepared else 0
    return Answer(outcome.completion, n_tokens, outcome.n_tokens, timings)
