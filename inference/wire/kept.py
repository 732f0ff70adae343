"""Connections that are kept, and what is asked again when one of them turns out to be dead."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

from inference.wire.bounded import whole_of

if TYPE_CHECKING:
    from collections.abc import Callable

# A server that had closed a kept connection shows it at once; later, it may have begun.
_STALE_S = 0.5
# All that were kept may be dead, as after a server's restart.
_MOST_DEAD = 3
_CONNECTING, _UNCONNECTED = ".connect_tcp.started", ".connect_tcp.failed"
_DEAD = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class KeptClient(httpx.AsyncClient):
    """An HTTP client that asks again where a kept connection had been closed meanwhile.

    That may happen in the moment in which something is sent, and no byte of an answer has
    come then. What was sent over a new connection is never sent twice. Answers that aren't
    streamed are read up to a bound.

    Args:
        lost: called when a kept connection was dead: another server may be there now.
        options: of any HTTP client.
    """

    def __init__(self, *, lost: Callable[[], None] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._lost = lost

    async def send(
        self, request: httpx.Request, *, stream: bool = False, **options: Any
    ) -> httpx.Response:
        """The answer, its head read; all of it without `stream`.

        Raises:
            httpx.HTTPError: there is none; a `ProxyError` where the way ends at a proxy.
        """
        answer = await self._sent(request, **options)
        return answer if stream else await whole_of(answer)

    async def _sent(self, request: httpx.Request, **options: Any) -> httpx.Response:
        began_s, n_dead = time.monotonic(), 0
        while True:
            trace = _Trace()
            request.extensions = {**request.extensions, "trace": trace}
            try:
                return await super().send(request, stream=True, **options)
            except _DEAD:
                n_dead += 1
                is_late = time.monotonic() - began_s > _STALE_S
                if trace.host or is_late or n_dead > _MOST_DEAD:
                    raise
                if self._lost is not None:
                    self._lost()
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if trace.failed and trace.host != request.url.host:
                    raise httpx.ProxyError(str(error), request=request) from error
                raise


class _Trace:
    """Sees whether a request had to open a connection, and where to.

    Attributes:
        host: that a connection was opened to, which may be a proxy; empty where a kept one
            was used.
        failed: none came about.
    """

    def __init__(self) -> None:
        self.host = ""
        self.failed = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith(_CONNECTING):
            self.host = str(info.get("host") or "unknown")
        self.failed = self.failed or event.endswith(_UNCONNECTED)
