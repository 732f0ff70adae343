"""Backends by name: ours, and those that other packages add.

A package adds one by an entry point in the group `infill.backends`: a callable
that takes `BackendSettings` and returns a `Backend`. Nothing is imported before it
is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from inference.errors import BackendError, UnknownBackendError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from context.types import Corpus
    from inference.types import Backend

    BackendFactory = Callable[["BackendSettings"], Backend]

ENTRY_POINT_GROUP = "infill.backends"


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """What a backend may be made from; each takes what it needs.

    Attributes:
        endpoint: the base address of a server.
        model: the model's name as the server knows it.
        api_key: never shown.
        corpus: the repository's sources, for backends that learn from them.
        cache_dir: where a backend may keep what it has learnt; None keeps nothing.
        send_ids: send prompts as ids where the tokenizer has them.
    """

    endpoint: str = ""
    model: str = ""
    api_key: str | None = field(default=None, repr=False)
    corpus: Corpus | None = None
    cache_dir: Path | None = None
    send_ids: bool = False


def make_backend(name: str, settings: BackendSettings) -> Backend:
    """A new backend of that name.

    Raises:
        UnknownBackendError: there is none; names the known ones.
        BackendError: it can't be made from these settings.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name](settings)
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        if entry.name == name:
            factory: BackendFactory = entry.load()
            return factory(settings)
    raise UnknownBackendError(f"unknown backend {name!r}; known are {', '.join(known_backends())}")


def known_backends() -> tuple[str, ...]:
    """The names that `make_backend` takes; ours first."""
    added = {entry.name for entry in entry_points(group=ENTRY_POINT_GROUP)}
    return (*_BUILT_IN, *sorted(added - _BUILT_IN.keys()))


def _ngram(settings: BackendSettings) -> Backend:
    from inference.backends.ngram import NgramBackend

    if settings.corpus is None:
        raise BackendError("the backend ngram learns from a repository, and none was given")
    return NgramBackend(settings.corpus, cache_dir=settings.cache_dir)


def _openai(settings: BackendSettings) -> Backend:
    from inference.backends.openai import OpenAIBackend

    if not settings.endpoint:
        raise BackendError(
            "the backend openai needs the address of a server; set `endpoint`, "
            "for instance to http://127.0.0.1:8000/v1"
        )
    return OpenAIBackend(
        settings.endpoint, settings.model, settings.api_key, send_ids=settings.send_ids
    )


_BUILT_IN: dict[str, BackendFactory] = {"ngram": _ngram, "openai": _openai}
