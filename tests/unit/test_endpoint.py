"""Where code may be sent, and how connection errors are told."""

from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from inference.errors import BackendError
from inference.wire.endpoint import parse_endpoint
from inference.wire.faults import Call, transport_fault

CALL = Call("host:1", "tiny", has_key=False, read_s=3.0)


@pytest.mark.parametrize(
    ("text", "url", "host", "loopback"),
    [
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1", "127.0.0.1:8000", True),
        ("http://localhost:1", "http://localhost:1", "localhost:1", True),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1", "[::1]:8000", True),
        (
            " https://api.example.com/beta ",
            "https://api.example.com/beta",
            "api.example.com",
            False,
        ),
    ],
)
def test_addresses(text, url, host, loopback):
    endpoint = parse_endpoint(text)
    assert (endpoint.url, endpoint.host, endpoint.loopback) == (url, host, loopback)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://10.0.0.7:8000/v1", "isn't encrypted"),
        ("http://localhost.example.com/v1", "isn't encrypted"),
        ("http://127.0.0.1.example.com/v1", "isn't encrypted"),
        ("127.0.0.1:8000", "isn't an address"),
        ("ftp://localhost/v1", "isn't an address"),
        ("http://localhost:port/v1", "isn't an address"),
        ("http://[::1/v1", "isn't an address"),
        ("", "isn't an address"),
        ("https://me:hunter2@example.com/v1", "api_key_env"),
        ("ftp://me:hunter2@example.com/v1", "isn't an address"),
    ],
)
def test_addresses_that_code_is_not_sent_to(text, expected):
    with pytest.raises(BackendError, match=expected) as caught:
        parse_endpoint(text)
    assert "hunter2" not in str(caught.value)


def _unverified(code):
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    return error


def _caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (_caused(httpx.ConnectError(""), socket.gaierror(-2, "")), "can't be resolved"),
        (_caused(httpx.ConnectError(""), ssl.SSLCertVerificationError()), "isn't trusted"),
        (_caused(httpx.ConnectError(""), _unverified(10)), "has expired"),
        (_caused(httpx.ConnectError(""), _unverified(62)), "for another name"),
        (_caused(httpx.ConnectError(""), ssl.SSLError()), "does it speak https"),
        (_caused(httpx.ConnectError(""), ConnectionRefusedError()), "nothing listens"),
        (_caused(httpx.ConnectError(""), OSError()), "no connection to host:1"),
        (httpx.ConnectTimeout(""), "doesn't take the connection"),
        (httpx.ReadTimeout(""), "said nothing for 3 s"),
        (httpx.ReadError(""), "closed the connection"),
    ],
)
def test_each_failed_connection_has_its_own_words(error, expected):
    message = str(transport_fault(error, CALL, streaming=False))
    assert expected in message
    assert "host:1" in message
