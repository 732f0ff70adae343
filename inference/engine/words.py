"""What the user is told: why a command is as it is, and why there can be none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.engine.drafts import config_of
from inference.engine.fit import is_online, weights_bytes
from inference.engine.gpus import multiplies_fp8
from inference.engine.speed import COLD_TOKENS, reading_s
from inference.engine.split import LEAST_TOKENS, ONLINE_FP8, best_effort, lay_out, wanted
from inference.engine.values import Wish
from inference.machine.values import gigabytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference.engine.fit import Room
    from inference.engine.shape import Shape
    from inference.engine.values import Layout
    from inference.machine.values import Gpu

_WORTH_A_NOTE = 0.85
# The default of `completion.max_tokens`.
_COMPLETION = 384
_MORE = (2, 4, 8, 16)


def reasons(shape: Shape, gpus: Sequence[Gpu], layout: Layout, wish: Wish, room: Room) -> list[str]:
    """Why it is so, one sentence a choice."""
    return [
        _split_words(shape, gpus, layout),
        _memory_words(layout, room),
        *_quantized_words(shape, gpus[0], layout, wish),
        *_length_words(shape, layout, wish),
        *_draft_words(shape, gpus[0], layout, wish),
        *_busy_words(gpus),
        *_model_words(shape, wish),
    ]


def _split_words(shape: Shape, gpus: Sequence[Gpu], layout: Layout) -> str:
    # Over several machines one prompt passes one after the other: no sooner read.
    seconds = reading_s(shape, gpus[0], layout.tensor)
    read = f"a prompt of {COLD_TOKENS:,} tokens that nobody has read takes about {seconds:.2f} s"
    if layout.tensor * layout.pipeline == 1:
        return f"one GPU holds it, and {read}"
    machines = f" and {layout.pipeline} machines" if layout.pipeline > 1 else ""
    experts = ", whole experts dealt out" if layout.experts else ""
    return f"split over {layout.tensor} GPUs{machines}{experts}: {read}"


def _memory_words(layout: Layout, room: Room) -> str:
    return (
        f"each GPU: {gigabytes(room.budget)} to take ({layout.utilization:.0%}), "
        f"{gigabytes(room.weights)} weights, about {gigabytes(room.working)} to work in, "
        f"{gigabytes(room.left)} for the cache at {room.token_bytes:,.0f} B a token: "
        f"{layout.pool_tokens:,} tokens of all users together, "
        f"{layout.pool_tokens // COLD_TOKENS} prompts of {COLD_TOKENS:,}"
    )


def _quantized_words(shape: Shape, gpu: Gpu, layout: Layout, wish: Wish) -> Iterator[str]:
    if shape.quantized:
        yield f"the weights are quantised already ({shape.quantized})"
    if not layout.quantization:
        return
    now = gigabytes(weights_bytes(shape, layout.quantization))
    if not wish.quantization:
        yield (
            f"in 16 bits the weights would take {gigabytes(shape.weights_bytes)}, which doesn't "
            f"fit: vLLM makes them {now} while loading"
        )
    if layout.quantization.startswith("fp8") and not multiplies_fp8(gpu):
        yield f"{gpu.name} doesn't multiply in 8 bits: it gains room, not speed"


def _length_words(shape: Shape, layout: Layout, wish: Wish) -> Iterator[str]:
    yield from short_words(shape, layout.max_model_len)
    if layout.max_model_len > shape.native_tokens:
        yield (
            f"over {shape.native_tokens:,} tokens the model is stretched by YaRN, which costs "
            "quality on short prompts, too"
        )
    elif layout.max_model_len < wanted(shape, wish)[1]:
        yield (
            f"the model takes up to {wanted(shape, wish)[1]:,} tokens; the memory holds "
            f"{layout.max_model_len:,}"
        )
    elif shape.native_tokens < shape.context_tokens and not wish.max_model_len:
        yield (
            f"over {shape.native_tokens:,} tokens the model would have to be stretched, at a "
            f"cost in quality: --max-model-len {shape.context_tokens} does so"
        )


def short_words(shape: Shape, tokens: int) -> Iterator[str]:
    """That prompts of the default length don't fit, where the user asked for less."""
    if tokens < min(LEAST_TOKENS, shape.context_tokens):
        yield (
            f"{tokens:,} tokens hold a prompt with its completion: set Infill's "
            f"`context.budget_tokens` to {tokens - _COMPLETION} or less"
        )


def _draft_words(shape: Shape, gpu: Gpu, layout: Layout, wish: Wish) -> Iterator[str]:
    config = config_of(shape, gpu, layout, wish)
    if not config:
        return
    yield "tokens are drafted from the prompt and checked at once; --drafts off does without"
    if wish.drafts in {"ngram", "suffix"}:
        yield f"with {wish.drafts} vLLM prepares one step after the other, unlike with ngram_gpu"
    if wish.drafts == "suffix":
        yield "suffix wants the package arctic-inference beside vLLM"


def _busy_words(gpus: Sequence[Gpu]) -> Iterator[str]:
    busy = [gpu for gpu in gpus if gpu.free_bytes < gpu.memory_bytes * _WORTH_A_NOTE]
    for gpu in busy:
        held = gigabytes(gpu.memory_bytes - gpu.free_bytes)
        yield f"something else holds {held} of GPU {gpu.index}"


def _model_words(shape: Shape, wish: Wish) -> Iterator[str]:
    if not shape.fim:
        yield (
            "this model was trained without fill-in-the-middle: it serves code actions, and "
            "completions that don't know what follows"
        )
    if not shape.local and wish.offline:
        yield (
            f"its weights ({gigabytes(shape.weights_bytes)}) aren't on this machine: "
            "`infill models --download-weights NAME` fetches those of a name, and --download "
            "lets vLLM do so"
        )


def refusal(shape: Shape, gpus: Sequence[Gpu], wish: Wish, others: Sequence[Shape]) -> str:
    """Why it can't be, with the arithmetic, and what could."""
    if wish.max_model_len > shape.context_tokens:
        return too_long(shape, wish)
    tried = best_effort(shape, gpus, wish)
    least, room = wanted(shape, wish)[0], tried.room
    n_gpus = tried.tensor * tried.pipeline
    bits = tried.quantization or (shape.quantized or "16 bits")
    total = gigabytes(weights_bytes(shape, tried.quantization))
    over = f" over {n_gpus} GPUs" if n_gpus > 1 else ""
    cache = least * room.token_bytes
    needed = room.weights + room.working + cache
    what = (
        f"{shape.name} doesn't fit: its {shape.parameters / 1e9:.1f} B parameters take {total} "
        f"({bits}){over}; on each GPU that is {gigabytes(room.weights)}, with about "
        f"{gigabytes(room.working)} to work in and {gigabytes(cache)} for {least:,} tokens "
        f"{gigabytes(needed)}, and {gigabytes(room.budget)} of {gigabytes(gpus[0].memory_bytes)} "
        "can be had"
    )
    ways = list(_ways(shape, gpus, wish, others))
    return f"{what}. What would fit: {'; '.join(ways)}" if ways else what


def too_long(shape: Shape, wish: Wish) -> str:
    """That the model can't take what is asked for."""
    return f"{shape.name} takes {shape.context_tokens:,} tokens, not {wish.max_model_len:,}"


def wrong_files(shape: Shape, wish: Wish) -> str:
    """That the weights aren't quantised as they are said to be."""
    return (
        f"--quantization {wish.quantization} is for files that are quantised so, and those of "
        f"{shape.name} are in 16 bits. Name the folder of a quantised copy, or have vLLM quantise "
        f"while it loads: --quantization {ONLINE_FP8}"
    )


def _ways(shape: Shape, gpus: Sequence[Gpu], wish: Wish, others: Sequence[Shape]) -> Iterator[str]:
    tokens = best_effort(shape, gpus, wish).room.tokens // 1024 * 1024
    if wish.max_model_len and tokens:
        yield f"--max-model-len {tokens}"
    if wish.quantization and not is_online(wish.quantization) and not shape.quantized:
        yield f"--quantization {ONLINE_FP8}"
    for count in (size for size in _MORE if size > len(gpus)):
        if lay_out(shape, [gpus[0]] * count, wish, linked=None):
            yield f"{count} such GPUs"
            break
    plain = Wish(nodes=wish.nodes)
    fitting = (one for one in others if lay_out(one, gpus, plain, linked=None))
    best = next((one for one in fitting if one.parameters < shape.parameters), None)
    if best is not None:
        yield f"the model {best.name}"
