"""The connections to one server, kept for the life of a backend."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import asynccontextmanager
from importlib.util import find_spec
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any

import httpx

from inference.errors import BackendError
from inference.wire.faults import Call
from inference.wire.kept import KeptClient
from inference.wire.sharing import Sharing
from inference.wire.trust import trusted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from inference.wire.endpoint import Endpoint

_KEEP_S = 60.0
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# With another value in one of these, the request would be another one, or none.
_OF_HTTP = re.compile(
    r"(?i)accept(-encoding)?|authorization|connection|content-(encoding|length|type)|expect|host"
    r"|keep-alive|proxy-authorization|te|trailer|transfer-encoding|upgrade"
)
_HEADER_VALUE = re.compile(r"[!-~]{1,256}")


class Client:
    """A server's address, the key for it and connections to it, made when they are first needed.

    Args:
        endpoint: where it is.
        key: sent as bearer token; never logged.
        sharing: what else goes with each request, and when it counts as gone.
        lost: called when a kept connection was dead: another server may be there now.

    Raises:
        BackendError: a malformed key, or a session header that can't be one.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        key: str | None,
        sharing: Sharing | None = None,
        lost: Callable[[], None] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.sharing = sharing or Sharing()
        self._key = _checked_key(key, endpoint.host)
        self._header = _checked_header(self.sharing.session_header)
        self._lost = lost
        self._made: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()

    @property
    def url(self) -> str:
        """The base address."""
        return self.endpoint.url

    def call(self, model: str, secrets: Sequence[str] = (), *, new_tokens: int = 0) -> Call:
        """What messages about a call may need to know; the key is among the secrets."""
        return Call(
            self.endpoint.host,
            model,
            has_key=bool(self._key),
            read_s=self.sharing.read_s,
            secrets=(self._key, self.sharing.cache_salt, *secrets),
            new_tokens=new_tokens,
        )

    @asynccontextmanager
    async def post(
        self, url: str, body: bytes, *, session: str = ""
    ) -> AsyncGenerator[httpx.Response]:
        """The answer to a JSON body, its head read; leaving the block closes the connection.

        Args:
            url: whole.
            body: the JSON.
            session: the opaque name of what the request belongs to, for routers.

        Raises:
            httpx.HTTPError: there is none.
            BackendError: the files of authorities or the proxy's address are unusable.
        """
        headers = {"Content-Type": "application/json"}
        if self._header and _HEADER_VALUE.fullmatch(session):
            headers[self._header] = session
        http = await self.http()
        request = http.build_request("POST", url, content=body, headers=headers)
        response = await http.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def http(self) -> httpx.AsyncClient:
        """The client itself, for questions about the server."""
        async with self._making:
            if self._made is None:
                self._made = await self._make()
            return self._made

    async def aclose(self) -> None:
        """Give back the connections."""
        made, self._made = self._made, None
        if made is not None:
            await made.aclose()

    async def _make(self) -> httpx.AsyncClient:
        _settle_library()
        sharing, is_plain = self.sharing, self.url.startswith("http:")
        verify = (
            # Loading the authorities takes a while, and plain http has no use for them.
            SSLContext(PROTOCOL_TLS_CLIENT)
            if is_plain
            else await asyncio.to_thread(trusted, sharing.ca_file)
        )
        try:
            return KeptClient(
                lost=self._lost,
                headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
                timeout=httpx.Timeout(sharing.read_s, connect=sharing.connect_s),
                verify=verify,
                # A proxy that the environment names has no business between us and ourselves.
                trust_env=not self.endpoint.loopback,
                limits=httpx.Limits(keepalive_expiry=_KEEP_S),
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise BackendError(
                f"the proxy that the environment names for {self.endpoint.host} can't be used; "
                "HTTPS_PROXY or ALL_PROXY should be an address like http://proxy.example:3128"
            ) from error


def _settle_library() -> None:
    """Say once that `sniffio` isn't installed, where it isn't.

    httpcore asks by importing it, five times a request, and Python looks through the whole
    import path each time: a fifth of what a request takes.
    """
    modules: dict[str, Any] = sys.modules
    if "sniffio" not in modules and find_spec("sniffio") is None:
        # What the import system takes for "there is none": the import fails at once.
        modules["sniffio"] = None


def _checked_key(key: str | None, host: str) -> str:
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise BackendError(
            f"the API key for {host} holds characters that no key has; check the variable that "
            "`api_key_env` names",
            cause="key",
        )
    return key


def _checked_header(name: str) -> str:
    if name and (not _HEADER_NAME.fullmatch(name) or _OF_HTTP.fullmatch(name)):
        raise BackendError(
            f"{name!r} can't be the name of a header of yours; set `server.session_header` to one "
            "like x-session-id, or leave it empty"
        )
    return name
