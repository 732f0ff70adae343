"""What of several completions may be shown, once each has been looked at."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
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

UNCHECKED = "it couldn't be checked; Infill's log says why"

log = logging.getLogger(__name__)
_logged: set[tuple[type[Exception], str]] = set()


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
    looked_at = [_checked(each, checks, min_confidence) for each in completions]
    # What the looking has cut may be alike now.
    passed = distinct(each for each in looked_at if isinstance(each, Completion))
    return (passed[0], passed[1:]) if passed else (looked_at[0], ())


def _checked(
    completion: Completion, checks: Checks, min_confidence: float
) -> Completion | NoCompletion:
    """What passes of it; nothing where a check fails, which is told once for each mistake.

    Some code that nobody has thought of is no reason for a request to fail.
    """
    try:
        return checked(completion, checks, min_confidence)
    except Exception as error:  # noqa: BLE001 - parsers have mistakes of their own
        which = type(error), _where(error)
        if which not in _logged:
            _logged.add(which)
            # A message may quote what was parsed.
            log.error("a completion couldn't be checked: %s in %s", which[0].__name__, which[1])  # noqa: TRY400
        return NoCompletion(UNCHECKED)


def _where(error: Exception) -> str:
    """The place in the code where it was raised."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"
