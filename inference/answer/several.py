"""Several different completions of one place, for who asks to be shown what else there is.

The first is the one that `complete` gives. The others are drawn by chance, as what is
likeliest is said already; they begin when the first has begun to come, as the prompt is
read then, so that they cost little but their own tokens, and the first isn't later for it.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from inference.answer.complete import complete_each
from inference.answer.distinct import different, is_some
from inference.answer.drawn import Drawn

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from inference.answer.complete import OnHeard, Outcome
    from inference.answer.heard import Clock, Rules
    from inference.answer.listening import OnText
    from inference.types import Backend, Capabilities, Chunk, Request

# The others are waited for as long again as the first took from its first token on, in
# seconds: a server that answers several at once is done by then, another has had its chance.
_LEAST_GRACE_S, _MOST_GRACE_S = 0.1, 1.0


async def several(
    backend: Backend,
    request: Request,
    rules: Rules,
    *,
    n: int,
    clock: Clock,
    on_text: OnText | None = None,
    on_heard: OnHeard | None = None,
) -> tuple[Outcome, ...]:
    """Up to `n` outcomes: that of `complete`, then others that say something else.

    What is there of the others a little after the first has ended is what there is. A
    backend that ranks its completions is asked for all of them at once.

    Raises:
        BackendError: as the backend raised it over the first.
    """
    ask = partial(complete_each, rules=rules, clock=clock, on_text=on_text, on_heard=on_heard)
    if n <= 1 or backend.capabilities.ranked:
        return different(await ask(backend, replace(request, n=max(1, n))))
    drawn = Drawn(backend, request, rules, n - 1, clock)
    try:
        (first,) = await ask(_Told(backend, drawn.begin), replace(request, n=1))
        await drawn.wait(_grace_s(first))
    finally:
        await drawn.stop()
    return different((first, *drawn.outcomes()))


async def alternatives(
    backend: Backend, request: Request, rules: Rules, *, n: int, clock: Clock
) -> tuple[Outcome, ...]:
    """Up to `n` different outcomes, all drawn by chance, for who has the likeliest already.

    A backend that fails meanwhile gave what it gave.
    """
    drawn = Drawn(backend, request, rules, n, clock)
    drawn.begin()
    try:
        await drawn.wait(rules.deadline_s)
    finally:
        await drawn.stop()
    return tuple(one for one in different(drawn.outcomes()) if is_some(one))


class _Told:
    """A backend that tells when an answer begins to come."""

    def __init__(self, backend: Backend, tell: Callable[[], None]) -> None:
        self._backend, self._tell = backend, tell

    @property
    def capabilities(self) -> Capabilities:
        """As the backend has them."""
        return self._backend.capabilities

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The backend's answer."""
        async with aclosing(self._backend.stream(request)) as chunks:
            async for chunk in chunks:
                self._tell()
                yield chunk

    async def warm(self, request: Request, /) -> None:
        """As the backend does."""
        await self._backend.warm(request)

    async def aclose(self) -> None:
        """Nothing: the backend is its owner's."""


def _grace_s(first: Outcome) -> float:
    decode_s = first.total_s - (first.first_token_s or 0.0)
    return min(_MOST_GRACE_S, _LEAST_GRACE_S + decode_s)
