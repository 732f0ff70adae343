"""How a server is asked, beyond what all such servers take; more plainly where it refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from inference.wire.vllm import BEGINNINGS

if TYPE_CHECKING:
    from collections.abc import Collection

    from inference.wire.models import Kind

# Ids and beginnings; log-probabilities and what a request took; several answers; who goes
# first; what is kept apart; chats without thinking; the older name of a chat's limit.
Extra = Literal[
    "ids", "heals", "logprobs", "usage", "many", "priority", "salt", "mute", "old_limit"
]

# What a refusal names, and what to do without then.
_NAMED: tuple[tuple[Extra, str, re.Pattern[bytes]], ...] = (
    ("logprobs", "logprobs", re.compile(rb"logprobs")),
    ("usage", "stream_options", re.compile(rb"stream_options|include_usage")),
    ("salt", "cache_salt", re.compile(rb"cache_salt")),
    ("salt", "user_id", re.compile(rb"user_id")),
    ("priority", "priority", re.compile(rb"(?i)priority")),
    ("mute", "chat_template_kwargs", re.compile(rb"chat_template_kwargs|enable_thinking")),
    ("mute", "thinking", re.compile(rb"thinking")),
    ("old_limit", "max_tokens", re.compile(rb"max_completion_tokens")),
    (
        "many",
        "n",
        re.compile(
            rb"""["'`]n["'`]|\bn (?:must|should|is|>)|multiple choices|best_of"""
            rb"""|one completion choice"""
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Manner:
    """What a request may hold.

    Attributes:
        ids: prompts go as ids where they have them.
        heals: answers can be made to begin with a given text; None where nobody tried.
        refused: what the server refused; the rest is asked for.
        kind: of the server; what only that kind takes is asked for.
    """

    ids: bool = False
    heals: bool | None = None
    refused: frozenset[Extra] = frozenset()
    kind: Kind = "other"

    def without(self, extras: Collection[Extra]) -> Manner:
        """The manner that does without these."""
        return Manner(
            self.ids and "ids" not in extras,
            False if "heals" in extras else self.heals,
            self.refused | frozenset(extras),
            self.kind,
        )


def to_leave_out(asked: Collection[str], refusal: bytes, *, ids: bool) -> Extra | None:
    """What to do without after a refusal; None where nothing is left.

    What the refusal names goes first. All but ids and beginnings go only so, as whoever
    refuses them says it.

    Args:
        asked: the fields of what was refused.
        refusal: the server's words.
        ids: its prompt went as ids.
    """
    for extra, field, named in _NAMED:
        if field in asked and named.search(refusal):
            return extra
    begins = any(name in asked for name in BEGINNINGS)
    ids_first = (
        ids and b"prompt" in refusal and not any(name.encode() in refusal for name in BEGINNINGS)
    )
    if begins and not ids_first:
        return "heals"
    return "ids" if ids else None
