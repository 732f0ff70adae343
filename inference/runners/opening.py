"""A runner by its name, of which only the one asked for is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.runners.runner import AsyncRunner, Plan, Runner, RunnerName


def open_runner(name: RunnerName, plan: Plan) -> Runner | AsyncRunner:
    """The model loaded, by the library that its weights want; it takes seconds to minutes.

    Raises:
        BackendError: with its `cause`; "weights", "memory", "tokenizer".
    """
    if name == "safetensors":
        from inference.runners.safetensors.load import load

        return load(plan)
    if name == "gguf":
        from inference.runners.gguf.load import load as load_gguf

        return load_gguf(plan)
    from inference.runners.engine.load import load as load_engine

    return load_engine(plan)
