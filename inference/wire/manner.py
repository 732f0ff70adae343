"""How a server is asked, beyond what all such servers take; more plainly where it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from inference.wire.vllm import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Collection

Extra = Literal["ids", "heals", "logprobs"]


@dataclass(frozen=True, slots=True)
class Manner:
    """What a request may hold.

    Attributes:
        ids: prompts go as ids where they have them.
        heals: answers can be made to begin with a given text; None where nobody tried.
        logprobs: log-probabilities are asked for.
        is_vllm: what only vLLM takes is asked for.
    """

    ids: bool = False
    heals: bool | None = None
    logprobs: bool = True
    is_vllm: bool = False


def to_leave_out(asked: Collection[str], refusal: bytes, *, ids: bool) -> Extra | None:
    """What to do without after a refusal; None where nothing is left.

    What the refusal names goes first. Log-probabilities go only so, as whoever refuses
    them says it.

    Args:
        asked: the fields of what was refused.
        refusal: the server's words.
        ids: its prompt went as ids.
    """
    if "logprobs" in asked and b"logprobs" in refusal:
        return "logprobs"
    ids_first = ids and b"prompt" in refusal and BEGINNING.encode() not in refusal
    if BEGINNING in asked and not ids_first:
        return "heals"
    return "ids" if ids else None
