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
from inference.wire.sharing import Sharing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from context.types import Corpus
    from inference.models import ModelSpec
    from inference.types import Backend, Condition

    Report = Callable[[Condition], None]
    BackendFactory = Callable[["BackendSettings"], Backend]

__all__ = [
    "ENTRY_POINT_GROUP",
    "ON_THIS_MACHINE",
    "BackendSettings",
    "LocalPlan",
    "Sharing",
    "known_backends",
    "make_backend",
]

ENTRY_POINT_GROUP = "infill.backends"
# What they are sent never leaves the machine, so that even a file with a secret may be completed.
ON_THIS_MACHINE = frozenset({"ngram", "lite", "vllm"})


@dataclass(frozen=True, slots=True)
class LocalPlan:
    """How a model on this machine is to be run.

    Attributes:
        python: the interpreter that has torch, llama.cpp or vLLM; empty means this one.
        device: "auto", "cuda", "mps" or "cpu".
        precision: "auto", "float32", "bf16", "int8" or "int4".
        cache_gb: what read prompts may take in memory; 0 chooses.
        context_tokens: what prompt and completion may take; 0 means what is asked for.
        idle_s: after so long without a request the model is let go.
        threads: of the processor; 0 chooses.
    """

    python: str = ""
    device: str = "auto"
    precision: str = "auto"
    cache_gb: float = 0.0
    context_tokens: int = 0
    idle_s: float = 1800.0
    threads: int = 0


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
        spec: what is peculiar about the model; None where nobody looked.
        tokenizer: the model's, as the user set it: a file, its folder or a name on the hub;
            empty where nothing was set.
        budget_tokens: what the longest prompt takes.
        sharing: how a server that others use, too, is to be asked.
        local: how a model on this machine is to be run.
        report: told how the backend is when that changes, on the event loop.
    """

    endpoint: str = ""
    model: str = ""
    api_key: str | None = field(default=None, repr=False)
    corpus: Corpus | None = None
    cache_dir: Path | None = None
    send_ids: bool = False
    spec: ModelSpec | None = None
    tokenizer: str = ""
    budget_tokens: int = 8192
    sharing: Sharing = field(default_factory=Sharing)
    local: LocalPlan = field(default_factory=LocalPlan)
    report: Report | None = None


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
            from inference.foreign import open_foreign

            return open_foreign(entry, settings)
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
        settings.endpoint,
        settings.model,
        settings.api_key,
        send_ids=settings.send_ids,
        spec=settings.spec,
        sharing=settings.sharing,
        budget_tokens=settings.budget_tokens,
        report=settings.report,
    )


def _lite(settings: BackendSettings) -> Backend:
    from inference.backends.lite import make_lite

    return make_lite(settings)


def _vllm(settings: BackendSettings) -> Backend:
    from inference.backends.vllm import make_vllm

    return make_vllm(settings)


def _llamacpp(settings: BackendSettings) -> Backend:
    from inference.backends.llamacpp import LlamaCppBackend

    if not settings.endpoint:
        raise BackendError(
            "the backend llamacpp needs the address of a llama-server; set `endpoint`, "
            "for instance to http://127.0.0.1:8080"
        )
    return LlamaCppBackend(settings)


def _ollama(settings: BackendSettings) -> Backend:
    from inference.backends.ollama import OllamaBackend

    if not settings.endpoint:
        raise BackendError(
            "the backend ollama needs the address of Ollama; set `endpoint`, "
            "for instance to http://127.0.0.1:11434"
        )
    return OllamaBackend(settings)


_BUILT_IN: dict[str, BackendFactory] = {
    "ngram": _ngram,
    "openai": _openai,
    "lite": _lite,
    "vllm": _vllm,
    "llamacpp": _llamacpp,
    "ollama": _ollama,
}
