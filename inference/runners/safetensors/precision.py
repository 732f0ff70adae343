"""A model on its device in the precision asked for, refused beforehand where it can't fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from inference.errors import BackendError
from inference.runners.memory import (
    FULL,
    HALF,
    arithmetic,
    as_precision,
    lighter,
    loading_bytes,
    need_of,
    need_of_file,
    refusal,
)
from inference.runners.safetensors.devices import choose_device, free_bytes, likes_bf16
from inference.runners.safetensors.faults import free_memory, is_short_of_memory
from inference.runners.safetensors.packed import EIGHT, FOUR
from inference.runners.safetensors.quantiser import quantised
from inference.runners.safetensors.whole import whole_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference.runners.memory import Need, Precision
    from inference.runners.runner import Plan
    from inference.runners.safetensors.packed import Bits

    Config = Mapping[str, object]

_BITS: dict[str, Bits] = {"int8": EIGHT, "int4": FOUR}
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a model will be loaded as.

    Attributes:
        precision: None where the weights lie there in a smaller form already.
        wide: whether what isn't made smaller takes 32 bits a number.
    """

    device: Any
    precision: Precision | None
    wide: bool


def open_model(plan: Plan, config: Config) -> tuple[Any, Any]:
    """The network, ready to run, and its device. `config` is its own, defaults filled in.

    "auto" takes 16 bits where the device is good at them; on a processor that isn't, 32
    where they fit. It never makes weights smaller by itself, as the answers change.

    Raises:
        BackendError: with the cause "memory", before loading or while it lasts; "weights"
            where files lack something or it has another shape; "failed" where the
            device or the precision can't be had.
    """
    choice = _choose(plan, config)
    free = free_bytes(choice.device)
    need = _need(plan, config, choice)
    refused = refusal(need, free, _ways(config, need, free, choice))
    if refused:
        raise BackendError(f"{plan.weights.name}: {refused}", cause="memory")
    try:
        network, told = _load(plan, choice)
    except (RuntimeError, MemoryError, OSError, ValueError, KeyError) as error:
        raise _fault(plan, need, error) from error
    _check_complete(plan, told)
    return network.eval(), choice.device


def _check_complete(plan: Plan, told: Mapping[str, Any]) -> None:
    """Refuse weights some of which the library made up, as it does for those it can't use.

    Raises:
        BackendError: with the cause "weights"; names the first ones.
    """
    misshapen = (entry[0] for entry in told.get("mismatched_keys", ()))
    names = sorted({*map(str, told.get("missing_keys", ())), *map(str, misshapen)})
    if names:
        shown = ", ".join(names[:_MOST_SHOWN]) + (" ..." if names[_MOST_SHOWN:] else "")
        raise BackendError(
            f"the weights in {plan.weights} lack {len(names)} of the model's tensors, or have them "
            f"in another shape: {shown}; they are another model's than config.json says, or "
            "download them again",
            cause="weights",
        )


def _choose(plan: Plan, config: Config) -> _Choice:
    device = choose_device(plan.device)
    if config.get("quantization_config"):
        if plan.precision in _BITS:
            raise BackendError(
                f"the weights in {plan.weights} were made smaller by their maker, and "
                f'local.precision is {plan.precision}; set it to "auto", or choose the '
                "weights as they were trained"
            )
        return _Choice(device, None, wide=plan.precision == "float32")
    if plan.precision != "auto":
        precision = cast("Precision", plan.precision)
        wide = precision == "float32" or (precision != "bf16" and not likes_bf16(device))
        return _Choice(device, precision, wide)
    if likes_bf16(device) or not _fits_wide(plan, config, device):
        return _Choice(device, "bf16", wide=False)
    return _Choice(device, "float32", wide=True)


def _fits_wide(plan: Plan, config: Config, device: Any) -> bool:
    need = _need(plan, config, _Choice(device, "float32", wide=True))
    return need.total <= free_bytes(device)


def _need(plan: Plan, config: Config, choice: _Choice) -> Need:
    """What it takes; of models whose sizes aren't told by their configuration what lies there."""
    on_disk = need_of_file(whole_weights(plan.weights).n_bytes, plan.context_tokens, 0)
    if choice.precision is None:
        return on_disk
    kept = FULL if choice.wide else HALF
    try:
        need = need_of(config, choice.precision, plan.context_tokens, kept_bytes=kept)
        copies = 2 if choice.precision in _BITS else 1
        loading = copies * loading_bytes(config, element_bytes=kept)
    except ValueError:
        return on_disk
    return replace(need, working_bytes=max(need.working_bytes, loading))


def _ways(config: Config, need: Need, free: int, choice: _Choice) -> tuple[str, ...]:
    """What else would do."""
    others = "a .gguf of the model"
    if choice.precision is None or not need.parameters:
        return (others,)
    kept = FULL if choice.wide else HALF
    smaller = lighter(config, need, free, kept_bytes=kept)
    return (as_precision(smaller), others) if smaller else (others,)


def _load(plan: Plan, choice: _Choice) -> tuple[Any, Any]:
    """The network, and what the library tells of its loading; weights go to the device singly."""
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    asked: dict[str, Any] = {"dtype": torch.float32 if choice.wide else torch.bfloat16}
    if choice.device.type != "cpu":
        asked["device_map"] = {"": choice.device}
    bits = _BITS.get(choice.precision or "")
    if bits is not None:
        asked["quantization_config"] = quantised(bits)
    found = transformers.AutoModelForCausalLM.from_pretrained(
        plan.weights,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        output_loading_info=True,
        ignore_mismatched_sizes=True,
        **asked,
    )
    network, told = found
    return network, told


def _fault(plan: Plan, need: Need, error: BaseException) -> BackendError:
    """What a loading that failed means."""
    if is_short_of_memory(error):
        free_memory()
        return BackendError(
            f"the memory ran out while {plan.weights.name} was loaded; {arithmetic(need)}: "
            "choose a lower `local.precision`, a smaller model, or another program to close",
            cause="memory",
        )
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return BackendError(
        f"the weights in {plan.weights} don't make the model that config.json describes: "
        f"{' '.join(lines)[:300]}",
        cause="weights",
    )
