"""What a server takes beyond the API, found out by trying."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from inference.wire import vllm
from inference.wire.models import context_of, kind_of, listed

if TYPE_CHECKING:
    from inference.wire.client import Client
    from inference.wire.manner import Manner
    from inference.wire.models import Kind, Listed

# A prompt that leaves less than this to the completion is as good as too long.
_LEAST_NEW = 16
_OTHER_IDS = (
    "{host} reads texts differently from the tokenizer at hand, or doesn't say how it does, so "
    "prompts are sent as text; set `tokenizer` to the tokenizer.json of its model {model!r}"
)
_TOO_SHORT = (
    "{host} holds {limit} tokens of prompt and completion together, and prompts may take "
    "{budget}; set `context.budget_tokens` to {fitting} or less, or start the server with a "
    "longer context"
)


async def tried(
    client: Client, model: str, ids: tuple[int, ...] | None, known: Manner, first: Manner
) -> tuple[Manner, tuple[Listed, ...]]:
    """How the server that is there now may be asked, and the models that it has.

    Args:
        client: of the server.
        model: its name there.
        ids: of `vllm.PROBE`, by the tokenizer at hand; None where that only estimates.
        known: how it was asked so far.
        first: how a server of which nothing is known is asked.

    Raises:
        httpx.HTTPError: it can't be reached, so that nothing is known.
        BackendError: no connection can be made at all.
    """
    http, endpoint = await client.http(), client.endpoint
    models = await listed(http, client.url)
    kind = kind_of(models)
    if kind == "other":
        return replace(known, ids=first.ids, heals=first.heals, kind=kind), models
    send_ids, heals = known.ids, known.heals
    if ids is not None:
        send_ids = bool(await vllm.reads_alike(http, endpoint, model, ids, kind))
    if heals is None or known.kind != kind:
        heals = await _heals(client, model, kind)
    return replace(known, ids=send_ids, heals=heals, kind=kind), models


async def _heals(client: Client, model: str, kind: Kind) -> bool | None:
    """Whether its answers can be made to begin with a text; None where it took too long to say.

    What else was found stands then: it is busy, or compiles for the first time.
    """
    try:
        return await vllm.heals(await client.http(), f"{client.url}/completions", model, kind)
    except httpx.TimeoutException:
        return None


def advice(
    client: Client,
    model: str,
    found: Manner,
    models: tuple[Listed, ...],
    *,
    budget_tokens: int,
    has_ids: bool,
) -> str | None:
    """What the user can do about what was found; None where all is as it should be.

    Args:
        client: of the server.
        model: its name there.
        found: how the server may be asked.
        models: those that it has.
        budget_tokens: what the longest prompt takes.
        has_ids: whether there were ids to compare.
    """
    host, limit = client.endpoint.host, context_of(models, model)
    if limit is not None and budget_tokens + _LEAST_NEW > limit:
        fitting = max(limit - 64, limit // 2)
        return _TOO_SHORT.format(host=host, limit=limit, budget=budget_tokens, fitting=fitting)
    if not has_ids or found.ids or found.kind != "vllm":
        return None
    return _OTHER_IDS.format(host=host, model=model)
