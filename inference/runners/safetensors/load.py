"""A folder of safetensors to a runner."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.runners.healing import Continuations
from inference.runners.memory import token_bytes
from inference.runners.safetensors.absorbed import absorb
from inference.runners.safetensors.devices import free_bytes
from inference.runners.safetensors.fit import (
    check_fit,
    config_ends,
    end_ids,
    longest_context,
    vocabulary_rows,
)
from inference.runners.safetensors.heads import Heads
from inference.runners.safetensors.loop import Desk
from inference.runners.safetensors.model import Model
from inference.runners.safetensors.precision import open_model
from inference.runners.safetensors.runner import SafetensorsRunner
from inference.runners.safetensors.whole import whole_weights
from inference.runners.texts import open_vocabulary
from inference.runners.threads import n_threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.runners.runner import Plan
    from inference.runners.safetensors.fit import Config
    from inference.runners.texts import Vocabulary

# Of what is free once the model is there, so much may be taken by what was read.
_SHARE = 8
_MOST_BYTES = 16_000_000_000
_SEED = 5


def load(plan: Plan) -> SafetensorsRunner:
    """The model, ready to be asked; any that transformers loads without code of the model's own.

    What can be told from headers and descriptions is told before the weights are read.

    Raises:
        BackendError: cause "weights", "memory" or "tokenizer".
    """
    torch: Any = import_module("torch")
    torch.set_num_threads(n_threads(plan.threads))
    whole_weights(plan.weights)
    vocabulary = open_vocabulary(plan.weights, plan.tokenizer)
    config, generation = _described(plan)
    told = config_ends(config, generation)
    check_fit(vocabulary, config, told)
    network, device = open_model(plan, config)
    absorb(network)
    model = Model(network, device)
    desk = Desk(
        model=model,
        vocabulary=vocabulary,
        ends=end_ids(told, vocabulary),
        continuations=_once(vocabulary, vocabulary_rows(config)),
        chance=torch.Generator(device=device).manual_seed(_SEED),
    )
    context_tokens = min(plan.context_tokens, longest_context(config) or plan.context_tokens)
    limit_bytes = plan.cache_bytes or _cache_bytes(config, model, context_tokens)
    heads = Heads(model.new_cache, limit_bytes)
    return SafetensorsRunner(desk, heads, context_tokens, vocabulary_rows(config))


def _described(plan: Plan) -> tuple[Config, Config]:
    """The model's configuration and its generation's, as transformers reads them."""
    transformers: Any = import_module("transformers")
    try:
        config = transformers.AutoConfig.from_pretrained(
            plan.weights, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        first = str(error).partition("\n")[0][:200]
        raise BackendError(
            f"{plan.weights / 'config.json'} isn't a model's that transformers "
            f"{transformers.__version__} knows: {first}",
            cause="weights",
        ) from error
    try:
        generation = transformers.GenerationConfig.from_pretrained(
            plan.weights, local_files_only=True
        )
    except (OSError, ValueError):
        return config.to_dict(), {}
    return config.to_dict(), generation.to_dict()


def _once(vocabulary: Vocabulary, n_rows: int) -> Callable[[], Continuations]:
    """The vocabulary by its bytes, made at the first call: it takes a fraction of a second."""

    @lru_cache
    def made() -> Continuations:
        controls = set(vocabulary.controls.values())
        numbers = (one for one in range(min(n_rows, vocabulary.n_ids)) if one not in controls)
        return Continuations((number, vocabulary.spell(number)) for number in numbers)

    return made


def _cache_bytes(config: Config, model: Model, context_tokens: int) -> int:
    """What prompts may take that were read: a share of what is free, one whole context at least."""
    free = min(free_bytes(model.device) // _SHARE, _MOST_BYTES)
    try:
        one = token_bytes(config, element_bytes=int(model.network.dtype.itemsize))
    except ValueError:
        return free
    return max(one * context_tokens, free)
