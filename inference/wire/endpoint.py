"""Where a server is, and whether code may be sent there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from inference.errors import BackendError


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The base address of a server.

    Attributes:
        url: without a slash at its end.
        host: with the port where one is given, for messages.
        loopback: whether it is on this machine.
    """

    url: str
    host: str
    loopback: bool


def parse_endpoint(text: str) -> Endpoint:
    """The endpoint of that address.

    Raises:
        BackendError: it isn't one; it isn't encrypted though it leads to another
            machine; or it holds a password, which would end up in logs.
    """
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or not host:
        raise BackendError(
            f"the endpoint {_shown(text)!r} isn't an address like https://host/v1 or "
            "http://127.0.0.1:8000/v1; correct `endpoint`"
        )
    if parts.username or parts.password:
        raise BackendError(
            f"the endpoint at {host} holds a user or password; put the key into the environment "
            "and name the variable in `api_key_env`"
        )
    loopback = is_loopback(host)
    if parts.scheme == "http" and not loopback:
        raise BackendError(
            f"the endpoint at {host} isn't encrypted, and source code would travel there in the "
            "clear; use https, or a tunnel to 127.0.0.1"
        )
    netloc = parts.netloc
    path = parts.path.rstrip("/")
    return Endpoint(f"{parts.scheme}://{netloc}{path}", netloc, loopback)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its name; names that resolve to it don't count."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(text: str) -> str:
    """The address without what may be a password."""
    return text.rpartition("@")[2]
