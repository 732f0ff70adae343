"""The server that a model wants on a machine's GPUs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inference.engine.fit import is_of_files, room
from inference.engine.flags import arguments
from inference.engine.split import lay_out, roomiest
from inference.engine.values import Recommendation, Step
from inference.engine.words import reasons, refusal, wrong_files
from inference.machine.values import gigabytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference.engine.fit import Room
    from inference.engine.shape import Shape
    from inference.engine.values import Layout, Wish
    from inference.machine.values import Gpu, Machine

_RAY_PORT = 6379
_LOOPBACKS = ("127.0.0.1", "::1", "localhost")


def recommend(
    shape: Shape, machine: Machine, wish: Wish, *, others: Sequence[Shape] = ()
) -> Recommendation:
    """The command to start, what it wants around it and why; or why there is none.

    Args:
        shape: the model.
        machine: with its GPUs; of several machines, each is taken to be like this one.
        wish: what the user asks for.
        others: models to name where this one doesn't fit, the first that does.
    """
    gpus = _alike([gpu for gpu in machine.gpus if gpu.vendor != "apple"])
    if not gpus:
        return Recommendation(refusal=_no_gpu(machine))
    if is_of_files(wish.quantization) and not shape.quantized:
        return Recommendation(refusal=wrong_files(shape, wish))
    fits = wish.max_model_len <= shape.context_tokens
    layout = lay_out(shape, gpus, wish, linked=machine.linked) if fits else None
    if layout is None:
        return Recommendation(refusal=refusal(shape, gpus, wish, others))
    chosen = roomiest(gpus)[: layout.tensor]
    notes = reasons(shape, gpus, layout, wish, _room(shape, chosen, layout))
    return Recommendation(
        command=arguments(shape, gpus[0], layout, wish),
        environment=tuple(_environment(machine, chosen, wish)),
        before=_before(layout),
        notes=(*notes, *_around(machine, gpus, layout, shape, wish)),
        layout=layout,
        served_name=shape.name,
        endpoint=endpoint_of(wish),
    )


def endpoint_of(wish: Wish) -> str:
    """Where a server so wished listens, as this machine reaches it."""
    return f"http://{_reached(wish.host)}:{wish.port}/v1"


def _alike(gpus: Sequence[Gpu]) -> list[Gpu]:
    """The largest set of GPUs of one kind, by what they hold together."""
    kinds: dict[tuple[str, int], list[Gpu]] = {}
    for gpu in gpus:
        kinds.setdefault((gpu.name, gpu.memory_bytes // 10**9), []).append(gpu)
    held = {kind: sum(gpu.memory_bytes for gpu in alike) for kind, alike in kinds.items()}
    return kinds[max(held, key=held.__getitem__)] if held else []


def _room(shape: Shape, chosen: Sequence[Gpu], layout: Layout) -> Room:
    return room(
        shape,
        chosen[-1],
        tensor=layout.tensor,
        pipeline=layout.pipeline,
        quantization=layout.quantization,
        batch_tokens=layout.batch_tokens,
    )


def _environment(machine: Machine, chosen: Sequence[Gpu], wish: Wish) -> Iterator[tuple[str, str]]:
    """Nothing leaves the machine; and which GPUs, where they aren't the first ones."""
    yield "VLLM_NO_USAGE_STATS", "1"
    yield "DO_NOT_TRACK", "1"
    if wish.offline:
        yield "HF_HUB_OFFLINE", "1"
    indices = sorted(gpu.index for gpu in chosen)
    if indices != [gpu.index for gpu in machine.gpus][: len(indices)]:
        if chosen[0].vendor == "nvidia":
            # The driver's tools count so; CUDA else puts the fastest first.
            yield "CUDA_DEVICE_ORDER", "PCI_BUS_ID"
        name = "CUDA_VISIBLE_DEVICES" if chosen[0].vendor == "nvidia" else "HIP_VISIBLE_DEVICES"
        yield name, ",".join(map(str, indices))


def _before(layout: Layout) -> tuple[Step, ...]:
    """Ray over several machines: one is the head, and the server is started there."""
    if layout.pipeline == 1:
        return ()
    head = ("ray", "start", "--head", f"--port={_RAY_PORT}")
    join = ("ray", "start", f"--address=FIRST_MACHINE:{_RAY_PORT}")
    others = "the other machine" if layout.pipeline == 2 else "each of the other machines"  # noqa: PLR2004
    return Step("the first machine", head), Step(others, join)


def _around(
    machine: Machine, gpus: Sequence[Gpu], layout: Layout, shape: Shape, wish: Wish
) -> Iterator[str]:
    """What the command itself can't say."""
    if layout.replicas > 1:
        yield (
            f"{layout.replicas} such servers have room, each with ports and GPUs of its own "
            "(CUDA_VISIBLE_DEVICES); put vLLM's router in front with --policy consistent_hash, "
            "which keeps a repository on the server that has read it"
        )
    elif (unused := len(gpus) - layout.tensor) > 0:
        yield f"{unused} of {len(gpus)} GPUs stay unused: the heads don't come out even on more"
    if layout.pipeline > 1:
        yield (
            "all machines need vLLM, Ray and the weights in the same place, VLLM_HOST_IP set to "
            "their own address, and a network that nobody else is on, as Ray trusts it"
        )
        if lay_out(shape, gpus, replace(wish, nodes=1), linked=machine.linked) is not None:
            yield (
                "one machine holds it, too: a server on each, behind vLLM's router, answers "
                "sooner; leave --nodes away"
            )
    if layout.tensor > 1 and machine.linked is False:
        yield "the GPUs aren't tied by NVLink: splitting a layer over them gains less"
    if (more := len(machine.gpus) - len(gpus)) > 0:
        yield f"{more} GPUs of other kinds are left alone: a model is split over like ones"
    if wish.host not in _LOOPBACKS:
        yield (
            "other machines reach it: VLLM_API_KEY holds the key, never the command line; put TLS "
            "in front, as Infill sends code to other machines by https alone"
        )


def _reached(host: str) -> str:
    """How this machine reaches an address that stands for all of its own."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - read, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _no_gpu(machine: Machine) -> str:
    memory = f"{gigabytes(machine.free_bytes)} of {gigabytes(machine.memory_bytes)} memory"
    trouble = "".join(f"{one}. " for one in machine.trouble)
    found = "no GPU was found here" if not machine.gpus else f"{machine.gpus[0].name} isn't served"
    return (
        f"{found}. {trouble}vLLM is for GPUs of NVIDIA and AMD; on this processor ({machine.cores} "
        f"cores, {memory} free) the backend `lite` runs a model in 4 or 8 bits, best as a "
        "`.gguf`. --gpus N --memory-gb G describe another machine, for which the command is "
        "printed; --cpu starts vLLM's build for processors, where it is installed"
    )
