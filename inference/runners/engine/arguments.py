"""What vLLM's engine is told, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.runners.engine.parallel import Parallel, choose_parallel
from inference.runners.memory import as_precision, lighter, need_of, refusal
from inference.runners.parameters import is_latent, text_part, whole

if TYPE_CHECKING:
    from pathlib import Path

    from inference.runners.memory import Need, Precision
    from inference.runners.parameters import Config
    from inference.runners.runner import Plan

# Of a GPU's memory, where nothing else uses it; the engine's own default is as high.
_MOST = 0.92
_SLACK = 0.02
# Contexts that the cache on a processor has room for, so that heads of several files stay.
_CONTEXTS = 4
_FULL, _HALF = 4, 2
# Requests at once: one user types in one place, but warm-ups and code actions go beside.
_SEQUENCES = 16
_CPU_BLOCK = 32
_TOKENIZER_SETTINGS = "tokenizer_config.json"
_HELD: dict[str, Precision] = {"float32": "float32", "int8": "int8"}
_DTYPES = {"float32": "float32", "bf16": "bfloat16", "int8": "bfloat16"}


@dataclass(frozen=True, slots=True)
class Devices:
    """What the engine may run on.

    Attributes:
        total_bytes: memory of each GPU; empty runs on the processor.
        free_bytes: what of it nothing else uses, GPU by GPU; on the processor the
            machine's, as one entry.
    """

    total_bytes: tuple[int, ...]
    free_bytes: tuple[int, ...]

    @property
    def on_cpu(self) -> bool:
        """Whether there is no GPU to be used."""
        return not self.total_bytes


def arguments(plan: Plan, config: Config, devices: Devices) -> dict[str, Any]:
    """The fields of vLLM's `AsyncEngineArgs`.

    Raises:
        BackendError: it can't fit, with the arithmetic; or a precision that vLLM can't
            make of such weights.
    """
    precision = _precision(plan)
    need = need_of(config, precision, plan.context_tokens)
    told: dict[str, Any] = {
        "model": str(plan.weights),
        "tokenizer": str(_tokenizer_folder(plan)),
        "trust_remote_code": False,
        "dtype": _DTYPES.get(plan.precision, "auto"),
        "max_model_len": plan.context_tokens,
        "max_num_seqs": _SEQUENCES,
        "enable_prefix_caching": True,
        "scheduling_policy": "priority",
        # Sampling is as it is asked, not as the model's folder suggests.
        "generation_config": "vllm",
        "disable_log_stats": True,
    }
    if plan.precision == "int8":
        told["quantization"] = "int8_per_channel_weight_only"
    if plan.cache_bytes:
        told["kv_cache_memory_bytes"] = plan.cache_bytes
    if devices.on_cpu:
        _check_fits(config, need, devices.free_bytes[0])
        return told | _on_cpu(plan, config, precision, devices)
    return told | _on_gpus(config, need, devices)


def _on_cpu(plan: Plan, config: Config, precision: Precision, devices: Devices) -> dict[str, Any]:
    """Nothing is compiled, which would take minutes and want a compiler."""
    element = _FULL if precision == "float32" else _HALF
    context = plan.context_tokens * _expanded_bytes(config, element)
    room = max(context, min(_CONTEXTS * context, devices.free_bytes[0] // 4))
    return {
        "enforce_eager": True,
        "block_size": _CPU_BLOCK,
        "kv_cache_memory_bytes": plan.cache_bytes or room + room // 8,
    }


def _on_gpus(config: Config, need: Need, devices: Devices) -> dict[str, Any]:
    """The same share of each GPU is taken, so that the fullest decides."""
    shares = zip(devices.free_bytes, devices.total_bytes, strict=True)
    free = min(free / total for free, total in shares)
    parallel: Parallel = choose_parallel(
        config,
        n_devices=len(devices.total_bytes),
        device_bytes=min(devices.free_bytes),
        weights_bytes=need.weights_bytes,
    )
    _check_fits(config, need, parallel.n_devices * min(devices.free_bytes))
    return {
        "tensor_parallel_size": parallel.tensor,
        "pipeline_parallel_size": parallel.pipeline,
        "gpu_memory_utilization": round(min(_MOST, free - _SLACK), 3),
        "performance_mode": "interactivity",
    }


def _check_fits(config: Config, need: Need, free_bytes: int) -> None:
    other = lighter(config, need, free_bytes, choices=("bf16", "int8"))
    said = refusal(need, free_bytes, (as_precision(other),) if other else ())
    if said is not None:
        raise BackendError(f"the model doesn't fit: {said}", cause="memory")


def _precision(plan: Plan) -> Precision:
    """What the weights are held in."""
    if plan.precision == "int4":
        raise BackendError(
            "vLLM can't make 4-bit weights of others as it loads them: choose "
            '`local.precision = "int8"`, or a model that was quantised beforehand'
        )
    # What is stored in full it takes at half by itself.
    return _HELD.get(plan.precision, "bf16")


def _tokenizer_folder(plan: Plan) -> Path:
    """It wants a folder with all that belongs to a tokenizer, where ids would do for us."""
    file = plan.tokenizer
    if file is None or not (file.parent / _TOKENIZER_SETTINGS).is_file():
        return plan.weights
    return file.parent


def _expanded_bytes(config: Config, element_bytes: int) -> int:
    """What a token takes in the cache where latent attention is written out in full.

    On a processor vLLM keeps keys and values of one width, the wider of both.
    """
    config = text_part(config)
    layers, heads = whole(config, "num_hidden_layers"), whole(config, "num_attention_heads")
    if not is_latent(config):
        heads = whole(config, "num_key_value_heads", heads)
        wide = whole(config, "head_dim", whole(config, "hidden_size") // heads)
    else:
        wide = whole(config, "qk_nope_head_dim") + whole(config, "qk_rope_head_dim")
        wide = max(wide, whole(config, "v_head_dim"))
    return 2 * layers * heads * wide * element_bytes
