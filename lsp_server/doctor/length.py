"""A prompt as long as they may get: whether its head is read, and read only once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from inference.errors import InferenceError
from lsp_server.doctor.findings import error, failed, ok, skipped, warning
from lsp_server.doctor.holes import fits, long_hole
from lsp_server.doctor.replies import ask, prompt_for

if TYPE_CHECKING:
    from inference.types import Prompt
    from lsp_server.doctor.findings import Finding
    from lsp_server.doctor.holes import Hole
    from lsp_server.doctor.replies import Line, Reply

_SHARE = 0.9
_TELLING_S = 0.3
_LARGER = (
    "serve it with a larger context (vLLM: --max-model-len, llama.cpp: -c, Ollama: num_ctx), "
    "or lower `context.budget_tokens`"
)
_CACHE = (
    "serve with a prefix cache (vLLM: --enable-prefix-caching): without one each keystroke "
    "waits for the whole prompt"
)


async def examine_length(line: Line, *, knows: bool, short_s: float = 0.0) -> list[Finding]:
    """What a long prompt tells, sent twice.

    Args:
        line: where to.
        knows: short ones went well.
        short_s: what the quickest of them took.
    """
    try:
        hole, prompt = _longest(line)
        # As the product asks, so that a refusal names the budget with which that is answered.
        first = await ask(line, prompt, line.new_tokens)
        again = await ask(line, prompt)
        cache = judge_cache(first, again, short_s)
        if cache.level == "warning":
            # Once may be chance: another request came between, the machine was busy.
            cache = judge_cache(first, await ask(line, prompt), short_s)
    except InferenceError as fault:
        return [failed("head", fault, _LARGER), skipped("prefix cache", "see head")]
    return [judge_head(hole, first, knows=knows), cache]


def judge_head(hole: Hole, reply: Reply, *, knows: bool) -> Finding:
    """Whether a long prompt is read from its beginning."""
    read = reply.usage.prompt_tokens if reply.usage else None
    if read is not None and reply.exact and read < _SHARE * reply.n_tokens:
        found = (
            f"of a prompt of {reply.n_tokens} tokens the server has read {read}: its head is cut"
        )
        return error("head", found, _LARGER)
    if fits(hole, reply.text):
        return ok("head", f"a prompt of {reply.n_tokens} tokens is read from its beginning")
    if knows:
        found = (
            f"what stands at the head of a prompt of {reply.n_tokens} tokens isn't known at its "
            "end, though short prompts are understood: it may be cut"
        )
        return warning("head", found, _LARGER)
    return skipped("head", "short prompts aren't understood either")


def judge_cache(first: Reply, second: Reply, short_s: float = 0.0) -> Finding:
    """Whether a prompt that was read isn't read again: by the server's count, else by the clock.

    `short_s` is what an answer takes without much to read: the way there, and the first token.
    """
    cached = second.usage.cached_tokens if second.usage else None
    if cached is not None and second.usage is not None and cached * 2 >= second.usage.prompt_tokens:
        found = f"{cached} of {second.usage.prompt_tokens} tokens weren't read again"
        return ok("prefix cache", found)
    times = f"{second.seconds:.2f} s after {first.seconds:.2f} s"
    reading_s = first.seconds - short_s
    if reading_s < _TELLING_S and not cached:
        if cached is None:
            return skipped("prefix cache", f"too quick to tell ({times})")
    elif second.seconds - short_s <= reading_s / 2:
        return ok("prefix cache", f"the same prompt is answered quicker: {times}")
    counted = "" if cached is None else f" and {cached} tokens were found"
    return warning("prefix cache", f"the same prompt is read anew: {times}{counted}", _CACHE)


def _longest(line: Line) -> tuple[Hole, Prompt]:
    """A prompt that takes nearly the whole budget, its head still in it."""
    room = int(_SHARE * line.budget_tokens)
    n_lines = room * 20 // max(1, line.tokenizer.count(long_hole(20).prefix))
    mark = secrets.token_hex(4)
    while True:
        hole = long_hole(n_lines, mark)
        prompt = prompt_for(line, hole)
        if n_lines == 0 or hole.middle in prompt.text:
            return hole, prompt
        n_lines = n_lines * 3 // 4
