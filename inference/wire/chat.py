"""The answer of an OpenAI-compatible `/v1/chat/completions`, choice by choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference.errors import DeclinedError
from inference.types import Chunk
from inference.wire.completions import finish_of, index_of
from inference.wire.thoughts import Thoughts
from inference.wire.words import quoted

if TYPE_CHECKING:
    from inference.wire.faults import Call

_FILTERED = "content_filter"


class ChatReader:
    """Makes chunks of a chat's choices: what is said, without what is thought or called.

    Reasoning comes in fields of its own (`reasoning_content`, `reasoning`) or between marks
    in the text; tools are none of ours to call. A refusal is told as one.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._thoughts: dict[int, Thoughts] = {}
        self._refusals: dict[int, str] = {}
        self._spoke: set[int] = set()

    def read(self, choice: dict[str, Any]) -> Chunk:
        """The chunk of one choice, of a stream or of an answer in one piece.

        Raises:
            DeclinedError: the model declined, or a filter took all that it said.
        """
        index, finish = index_of(choice), finish_of(choice)
        told: dict[str, Any] = choice.get("delta") or choice.get("message") or {}
        thoughts = self._thoughts.setdefault(index, Thoughts())
        text = thoughts.feed((told.get("content") or "") + "")
        text += thoughts.finish() if finish else ""
        self._refusals[index] = self._refusals.get(index, "") + (told.get("refusal") or "")
        self._spoke |= {index} if text else set()
        if finish and index not in self._spoke:
            self._check_said(index, choice)
        return Chunk(text, finish_reason=finish, index=index)

    def _check_said(self, index: int, choice: dict[str, Any]) -> None:
        """Say why nothing came, where that is known."""
        refusal = self._refusals[index]
        if refusal:
            words = quoted(refusal, self._call.secrets)
            raise DeclinedError(f"the model at {self._call.host} declined to answer{words}")
        if choice.get("finish_reason") == _FILTERED:
            raise DeclinedError(f"{self._call.host} held the answer back by its content filter")
