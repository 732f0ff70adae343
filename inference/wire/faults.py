"""What went wrong on the wire, in words that name the host and the remedy.

No message holds a key, a prompt or code; a server's own words are quoted only
where they repeat none of these.
"""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from inference.errors import BackendError
from inference.wire.overlong import overlong
from inference.wire.retry_after import retry_after_s
from inference.wire.words import quote, quoted, said, said_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inference.errors import Cause

_OK = 200
_BAD_REQUEST, _PAYMENT, _TOO_LARGE, _UNPROCESSABLE = 400, 402, 413, 422
_UNAUTHORISED, _FORBIDDEN = 401, 403
_NOT_FOUND, _TOO_MANY, _FAILED, _UNAVAILABLE = 404, 429, 500, 503
_REDIRECTS = range(300, 400)
_NO_MODEL = re.compile(r"(?is)model\b.{0,80}?(?:not (?:exist|found)|unknown|doesn't exist)")
_NO_MEMORY = re.compile(r"(?i)out of memory|outofmemory|failed to allocate|not enough memory")
# vLLM's "EngineCore encountered an issue", Ollama's "llama runner process has terminated".
_DIED = re.compile(r"(?i)\bengine(?:core|dead)|engine (?:is |has )?(?:dead|died)|has terminated")
_LOADS = re.compile(r"(?i)\bloading\b")
_NO_NUMBERS = re.compile(r"(?i)\bnan\b|out of range float")
_NO_PROXY = (
    "the proxy before {host} can't be reached or refuses the connection; check HTTPS_PROXY, "
    "ALL_PROXY and NO_PROXY"
)
_ON_THE_WAY = "does a proxy on the way change its answers?"
_MOST_NAMES = 12
# A page with one of these comes from what stands before the server; the status says more.
_TELLING = frozenset({_UNAUTHORISED, _PAYMENT, _TOO_LARGE, _TOO_MANY})
# A model takes seconds to minutes to load, and who asks meanwhile is told so at once.
_LOADING_S = 1.0
# OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH.
_EXPIRED, _OTHER_NAMES = 10, {62, 64}


@dataclass(frozen=True, slots=True)
class Call:
    """What a message may need to know about the call that failed.

    Attributes:
        host: for messages.
        model: its name as the server is asked for it.
        has_key: a key was sent.
        read_s: after so long a silence the server counts as gone.
        secrets: texts of which no message may hold a stretch.
        new_tokens: how many were to be generated.
    """

    host: str
    model: str
    has_key: bool
    read_s: float
    secrets: tuple[str, ...] = ()
    new_tokens: int = 0


def transport_fault(error: httpx.HTTPError, call: Call, *, streaming: bool) -> BackendError:
    """What a connection that failed means; `streaming` once the answer had begun.

    What failed with a status is told by that, where its answer was read.
    """
    host = call.host
    if isinstance(error, httpx.HTTPStatusError):
        answer = error.response
        return status_fault(answer.status_code, answer.headers, answer.content, call)
    if isinstance(error, httpx.DecodingError):
        return BackendError(f"{host} sent what can't be unpacked; {_ON_THE_WAY}")
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return _unreachable(f"{host} doesn't take the connection; is the server up and reachable?")
    if isinstance(error, httpx.ConnectError):
        return _unreachable(_no_connection(error, host))
    if isinstance(error, httpx.ProxyError):
        return _unreachable(_NO_PROXY.format(host=host))
    if isinstance(error, httpx.TimeoutException):
        cause: Cause = "died" if streaming else "unreachable"
        return BackendError(_silence(call, streaming=streaming), cause=cause)
    if streaming:
        return BackendError(
            f"{host} broke off in the middle of its answer; its log may say why "
            "(out of memory, a restart)",
            cause="died",
        )
    return _unreachable(
        f"{host} closed the connection without an answer; does it speak HTTP, and is "
        "http or https right?"
    )


def status_fault(status: int, headers: Mapping[str, str], body: bytes, call: Call) -> BackendError:
    """What an answer other than success means."""
    words = quote(body, call.secrets)
    if status in _REDIRECTS:
        return BackendError(
            f"{call.host} redirects elsewhere, which isn't followed, as code would go there; "
            "set `endpoint` to the address that answers"
        )
    if status in {_UNAUTHORISED, _FORBIDDEN}:
        held = "refused the API key" if call.has_key else "wants an API key"
        return BackendError(
            f"{call.host} {held} ({status}){words}; check the variable that `api_key_env` names",
            cause="key",
        )
    if status in {_TOO_MANY, _PAYMENT}:
        return _quota_fault(status, headers, words, call)
    if status == _UNAVAILABLE and _LOADS.search(said_in(body)):
        message = f"{call.host} still loads its model; it will answer by and by"
        soonest_s = retry_after_s(headers) or _LOADING_S
        return BackendError(message, cause="unreachable", retry_after_s=soonest_s)
    if status >= _FAILED:
        message = f"{call.host} failed ({status}){words}; its log may say why"
        cause, wait_s = _cause_of(said_in(body)), retry_after_s(headers)
        return BackendError(message, cause=cause, retry_after_s=wait_s)
    return _refusal(status, body, words, call)


def event_fault(error: object, call: Call) -> BackendError:
    """What an error within a stream that began well means."""
    message = said({"error": error})
    words = quoted(message, call.secrets)
    text = f"{call.host} gave up on the answer{words}; its log may say more"
    return BackendError(text, cause=_cause_of(message))


def head_fault(answer: httpx.Response, call: Call) -> BackendError | None:
    """Why an answer is none, by its head; None where its status says it, or it may be one.

    It may be a web page, which says nothing, or be packed in a way that wasn't asked for.
    """
    status, headers = answer.status_code, answer.headers
    if "html" in headers.get("content-type", "") and not _tells(status):
        return page_fault(call.host)
    if status != _OK:
        return None
    packed = set(_listed(headers.get("content-encoding", "")))
    asked = {"identity", *_listed(answer.request.headers.get("accept-encoding", ""))}
    if packed <= asked:
        return None
    words = quoted(", ".join(sorted(packed - asked)), call.secrets)
    return BackendError(
        f"{call.host} packed its answer in a way that wasn't asked for{words}; {_ON_THE_WAY}"
    )


def page_fault(host: str) -> BackendError:
    """What a web page in the place of JSON means."""
    return BackendError(
        f"{host} answered with a web page; does `endpoint` lead to the API and end in /v1?"
    )


def model_fault(call: Call, status: int, served: tuple[str, ...]) -> BackendError:
    """What it means that the server doesn't know the model; `served` is what it has."""
    names = ", ".join(repr(name) for name in served[:_MOST_NAMES])
    more = f" and {len(served) - _MOST_NAMES} more" if len(served) > _MOST_NAMES else ""
    has = f"it has {names}{more}" if served else "its /models lists what it has"
    return BackendError(
        f"{call.host} has no model {call.model!r} ({status}); {has}: set `served_model` to one",
        cause="model",
    )


def _refusal(status: int, body: bytes, words: str, call: Call) -> BackendError:
    """What an answer of 4xx means that isn't about who asks."""
    found = overlong(body)
    if found is not None or status == _TOO_LARGE:
        told = found.told(call.host, call.new_tokens) if found else _too_large(call)
        return BackendError(told, cause="context")
    if status == _NOT_FOUND and b"model" not in body.lower():
        return BackendError(f"{call.host} has no such path (404); does `endpoint` end in /v1?")
    if status == _NOT_FOUND or _NO_MODEL.search(said_in(body)):
        return model_fault(call, status, ())
    if status in {_BAD_REQUEST, _UNPROCESSABLE}:
        return BackendError(f"{call.host} refused the request ({status}){words}")
    return BackendError(f"{call.host} answered with status {status}{words}")


def _tells(status: int) -> bool:
    """Whether a status says what is wrong, whatever comes with it."""
    return status in _TELLING or status in _REDIRECTS or status >= _FAILED


def _listed(header: str) -> list[str]:
    """The words of a header that lists some."""
    return [word for part in header.split(",") if (word := part.strip().lower())]


def _quota_fault(status: int, headers: Mapping[str, str], words: str, call: Call) -> BackendError:
    held = "has too many requests" if status == _TOO_MANY else "wants to be paid"
    message = f"{call.host} {held} ({status}){words}"
    return BackendError(message, cause="quota", retry_after_s=retry_after_s(headers))


def _cause_of(message: str) -> Cause:
    if _NO_MEMORY.search(message):
        return "memory"
    if _DIED.search(message):
        return "died"
    return "numbers" if _NO_NUMBERS.search(message) else "failed"


def _unreachable(message: str) -> BackendError:
    return BackendError(message, cause="unreachable")


def _too_large(call: Call) -> str:
    return f"{call.host} takes no request of that size (413); lower `context.budget_tokens`"


def _silence(call: Call, *, streaming: bool) -> str:
    if streaming:
        return f"{call.host} fell silent in the middle of its answer, for {call.read_s:g} s"
    return (
        f"{call.host} took the request and said nothing for {call.read_s:g} s; "
        "it may be loading the model or overloaded"
    )


def _no_connection(error: httpx.ConnectError, host: str) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"the name of {host} can't be resolved; check `endpoint` and the network"
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _untrusted(cause, host)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"no encrypted connection to {host}; does it speak https, or only http?"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"nothing listens at {host}; start the server or correct `endpoint`"
    return f"no connection to {host}; check `endpoint` and the network"


def _untrusted(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = getattr(error, "verify_code", None)
    if code == _EXPIRED:
        return f"the certificate of {host} has expired; renew it, or check this machine's clock"
    if code in _OTHER_NAMES:
        return f"the certificate that {host} shows is for another name; correct `endpoint`"
    return (
        f"the certificate of {host} isn't trusted; set `server.ca_file` or SSL_CERT_FILE to "
        "your authority's"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, one behind the other."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
