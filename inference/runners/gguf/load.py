"""A `.gguf` file to a runner."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from inference.errors import BackendError
from inference.runners.drafts import MOST
from inference.runners.gguf.fit import check_memory, context_of, free_memory, rows_of, stretch_of
from inference.runners.gguf.header import read_header
from inference.runners.gguf.library import forget_log, load_fault, open_library
from inference.runners.gguf.native import Native
from inference.runners.gguf.rows import Rows
from inference.runners.gguf.run import Desk
from inference.runners.gguf.runner import GgufRunner
from inference.runners.healing import Continuations
from inference.runners.threads import n_threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.runners.runner import Plan

_ALL_LAYERS = -1


def load(plan: Plan) -> GgufRunner:
    """The model, ready to be asked; whatever llama.cpp runs.

    Precision is the file's, and so is the tokenizer. What can be told from the header is
    told before the weights are read. On a processor, fused attention adds up in 16 bits
    where it passes one token and in 32 where it passes several, so that a draft could
    change an answer: there it is left off.

    Raises:
        BackendError: cause "weights", "memory" or "tokenizer"; "failed" without the library.
    """
    header = read_header(plan.weights)
    library = open_library()
    on_device = _offloads(library, plan)
    free_bytes = free_memory()
    if not on_device:
        check_memory(plan, header, free_bytes)
    n_rows = rows_of(plan, header, free_bytes)
    context_tokens = context_of(plan, header)
    shape = _shape(library, plan, context_tokens, n_rows)
    shape.n_batch = shape.n_ubatch = stretch_of(plan, header)
    if not on_device:
        shape.flash_attn_type = library.LLAMA_FLASH_ATTN_TYPE_DISABLED
    native = _opened(library, plan, shape, layers=_ALL_LAYERS * on_device)
    desk = Desk(
        native,
        ends=native.ends(),
        continuations=_once(native),
        can_take_back=_takes_back(native),
    )
    return GgufRunner(desk, Rows(native, n_rows), context_tokens)


def _opened(library: Any, plan: Plan, shape: Any, *, layers: int) -> Native:
    forget_log()
    library.llama_backend_init()
    how: Any = library.llama_model_default_params()
    how.n_gpu_layers = layers
    name = plan.weights.name
    model: Any = library.llama_model_load_from_file(os.fsencode(plan.weights), how)
    if not model:
        raise load_fault("load", name)
    context: Any = library.llama_init_from_model(model, shape)
    if not context:
        library.llama_model_free(model)
        raise load_fault("make room for", name)
    return Native(library, model, context, int(shape.n_batch))


def _shape(library: Any, plan: Plan, context_tokens: int, n_rows: int) -> Any:
    """Rows apart, so that none pays for what the others hold."""
    shape: Any = library.llama_context_default_params()
    shape.n_ctx = context_tokens * n_rows
    shape.n_seq_max = n_rows
    shape.n_outputs_max = shape.n_outputs_max_per_seq = MOST + 1
    shape.n_threads = shape.n_threads_batch = n_threads(plan.threads)
    return shape


def _offloads(library: Any, plan: Plan) -> bool:
    """Whether layers go to a GPU."""
    can = bool(library.llama_supports_gpu_offload())
    if plan.device in {"cuda", "mps"} and not can:
        raise BackendError(
            f"`local.device` is {plan.device}, and this llama-cpp-python was built without GPU "
            "support; install one with it, or set `local.device` to auto"
        )
    return can and plan.device != "cpu"


def _takes_back(native: Native) -> bool:
    """Whether what was read can be forgotten from its end; recurrent models can't."""
    native.read(0, np.zeros(2, np.int32), 0, 0)
    can = native.crop(0, 1)
    native.crop(0, 0)
    return can


def _once(native: Native) -> Callable[[], Continuations]:
    """The vocabulary by its bytes, made at the first call: it takes a fraction of a second."""

    @lru_cache
    def made() -> Continuations:
        numbers = (one for one in range(native.n_ids) if not native.is_control(one))
        return Continuations((number, native.spell(number)) for number in numbers)

    return made
