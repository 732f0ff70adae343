"""What a `.gguf` takes in memory, and how many prompts' heads it can keep there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.runners.memory import need_of_file, refusal

if TYPE_CHECKING:
    from inference.runners.gguf.header import GgufHeader
    from inference.runners.runner import Plan

# The library keeps keys and values in 16 bits each.
_ELEMENT_BYTES = 2
_MOST_ROWS = 8
# Of what is free once the weights are there, so much may be taken by what was read.
_SHARE = 4
# What passing tokens through takes beside attention's scores, on the high side: an estimate.
_WORKING_BYTES = 300_000_000
# More tokens at once bring nothing on any device; fewer than these are slow through experts.
_MOST_TOKENS, _FEWEST_TOKENS = 512, 64
# Unless attention is fused, each token of a stretch has a score for each of the context, a head.
_SCORES_BYTES = 512_000_000
_SCORE_BYTES = 4
_WAYS = ("a smaller file of the model (Q4_K_M takes a third of 16 bits)",)


def token_bytes(header: GgufHeader) -> int:
    """What a token takes in the cache, all layers together; 0 where the header doesn't say.

    Latent attention keeps one row a layer, others a key and a value for each of their heads; where
    layers differ, as if all were like the largest.
    """
    heads = header.number("{arch}.attention.head_count")
    pairs = header.number("{arch}.attention.head_count_kv") or heads
    even = header.number("{arch}.embedding_length") // max(1, heads)
    key = header.number("{arch}.attention.key_length") or even
    value = header.number("{arch}.attention.value_length") or even
    if header.number("{arch}.attention.key_length_mla"):
        value = 0
    return header.number("{arch}.block_count") * pairs * (key + value) * _ELEMENT_BYTES


def context_of(plan: Plan, header: GgufHeader) -> int:
    """What prompt and completion may take: as asked, and no more than the model was made for."""
    most = header.number("{arch}.context_length")
    return min(plan.context_tokens, most) if most else plan.context_tokens


def stretch_of(plan: Plan, header: GgufHeader) -> int:
    """How many tokens are passed through at once: fewer where the context is long."""
    n_tokens = _MOST_TOKENS
    while n_tokens > _FEWEST_TOKENS and n_tokens * _scores(plan, header) > _SCORES_BYTES:
        n_tokens //= 2
    return min(n_tokens, context_of(plan, header))


def working_bytes(plan: Plan, header: GgufHeader) -> int:
    """What passing a stretch of tokens through takes."""
    return _WORKING_BYTES + stretch_of(plan, header) * _scores(plan, header)


def rows_of(plan: Plan, header: GgufHeader, free_bytes: int | None) -> int:
    """How many prompts' heads are kept, each with memory for a whole context.

    Args:
        plan: what they may take, or 0 for a share of what is free.
        header: what each takes.
        free_bytes: None where that isn't known.
    """
    one = token_bytes(header) * context_of(plan, header)
    left = (free_bytes or 0) - header.file_bytes - working_bytes(plan, header)
    room = plan.cache_bytes or left // _SHARE
    return max(1, min(room // max(1, one), _MOST_ROWS))


def check_memory(plan: Plan, header: GgufHeader, free_bytes: int | None) -> None:
    """Fails, with the arithmetic, where the model can't fit.

    Raises:
        BackendError: cause "memory".
    """
    if free_bytes is None:
        return
    n_tokens = context_of(plan, header) * rows_of(plan, header, free_bytes)
    need = need_of_file(
        header.file_bytes, n_tokens, token_bytes(header), working_bytes(plan, header)
    )
    reason = refusal(need, free_bytes, _WAYS)
    if reason:
        raise BackendError(f"{plan.weights.name} doesn't fit: {reason}", cause="memory")


def _scores(plan: Plan, header: GgufHeader) -> int:
    """What a token's scores of one layer take."""
    heads = header.number("{arch}.attention.head_count")
    return heads * context_of(plan, header) * _SCORE_BYTES


def free_memory() -> int | None:
    """Bytes that can be had of this machine's memory; None where nobody tells."""
    try:
        psutil: Any = import_module("psutil")
    except ImportError:
        return _available(Path("/proc/meminfo"))
    return int(psutil.virtual_memory().available)


def _available(file: Path) -> int | None:
    """What Linux says; it is there without any package."""
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    told = (line.split() for line in lines if line.startswith("MemAvailable:"))
    return next((int(words[1]) * 1024 for words in told if words[1].isdecimal()), None)
