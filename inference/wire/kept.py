"""Connections that are kept, and what is asked again when one of them turns out to be dead."""

from __future__ import annotations

import time
from typing import Any

import httpx

# A server that had closed a kept connection shows it at once; later, it may have begun.
_STALE_S = 0.5
# All that were kept may be dead, as after a server's restart.
_MOST_DEAD = 3
_CONNECTING = ".connect_tcp.started"
_DEAD = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class KeptClient(httpx.AsyncClient):
    """An HTTP client that asks again where a kept connection had been closed meanwhile.

    That may happen in the moment in which something is sent, and no byte of an answer has
    come then. What was sent over a new connection is never sent twice.
    """

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """The answer, its head read.

        Raises:
            httpx.HTTPError: there is none.
        """
        began_s = time.monotonic()
        for _ in range(_MOST_DEAD):
            trace = _Trace()
            request.extensions = {**request.extensions, "trace": trace}
            try:
                return await super().send(request, **options)
            except _DEAD:
                if trace.connected or time.monotonic() - began_s > _STALE_S:
                    raise
        return await super().send(request, **options)


class _Trace:
    """Sees whether a request had to open a connection."""

    def __init__(self) -> None:
        self.connected = False

    async def __call__(self, event: str, _info: dict[str, Any]) -> None:
        self.connected = self.connected or event.endswith(_CONNECTING)
