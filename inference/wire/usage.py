"""What a request took, as servers tell it."""

from __future__ import annotations

from typing import Any, cast

from inference.types import Usage


def usage_of(event: dict[str, Any]) -> Usage | None:
    """What this event of an answer tells of the tokens; None where it tells nothing sound.

    Tokens that hadn't to be read again are told by OpenAI's detail, which vLLM (with
    `--enable-prompt-tokens-details`) and SGLang (with `--enable-cache-report`) send, too,
    by DeepSeek's own field and, in older versions, by llama.cpp's timings.
    """
    told = _object(event.get("usage"))
    prompt, new = _count(told.get("prompt_tokens")), _count(told.get("completion_tokens"))
    if prompt is None:
        return None
    cached = (
        _object(told.get("prompt_tokens_details")).get("cached_tokens"),
        told.get("prompt_cache_hit_tokens"),
        _object(event.get("timings")).get("cache_n"),
    )
    sound = (found for found in map(_count, cached) if found is not None)
    return Usage(prompt, new or 0, next(sound, None))


def _object(found: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _count(found: Any) -> int | None:
    """A number of tokens; `true` is none, though Python counts it as one."""
    return found if type(found) is int and found >= 0 else None
