"""Weights made smaller while they are loaded, one at a time.

The whole model never lies in memory as it was.

transformers takes quantisers by name and hands each one a weight at a time. Those at hand leave
out the experts, which it keeps as one tensor a layer and which are nine tenths of a
mixture's weights, or have no kernels for processors: torchao 0.18 has int8 that unpacks
the matrix at each call and no int4 there, bitsandbytes 0.50 unpacks all experts of a layer to
use six. So this one is ours, on the kernels of torch itself; see `packed`.
"""

from __future__ import annotations

from functools import lru_cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from inference.runners.safetensors.packed import EIGHT, FOUR, Packed, can_pack, linear, pack

if TYPE_CHECKING:
    from inference.runners.safetensors.packed import Bits

NAME = "infill_weight_only"

# Of the linear layers these stay as they are: what chooses experts, as a small error there is
# another expert; and what expands a latent cache, which attention reads as numbers.
_KEPT = ("gate", "router", "score", "kv_b_proj")
_EXPERTS = ("gate_up_proj", "down_proj")


def quantised(bits: Bits) -> Any:
    """What to give to `from_pretrained` as `quantization_config`."""
    return _kinds()(bits=bits)


def packs(model: Any, name: str) -> bool:
    """Whether the weight of that name is made smaller."""
    quantizers: Any = import_module("transformers.quantizers.quantizers_utils")
    module, last = quantizers.get_module_from_name(model, name)
    return _is_linear(model, module, name, last) or _is_experts(module, last)


def put(module: Any, name: str, matrix: Packed) -> None:
    """Have the module compute with the packed matrix from now on, instead of that weight."""
    module.register_parameter(name, None)
    module.register_buffer(f"{name}_numbers", matrix.numbers)
    module.register_buffer(f"{name}_scales", matrix.scales)
    how = (matrix.bits, matrix.with_kernel)
    if name == "weight":
        module.forward = partial(_linear, module, how)
    else:
        module.forward = partial(_experts, module, how)


def _is_linear(model: Any, module: Any, name: str, last: str) -> bool:
    torch: Any = import_module("torch")
    if not isinstance(module, torch.nn.Linear) or last != "weight":
        return False
    kept = name.removesuffix(".weight").rpartition(".")[2] in _KEPT
    return not kept and module is not model.get_output_embeddings() and _takes(module.weight)


def _is_experts(module: Any, last: str) -> bool:
    """Whether it's a weight of all experts at once, arranged as `_experts` reads them."""
    weights = [getattr(module, name, None) for name in _EXPERTS]
    if last not in _EXPERTS or not hasattr(module, "_apply_gate"):
        return False
    usual = module.has_gate and not module.has_bias and not module.is_transposed
    plain = usual and not getattr(module, "has_post_expert_norm", False)
    return bool(plain) and all(each is None or _takes(each) for each in weights)


def _takes(weight: Any) -> bool:
    n_out, n_in = weight.shape[-2:]
    return can_pack(n_out, n_in, EIGHT) and can_pack(n_out, n_in, FOUR)


def _held(module: Any, name: str, how: tuple[Bits, bool]) -> Packed:
    numbers, scales = getattr(module, f"{name}_numbers"), getattr(module, f"{name}_scales")
    return Packed(how[0], numbers, scales, how[1])


def _linear(module: Any, how: tuple[Bits, bool], rows: Any) -> Any:
    out = linear(rows, _held(module, "weight", how))
    return out if module.bias is None else out + module.bias


def _experts(
    module: Any, how: tuple[Bits, bool], hidden: Any, top_k_index: Any, top_k_weights: Any
) -> Any:
    """What the chosen experts make of each row, weighted and summed; each expert is read once."""
    torch: Any = import_module("torch")
    n_rows, n_chosen = top_k_index.shape
    chosen = top_k_index.reshape(-1)
    order = torch.argsort(chosen, stable=True)
    counts = torch.bincount(chosen, minlength=module.num_experts).tolist()
    rows = hidden[order // n_chosen]
    up, down = (_held(module, name, how) for name in _EXPERTS)
    out, start = torch.empty_like(rows), 0
    for expert, count in enumerate(counts[: module.num_experts]):
        if count:
            stretch = slice(start, start + count)
            inner = module._apply_gate(linear(rows[stretch], up.at(expert)))  # noqa: SLF001 -- the library's hook for experts
            out[stretch] = linear(inner, down.at(expert))
            start += count
    back = torch.empty_like(order)
    back[order] = torch.arange(len(order), device=order.device)
    weighted = out[back].view(n_rows, n_chosen, -1) * top_k_weights[..., None]
    return weighted.sum(dim=1).to(hidden.dtype)


def _convert(
    op: Any, input_dict: dict[str, Any], *_: object, full_layer_name: str, **others: Any
) -> dict[str, Any]:
    """One weight in, nothing out: the module has it by then."""
    quantizers: Any = import_module("transformers.quantizers.quantizers_utils")
    (found,) = input_dict.values()
    (weight,) = found if hasattr(found, "append") else (found,)
    module, name = quantizers.get_module_from_name(others["model"], full_layer_name)
    if weight.shape != getattr(module, name).shape:
        # As it stays among those that are missing, it is told of.
        return {}
    put(module, name, pack(weight, op.bits))
    others["missing_keys"].discard(full_layer_name)
    # Else the library would fill it with numbers drawn at random, as for a new model.
    module._is_hf_initialized = True  # noqa: SLF001 -- its quantisers set it
    return {}


@lru_cache
def _kinds() -> Any:
    """The classes that transformers wants, made known to it; once in a process."""
    quantizers: Any = import_module("transformers.quantizers.auto")
    base: Any = import_module("transformers.quantizers.base").HfQuantizer
    mixin: Any = import_module("transformers.utils.quantization_config").QuantizationConfigMixin
    operation: Any = import_module("transformers.core_model_loading").ConversionOps

    def made(quantizer: Any) -> Any:
        op: Any = type("PackWeight", (operation,), {"convert": _convert})()
        op.bits = quantizer.quantization_config.bits
        return op

    def started(config: Any, bits: Bits = EIGHT) -> None:
        config.quant_method, config.bits = NAME, bits

    config = type("WeightOnlyConfig", (mixin,), {"__init__": started})

    def asked(_: Any, model: Any, name: str, **__: Any) -> bool:
        return packs(model, name)

    def written(_: Any) -> bool:
        return False

    parts: dict[str, Any] = {
        "requires_calibration": False,
        "param_needs_quantization": asked,
        "get_quantize_ops": made,
        "is_serializable": written,
        "is_trainable": False,
    }
    quantizers.register_quantization_config(NAME)(config)
    quantizers.register_quantizer(NAME)(type("WeightOnlyQuantizer", (base,), parts))
    return config
