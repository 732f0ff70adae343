"""vLLM on this machine's GPUs, in a process of its own that all of a user's servers share.

Importing vLLM takes ten seconds, and its interpreter is busy while it answers: it is
kept away from typing as any model is that runs here (see `inference.local`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.errors import BackendError
from inference.local.backend import LocalBackend, plan_for
from inference.local.client import LocalModel
from inference.weights.find import find_weights, no_weights

if TYPE_CHECKING:
    from pathlib import Path

    from inference.registry import BackendSettings


def make_vllm(settings: BackendSettings) -> LocalBackend:
    """The backend for these settings; nothing is loaded before it is asked.

    Raises:
        BackendError: there are no weights here by the name that is set, or others than
            vLLM takes.
        TokenizerError: nor is the tokenizer that is set.
    """
    weights = _folder(settings)
    plan = plan_for(settings, weights)
    model = LocalModel("engine", plan, settings.local, settings.cache_dir, settings.report)
    return LocalBackend(model, settings.spec)


def _folder(settings: BackendSettings) -> Path:
    """Where the model's weights lie."""
    found = find_weights(settings.model, settings.spec)
    if found is None:
        raise BackendError(no_weights(settings.model), cause="weights")
    if found.is_file():
        raise BackendError(
            f"{found} is for llama.cpp, and vLLM wants a folder of safetensors; set `model` to "
            "such a folder, or `backend` to `lite`",
            cause="weights",
        )
    return found
