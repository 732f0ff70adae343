"""Backends of other packages, held so that their faults are told and stay theirs.

Whoever writes one may have made a mistake, and a library below it may raise whatever it
likes. Here is the outermost edge of their code: what it raises becomes a `BackendError`
that names the package, and what it asks of the process (`SystemExit`) is refused.
"""

from __future__ import annotations

import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NoReturn

from inference.errors import BackendError, InferenceError
from inference.types import Backend, Capabilities, Chunk, Probing

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from importlib.metadata import EntryPoint

    from inference.registry import BackendSettings
    from inference.types import Certainty, Request

_WHATEVER = (Exception, SystemExit)
_LONGEST_WORDS = 200

log = logging.getLogger(__name__)


def open_foreign(entry: EntryPoint, settings: BackendSettings) -> Backend:
    """The backend that an entry point of another package leads to.

    Raises:
        BackendError: it can't be loaded or made, or isn't one; its own ones as they are.
    """
    whose = f"the backend {entry.name!r} of {_package(entry)}"
    try:
        made: Any = entry.load()(settings)
        is_one = isinstance(getattr(made, "capabilities", None), Capabilities)
        is_one = is_one and isinstance(made, Backend)
        probes = isinstance(made, Probing)
    except InferenceError:
        raise
    except _WHATEVER as error:
        words = _words(error, settings.api_key)
        raise BackendError(f"{whose} can't be loaded ({words}); update or remove it") from error
    if not is_one:
        raise BackendError(
            f"{whose} made {type(made).__name__}, which is no backend; update or remove it"
        )
    return ForeignProbing(made, whose) if probes else Foreign(made, whose)


class Foreign:
    """A backend of another package that raises nothing but `InferenceError`.

    Args:
        backend: theirs.
        whose: what messages call it.
    """

    def __init__(self, backend: Any, whose: str) -> None:
        self._backend = backend
        self._whose = whose
        self._known: Capabilities = backend.capabilities

    @property
    def capabilities(self) -> Capabilities:
        """What it says that it can do; what it said before, where it fails to say."""
        try:
            told = self._backend.capabilities
        except _WHATEVER as error:
            self._log(error)
        else:
            self._known = told if isinstance(told, Capabilities) else self._known
        return self._known

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes.

        Raises:
            BackendError: its own, or it failed in another way.
        """
        try:
            async with aclosing(self._backend.stream(request)) as chunks:
                async for chunk in chunks:
                    yield _checked(chunk, self._whose)
        except InferenceError:
            raise
        except _WHATEVER as error:
            self._fail(error)

    async def warm(self, request: Request, /) -> None:
        """Have it read the prompt ahead."""
        try:
            await self._backend.warm(request)
        except InferenceError:
            raise
        except _WHATEVER as error:
            self._fail(error)

    async def aclose(self) -> None:
        """Have it give everything back; what it can't is lost, and nobody waits for it."""
        try:
            await self._backend.aclose()
        except _WHATEVER as error:
            self._log(error)

    def _fail(self, error: BaseException) -> NoReturn:
        self._log(error)
        place = _place(error)
        message = f"{self._whose} failed ({type(error).__name__}{place}); update or remove it"
        raise BackendError(message) from None

    def _log(self, error: BaseException) -> None:
        # Without its words, which may hold code.
        log.error("%s raised %s%s", self._whose, type(error).__name__, _place(error))


class ForeignProbing(Foreign):
    """One that finds out what its server takes."""

    @property
    def certainty(self) -> Certainty:
        """How sure it says it is; not at all, where it fails to say."""
        try:
            told = self._backend.certainty
        except _WHATEVER as error:
            self._log(error)
            return "none"
        return told if told in {"some", "full"} else "none"

    @property
    def probe_text(self) -> str:
        """What `probe` wants the ids of."""
        try:
            return str(self._backend.probe_text)
        except _WHATEVER as error:
            self._log(error)
            return ""

    async def probe(self, ids: tuple[int, ...] | None, /) -> str | None:
        """Have it find out.

        Raises:
            BackendError: its own, or it failed in another way.
        """
        try:
            told = await self._backend.probe(ids)
        except InferenceError:
            raise
        except _WHATEVER as error:
            self._fail(error)
        return told if isinstance(told, str) else None


def _checked(chunk: object, whose: str) -> Chunk:
    if isinstance(chunk, Chunk):
        return chunk
    raise BackendError(
        f"{whose} answered with {type(chunk).__name__} instead of chunks; update or remove it"
    )


def _package(entry: EntryPoint) -> str:
    return f"the package {entry.dist.name}" if entry.dist is not None else entry.module


def _words(error: BaseException, key: str | None) -> str:
    """What an error says in one line, unless that holds the key."""
    said = " ".join(str(error).split())[:_LONGEST_WORDS]
    told = "" if not said or (key and key in str(error)) else f": {said}"
    return type(error).__name__ + told


def _place(error: BaseException) -> str:
    """Where it was raised, for whoever mends it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    name = trace.tb_frame.f_globals.get("__name__", "?")
    return f" at {name}:{trace.tb_lineno}"
