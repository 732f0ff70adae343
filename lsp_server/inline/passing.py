"""What of several completions may be shown, once each has been looked at."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from inference.answer.checks import checked
from inference.answer.distinct import distinct
from inference.types import Completion, NoCompletion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from inference.answer.checks import Checks
    from lsp_server.completion import Answer


async def look_over(
    executor: Executor, answer: Answer, checks: Checks, min_confidence: float
) -> Answer:
    """The answer with as much of it as passes; off the event loop, as it parses the document."""
    if not answer.completions:
        return answer
    started = time.perf_counter()
    look = partial(passing, answer.completions, checks, min_confidence)
    result, others = await asyncio.get_running_loop().run_in_executor(executor, look)
    check_ms = (time.perf_counter() - started) * 1000
    timings = replace(answer.timings, check=check_ms, total=answer.timings.total + check_ms)
    return replace(answer, result=result, others=others, timings=timings)


def passing(
    completions: Sequence[Completion], checks: Checks, min_confidence: float
) -> tuple[Completion | NoCompletion, tuple[Completion, ...]]:
    """What passes, the best first; or why the best doesn't, where none does."""
    looked_at = [checked(each, checks, min_confidence) for each in completions]
    # What the looking has cut may be alike now.
    passed = distinct(each for each in looked_at if isinstance(each, Completion))
    return (passed[0], passed[1:]) if passed else (looked_at[0], ())
