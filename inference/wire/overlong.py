"""What servers say of a prompt that is too long for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# vLLM: "This model's maximum context length is 8192 tokens. However, your prompt contains at
# least 8193 input tokens"; DeepSeek and older ones: "However, you requested 8203 tokens (7691 in
# the messages, 512 in the completion)"; SGLang: "The input (9000 tokens) is longer than the
# model's context length (8192 tokens)", "Input length (9000 tokens) exceeds the maximum allowed
# length (8192 tokens)", "You requested a total of 9000 tokens"; llama.cpp: "request (1407 tokens)
# exceeds the available context size (256 tokens)", and both numbers in fields of their own.
_SAYS_SO = re.compile(
    r"(?:maximum|model's|available) context (?:length|size)|exceeds? the [\w ]*context"
    r"|maximum allowed length|exceed_context_size|context_length_exceeded"
    r"|context window|than the context length",
    re.IGNORECASE,
)
_LIMITS = (
    re.compile(r'"n_ctx"\s*:\s*(\d+)'),
    re.compile(r"(?:context (?:length|size|window)|allowed length)\D{0,24}(\d+)", re.IGNORECASE),
)
_ASKED = (
    re.compile(r'"n_prompt_tokens"\s*:\s*(\d+)'),
    re.compile(r"total of (?:at least )?(\d+)", re.IGNORECASE),
    re.compile(r"requested (?:about )?(\d+) tokens", re.IGNORECASE),
    re.compile(r"contains (?:at least )?(\d+) (?:input )?tokens", re.IGNORECASE),
    re.compile(r"(?:input|input length|request|prompt) \((\d+) tokens", re.IGNORECASE),
)
# The least that `context.budget_tokens` may be.
_LEAST_BUDGET = 256


@dataclass(frozen=True, slots=True)
class Overlong:
    """A server's limit for prompt and completion, and what it was asked for; None where unsaid."""

    limit: int | None
    asked: int | None

    def told(self, host: str, new_tokens: int) -> str:
        """It in words, with what to set where `new_tokens` are asked for."""
        # Who stops counting behind the limit knows only that it is more.
        is_counted = self.asked is not None and self.asked != (self.limit or 0) + 1
        asked = f", and was asked for {self.asked}" if is_counted else ""
        held = f"{self.limit} tokens" if self.limit else "fewer tokens than it was asked for"
        budget = (self.limit or 0) - new_tokens
        lower = f"set `context.budget_tokens` to {budget} or less, or "
        if self.limit is None:
            lower = "lower `context.budget_tokens`, or "
        elif budget < _LEAST_BUDGET:
            lower = ""
        return (
            f"{host} holds {held} of prompt and completion together{asked}; {lower}start the "
            "server with a longer context"
        )


def overlong(body: bytes) -> Overlong | None:
    """What a refusal says of the prompt's length; None where it has another reason."""
    text = body.decode(errors="replace")
    if not _SAYS_SO.search(text):
        return None
    return Overlong(_first(_LIMITS, text), _first(_ASKED, text))


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> int | None:
    found = (pattern.search(text) for pattern in patterns)
    return next((int(one[1]) for one in found if one), None)
