"""The model server: reached, let in, and asked what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from inference.errors import BackendError
from inference.wire.client import Client
from inference.wire.endpoint import parse_endpoint
from inference.wire.faults import transport_fault
from inference.wire.models import context_of, listed
from lsp_server.doctor.findings import error, failed, ok, skipped, warning

if TYPE_CHECKING:
    from inference.registry import BackendSettings
    from inference.wire.models import Listed
    from lsp_server.doctor.findings import Finding

_CHECKS = ("endpoint", "key", "model", "context")
_REFUSED = (401, 403)
_MOST_NAMED = 8


async def examine_server(settings: BackendSettings, needed_tokens: int) -> list[Finding]:
    """What the server behind an endpoint says when asked for its models."""
    try:
        endpoint = parse_endpoint(settings.endpoint)
        client = Client(endpoint, settings.api_key, settings.sharing)
    except BackendError as fault:
        return [failed("endpoint", fault), *_not_asked("see endpoint")]
    try:
        http = await client.http()
        response = await http.get(f"{endpoint.url}/models")
        if response.status_code in _REFUSED:
            return _kept_out(settings, endpoint.host)
        models = await listed(http, endpoint.url)
    except httpx.HTTPError as fault:
        told = transport_fault(fault, client.call(settings.model), streaming=False)
        return [failed("endpoint", told), *_not_asked("see endpoint")]
    except BackendError as fault:
        return [failed("endpoint", fault), *_not_asked("see endpoint")]
    finally:
        await client.aclose()
    key = ok("key", "accepted" if settings.api_key else "none is wanted")
    return [
        ok("endpoint", f"{endpoint.host} answers"),
        key,
        *_models(models, settings, needed_tokens),
    ]


def _not_asked(why: str) -> list[Finding]:
    return [skipped(check, why) for check in _CHECKS[1:]]


def _kept_out(settings: BackendSettings, host: str) -> list[Finding]:
    found = f"{host} refused the key" if settings.api_key else f"{host} wants a key"
    remedy = "put a valid one into an environment variable and name it in `api_key_env`"
    return [
        ok("endpoint", f"{host} answers"),
        error("key", found, remedy),
        *(skipped(check, "see key") for check in _CHECKS[2:]),
    ]


def _models(
    models: tuple[Listed, ...], settings: BackendSettings, needed_tokens: int
) -> list[Finding]:
    if not models:
        why = "the server doesn't list its models"
        return [skipped("model", why), skipped("context", why)]
    names = [model.name for model in models]
    if settings.model not in names:
        shown = ", ".join(names[:_MOST_NAMED])
        found = f"{settings.model!r} isn't served; served are {shown}"
        remedy = "set `served_model` to the one of them that `model` is"
        return [error("model", found, remedy), skipped("context", "see model")]
    return [ok("model", f"{settings.model} is served"), _context(models, settings, needed_tokens)]


def _context(models: tuple[Listed, ...], settings: BackendSettings, needed_tokens: int) -> Finding:
    there = context_of(models, settings.model)
    if there is None:
        return skipped("context", "the server doesn't say how much it takes; see head")
    if there < needed_tokens:
        fitting = max(256, there - needed_tokens + settings.budget_tokens)
        return warning(
            "context",
            f"the server takes {there} tokens, and a prompt with its completion may have "
            f"{needed_tokens}",
            f"lower `context.budget_tokens` to {fitting}, or serve with a larger context "
            "(vLLM: --max-model-len)",
        )
    return ok("context", f"the server takes {there} tokens, of which {needed_tokens} are needed")
