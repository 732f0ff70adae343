"""What is peculiar about DeepSeek's own service, https://api-docs.deepseek.com.

Its pages "FIM Completion (Beta)", "Thinking Mode" and "Rate Limit & Isolation".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inference.wire.endpoint import Endpoint

_HOSTS = frozenset({"api.deepseek.com", "api.deepseek.com:443"})
_BETA = "/beta"
# The most that one completion may have there; a chat may have more.
MOST_NEW_TOKENS = 4096
_USER_ID = re.compile(r"[A-Za-z0-9_-]{1,512}")
_WANTS_BETA = re.compile(rb"(?i)beta")


def is_deepseek(endpoint: Endpoint) -> bool:
    """Whether that is its own service, and not another's with one of its models."""
    return endpoint.host.lower() in _HOSTS


def base_for_completions(endpoint: Endpoint) -> str:
    """The address under which it completes: only its beta does, whatever its base is given as."""
    if not is_deepseek(endpoint) or endpoint.url.endswith(_BETA):
        return endpoint.url
    return endpoint.url.removesuffix("/v1") + _BETA


def without_thinking() -> dict[str, Any]:
    """What has a chat answered at once; by default its models think first.

    Its completions never do.
    """
    return {"thinking": {"type": "disabled"}}


def apart(salt: str) -> dict[str, Any]:
    """What keeps apart what users of one account have had read; nothing where it takes no such."""
    return {"user_id": salt} if _USER_ID.fullmatch(salt) else {}


def wants_beta(refusal: bytes) -> bool:
    """Whether a refusal says that only its beta does this, as gateways in front of it pass on."""
    return bool(_WANTS_BETA.search(refusal))
