"""A question over HTTP that is over at a given moment, however slowly its answer drips.

The timeouts of HTTP clients are for one read each: a server that sends a byte a second
never runs into them. Here each read and each write may take what is left until then.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from ssl import SSLContext

# Far more than the tokens of the largest text that is asked about.
_MOST_BYTES = 100_000_000
_FAULTS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpx.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, whatever that was."""

    status: int
    body: bytes


class NoReplyError(Exception):
    """No whole answer came in time; says what happened instead, in a word."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, until_s: float) -> Reply:
    """The answer to a JSON body; redirects aren't followed, as code would go there.

    The connection isn't kept: opening one takes less than a millisecond on this machine,
    and nobody need close it. No proxy is asked, as one that the environment names has
    no business between us and ourselves.

    Args:
        url: of http or https.
        body: JSON.
        headers: more of them.
        until_s: when it is over, by `time.monotonic`.

    Raises:
        NoReplyError: it wasn't there by then, or the connection failed.
    """
    try:
        parsed = httpx.URL(url)
        said = {"Host": parsed.netloc.decode(), "Content-Type": "application/json", **headers}
        target = httpcore.URL(
            scheme=parsed.raw_scheme,
            host=parsed.raw_host,
            port=parsed.port,
            target=parsed.raw_path,
        )
        authorities = _authorities() if parsed.scheme == "https" else None
        with (
            httpcore.ConnectionPool(authorities, network_backend=_Timely(until_s)) as pool,
            pool.stream("POST", target, headers=list(said.items()), content=body) as response,
        ):
            return Reply(response.status, _whole(response.iter_stream()))
    except _FAULTS as error:
        raise NoReplyError(type(error).__name__) from error


def _whole(pieces: Iterable[bytes]) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > _MOST_BYTES:
            raise NoReplyError("TooLarge")
    return bytes(body)


@cache
def _authorities() -> SSLContext:
    """Whom certificates are trusted from, which takes 20 ms to load."""
    return httpx.create_ssl_context()


class _Timely(httpcore.NetworkBackend):
    """Connections that are of use until a given moment."""

    def __init__(self, until_s: float) -> None:
        self._until_s = until_s
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **more: Any
    ) -> httpcore.NetworkStream:
        left_s = _left_s(self._until_s, timeout, httpcore.ConnectTimeout)
        made = self._backend.connect_tcp(host, port, left_s, *args, **more)
        return _TimelyStream(made, self._until_s)


class _TimelyStream(httpcore.NetworkStream):
    """One of these connections."""

    def __init__(self, stream: httpcore.NetworkStream, until_s: float) -> None:
        self._stream = stream
        self._until_s = until_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left_s = _left_s(self._until_s, timeout, httpcore.ReadTimeout)
        return self._stream.read(max_bytes, left_s)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left_s(self._until_s, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left_s = _left_s(self._until_s, timeout, httpcore.ConnectTimeout)
        made = self._stream.start_tls(ssl_context, server_hostname, left_s)
        return _TimelyStream(made, self._until_s)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left_s(until_s: float, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
    """The seconds that a step may take; a socket wants some."""
    left_s = until_s - time.monotonic()
    if left_s <= 0:
        raise late
    return left_s if timeout is None else min(left_s, timeout)
