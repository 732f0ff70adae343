"""The model on this machine without a server: transformers and torch, or llama.cpp.

Which of them is what the weights are made for: a folder of safetensors, or a `.gguf`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.errors import BackendError
from inference.local.backend import LocalBackend, plan_for
from inference.local.client import LocalModel
from inference.weights.find import GGUF, find_weights, no_weights

if TYPE_CHECKING:
    from pathlib import Path

    from inference.models import ModelSpec
    from inference.registry import BackendSettings
    from inference.runners.runner import RunnerName


def make_lite(settings: BackendSettings) -> LocalBackend:
    """The backend for these settings; nothing is loaded before it is asked.

    Raises:
        BackendError: there are no weights here by the name that is set.
        TokenizerError: nor the tokenizer that is set.
    """
    weights = find_weights(settings.model, settings.spec)
    if weights is None:
        raise BackendError(_missing(settings.model, settings.spec), cause="weights")
    model = LocalModel(
        runner_for(weights),
        plan_for(settings, weights),
        settings.local,
        settings.cache_dir,
        settings.report,
    )
    return LocalBackend(model, settings.spec)


def runner_for(weights: Path) -> RunnerName:
    """Which library these weights want."""
    return "gguf" if weights.suffix.lower() == GGUF else "safetensors"


def _missing(model: str, spec: ModelSpec | None) -> str:
    hub = spec.hub[0] if spec and spec.hub else ""
    fetch = f"; `infill models --download-weights {hub}` fetches them from the hub" if hub else ""
    return no_weights(model) + fetch
