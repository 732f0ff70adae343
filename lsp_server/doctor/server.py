"""The model server: reached, let in, and asked what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from inference.errors import BackendError
from inference.wire.client import Client
from inference.wire.endpoint import parse_endpoint
from inference.wire.faults import head_fault, status_fault, transport_fault
from inference.wire.models import context_of, kind_of, listed_in
from lsp_server.doctor.findings import error, failed, ok, skipped, warning

if TYPE_CHECKING:
    from inference.registry import BackendSettings
    from inference.wire.faults import Call
    from inference.wire.models import Listed
    from lsp_server.doctor.findings import Finding

_CHECKS = ("endpoint", "key", "model", "context")
_REFUSED, _NOT_FOUND = (401, 403), 404
_MOST_NAMED = 8
# They answer 404 to any name that they don't list; others may know more than they tell.
_STRICT = frozenset({"vllm"})


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
    except httpx.HTTPError as fault:
        told = transport_fault(fault, client.call(settings.model), streaming=False)
        return [failed("endpoint", told), *_not_asked("see endpoint")]
    except BackendError as fault:
        return [failed("endpoint", fault), *_not_asked("see endpoint")]
    finally:
        await client.aclose()
    return _answered(response, client.call(settings.model), settings, needed_tokens)


def _answered(
    response: httpx.Response, call: Call, settings: BackendSettings, needed_tokens: int
) -> list[Finding]:
    if response.status_code in _REFUSED:
        return _kept_out(settings, call.host)
    answers = ok("endpoint", f"{call.host} answers")
    if response.status_code == _NOT_FOUND:
        return [answers, *_not_asked("the server has no list of its models (404)")]
    told = head_fault(response, call)
    if told is None and not response.is_success:
        told = status_fault(response.status_code, response.headers, response.content, call)
    if told is not None:
        return [_doubt(told), *_not_asked("see endpoint")]
    # Some tell their models to anybody, and want a key for the rest.
    key = ok("key", "not refused" if settings.api_key else "none is wanted for the list of models")
    return [answers, key, *_models(listed_in(response), settings, needed_tokens)]


def _doubt(fault: BackendError) -> Finding:
    """It may complete all the same, which the round trip tells."""
    told = failed("endpoint", fault)
    return warning("endpoint", f"asked for its models, {told.found}", told.remedy)


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
    return [_model(models, settings.model), _context(models, settings, needed_tokens)]


def _model(models: tuple[Listed, ...], wanted: str) -> Finding:
    names = [model.name for model in models]
    kind = kind_of(models)
    if wanted in names:
        return ok("model", f"{wanted} is served")
    if len(models) == 1 and kind == "llamacpp":
        return ok("model", f"{names[0]} is served, whatever it is asked for")
    shown = ", ".join(names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    remedy = "set `served_model` to the one of them that `model` is"
    if kind in _STRICT:
        return error("model", f"{wanted!r} isn't served; served are {shown}{more}", remedy)
    return warning("model", f"{wanted!r} isn't listed as served; served are {shown}{more}", remedy)


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
