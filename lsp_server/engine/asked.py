"""The model, the machine and the wishes that a command line means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inference.engine import Wish, shape_of
from inference.errors import InferenceError
from inference.machine import Gpu, Machine, look
from inference.models import find_model
from inference.models.disk import read_folder
from inference.weights.find import GGUF, find_weights
from lsp_server.errors import FailureError, UsageError
from lsp_server.paths import is_path, located_setting
from lsp_server.user_models import model_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from inference.engine import Shape
    from inference.models import ModelSpec
    from lsp_server.settings import Settings

_GIB = 1024**3
# What of a maker's round number a driver shows.
_SHOWN = 0.99
_LARGEST_PORT = 65_535
# More than anybody has, so that a slip is told from a wish.
_MOST_GPUS, _MOST_MEMORY_GB, _MOST_NODES = 1_024, 100_000, 1_024
# The least that `context.budget_tokens` may be, and a completion.
_LEAST_TOKENS = 320
# What to name where a model doesn't fit, the first that does.
_OTHERS = (
    "deepseek-coder-v2-lite-base",
    "qwen2.5-coder-14b",
    "qwen2.5-coder-7b",
    "qwen2.5-coder-3b",
    "qwen2.5-coder-1.5b",
    "qwen2.5-coder-0.5b",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line means.

    Attributes:
        shape: the model to serve.
        model: what Infill's setting `model` is to be, so that prompts are spelled right.
        form: and its setting `format`; None where it isn't set.
        described: the machine isn't this one, so that nothing can be started.
    """

    shape: Shape
    model: str
    form: str | None
    machine: Machine
    wish: Wish
    described: bool


def asked(options: argparse.Namespace, settings: Settings) -> Asked:
    """What is to be served, where and how; looks at the machine and at files.

    Raises:
        UsageError: no such model, or numbers that make no sense.
        FailureError: it can't be served by vLLM.
    """
    _check(options)
    name = located_setting("model", options.model or settings.model, options.directory)
    try:
        spec = model_of(settings.model_copy(update={"model": name}))
    except InferenceError as error:
        raise UsageError(str(error), kind=error.kind) from None
    there = look()
    machine = _described(there, options)
    return Asked(
        shape=_shape(name, spec),
        model=name if is_path(name) else spec.name,
        form=settings.format,
        machine=machine,
        wish=_wish(options),
        described=machine is not there and not _is_part(machine, there),
    )


def others() -> tuple[Shape, ...]:
    """Models to name where another doesn't fit."""
    shapes = (shape_of(find_model(name)) for name in _OTHERS)
    return tuple(shape for shape in shapes if shape is not None)


def _check(options: argparse.Namespace) -> None:
    memory = ("--memory-gb", options.memory_gb, _MOST_MEMORY_GB)
    for name, value, most in (("--gpus", options.gpus, _MOST_GPUS), memory):
        # What is no number is above nothing.
        if value is not None and not 0 < value <= most:
            raise UsageError(f"{name} {value}: expected a number above 0, and {most:,} at most")
    if not 1 <= options.nodes <= _MOST_NODES:
        raise UsageError(f"--nodes {options.nodes}: expected a number from 1 to {_MOST_NODES:,}")
    if options.max_model_len and options.max_model_len < _LEAST_TOKENS:
        raise UsageError(
            f"--max-model-len {options.max_model_len}: expected {_LEAST_TOKENS} or more, as that "
            "is what the smallest prompts take with their completions"
        )
    if not 0 < options.port <= _LARGEST_PORT:
        raise UsageError(f"--port {options.port}: expected a number from 1 to {_LARGEST_PORT}")


def _wish(options: argparse.Namespace) -> Wish:
    return Wish(
        nodes=options.nodes,
        max_model_len=options.max_model_len,
        quantization=options.quantization,
        drafts=options.drafts,
        host=options.host,
        port=options.port,
        offline=not options.download,
        extra=tuple(options.extra),
    )


def _shape(name: str, spec: ModelSpec) -> Shape:
    """The model's shape, by its files where they are here."""
    folder = find_weights(name, spec)
    if folder is not None and folder.suffix.lower() == GGUF:
        raise FailureError(
            f"{folder} is a {GGUF}, which vLLM doesn't serve well; llama.cpp's server or the "
            "backend `lite` runs it, and vLLM wants the model's safetensors",
            kind="weights",
        )
    if folder is not None:
        size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
        shape = shape_of(spec, folder=str(folder), config=_config(folder), weights_bytes=size)
    elif is_path(name):
        # A configuration alone tells enough to plan with.
        shape = shape_of(spec, config=_config(Path(name)))
        shape = replace(shape, source=name) if shape else None
    else:
        shape = shape_of(spec)
    if shape is None:
        raise FailureError(
            f"nothing tells how large {spec.name} is; name the folder of its weights, with its "
            "config.json, instead",
            kind="weights",
        )
    # A model of which only the format is known is called as its folder is.
    return replace(shape, name=Path(name).name) if is_path(spec.name) else shape


def _config(folder: Path) -> Mapping[str, object]:
    try:
        return read_folder(folder).config
    except InferenceError as error:
        raise FailureError(str(error), kind="weights") from None


def _described(machine: Machine, options: argparse.Namespace) -> Machine:
    """This machine, or the one that the command line describes."""
    if options.memory_gb is not None:
        memory = int(options.memory_gb * _GIB * _SHOWN)
        gpus = tuple(
            Gpu("nvidia", _name_of(options), memory, memory, index)
            for index in range(options.gpus or 1)
        )
        return replace(machine, system="Linux", gpus=gpus, linked=None, trouble=())
    if options.gpus is None:
        return machine
    if options.gpus <= len(machine.gpus):
        return replace(machine, gpus=machine.gpus[: options.gpus])
    if not machine.gpus:
        raise UsageError(
            f"--gpus {options.gpus}: no GPU was found here to take so many of; --memory-gb says "
            "how much memory each has"
        )
    gpus = tuple(replace(machine.gpus[0], index=index, uuid="") for index in range(options.gpus))
    return replace(machine, gpus=gpus)


def _name_of(options: argparse.Namespace) -> str:
    """As makers call it: their GB are units of 2^30, while all else is counted in 10^9."""
    return f"GPU of {options.memory_gb:g} GiB as described"


def _is_part(machine: Machine, there: Machine) -> bool:
    return set(machine.gpus) <= set(there.gpus)
