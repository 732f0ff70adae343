"""What models a server says that it has, and by that, what kind of server it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

import httpx

Kind = Literal["vllm", "sglang", "llamacpp", "other"]

_OWNERS: dict[str, Kind] = {"vllm": "vllm", "sglang": "sglang", "llamacpp": "llamacpp"}
_OK, _FAILED = 200, 500


@dataclass(frozen=True, slots=True)
class Listed:
    """A model that a server has.

    Attributes:
        name: by which it is asked for; an adapter has one of its own.
        owner: who the server says that it is of, which is mostly the server's kind.
        parent: of an adapter, the model it is laid over.
        context_tokens: what prompt and completion may take together; None where unsaid.
    """

    name: str
    owner: str = ""
    parent: str = ""
    context_tokens: int | None = None


async def listed(
    http: httpx.AsyncClient, url: str, patience_s: float | None = None
) -> tuple[Listed, ...]:
    """The models that the server at this base address tells of; none where it doesn't tell.

    Args:
        http: how it is reached.
        url: without `/models`.
        patience_s: instead of what the client has.

    Raises:
        httpx.HTTPError: it can't be reached or failed, so that nothing is known.
    """
    patience = httpx.USE_CLIENT_DEFAULT if patience_s is None else httpx.Timeout(patience_s)
    response = await http.get(f"{url}/models", timeout=patience)
    if response.status_code >= _FAILED:
        response.raise_for_status()
    return listed_in(response)


def listed_in(response: httpx.Response) -> tuple[Listed, ...]:
    """The models that an answer of `/models` tells of; none where it is no such list."""
    found = object_of(response).get("data")
    if not isinstance(found, list):
        return ()
    entries: list[Any] = found  # pyright: ignore[reportUnknownVariableType] - JSON
    objects = (cast("dict[str, Any]", entry) for entry in entries if isinstance(entry, dict))
    return tuple(map(_listed, objects))


def kind_of(models: tuple[Listed, ...]) -> Kind:
    """What kind of server has these; behind a router, those of its replicas."""
    kinds: list[Kind] = [_OWNERS[model.owner] for model in models if model.owner in _OWNERS]
    return kinds[0] if kinds else "other"


def context_of(models: tuple[Listed, ...], name: str) -> int | None:
    """What prompt and completion may take together; None where the server doesn't say."""
    by_name = {model.name: model for model in models}
    # Who has but one often answers to any name.
    model = models[0] if len(models) == 1 else by_name.get(name)
    if model is None:
        return None
    parent = by_name.get(model.parent)
    return model.context_tokens or (parent.context_tokens if parent else None)


def object_of(response: httpx.Response) -> dict[str, Any]:
    """What an answer says; nothing where that is a refusal or no object."""
    if response.status_code != _OK:
        return {}
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _listed(entry: dict[str, Any]) -> Listed:
    meta = entry.get("meta")
    # llama.cpp tells it among what else it knows of the file.
    told = cast("dict[str, Any]", meta).get("n_ctx") if isinstance(meta, dict) else None
    length = entry.get("max_model_len", told)
    return Listed(
        str(entry.get("id") or ""),
        str(entry.get("owned_by") or ""),
        str(entry.get("parent") or ""),
        length if type(length) is int and length > 0 else None,
    )
