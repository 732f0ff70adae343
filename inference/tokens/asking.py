"""Servers that are asked for tokens: how vLLM's endpoint wants to be spoken to, and llama.cpp's."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from inference.errors import TokenizerError
from inference.tokens.timely import NoReplyError, post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.wire.endpoint import Endpoint

Dialect = Literal["vllm", "llama.cpp"]
DIALECTS: tuple[Dialect, ...] = ("vllm", "llama.cpp")
# A token's id, and how the server spells it; llama.cpp gives bytes where they aren't a text.
Told = tuple[int, "str | bytes"]

# A whole answer may take so long, and so much longer for a large text: vLLM reads more than
# a million characters a second.
_ANSWER_S = 1.0
_CHARS_PER_S = 200_000
# A server that failed isn't asked again for so long, so that typing doesn't wait for it.
_PAUSE_S = 5.0
_OK = 200
# Too many requests, a gateway without its server, a server that still loads its model.
_NOT_NOW = frozenset({429, 502, 503, 504})
# No vocabulary has so many tokens, and servers hold ids in 32 bits.
_MOST_IDS = 1 << 24


class UnansweredError(TokenizerError):
    """A server can't be asked now, which may be otherwise in a while."""


@dataclass(slots=True)
class Asked:
    """A server on this machine that is asked for tokens, from any thread.

    Attributes:
        endpoint: whose root is asked, as the paths don't lie below `/v1`.
        model: its name there.
        key: sent as bearer token.
        dialect: how it wants to be spoken to.
        until_s: when it is to have told all, by `time.monotonic`; None for no hurry.
        n_requests: how many there were.
    """

    endpoint: Endpoint
    model: str
    key: str | None = None
    dialect: Dialect = "vllm"
    until_s: float | None = None
    n_requests: int = 0
    _failed_s: float | None = None

    def tokens(self, text: str, *, special: bool = False) -> list[Told]:
        """The tokens of a text with nothing put before it.

        Args:
            text: as it is; vLLM reads any control text in it as the control token.
            special: whether llama.cpp does so, too.

        Raises:
            UnansweredError: it can't be reached, took too long or can't answer yet.
            TokenizerError: it refused, failed or answered something else.
        """
        if self.dialect == "vllm":
            asked = {"model": self.model, "prompt": text, "add_special_tokens": False}
            answer = self._post("/tokenize", asked | {"return_token_strs": True})
            found = _zipped(answer)
        else:
            asked = {"content": text, "with_pieces": True, "parse_special": special}
            found = _paired(self._post("/tokenize", asked))
        if found is None:
            raise self._fault("doesn't say which tokens a text has and how they are spelled")
        return found

    def text(self, ids: Sequence[int]) -> str:
        """The text of ids.

        Raises:
            TokenizerError: as `tokens`.
        """
        answer = self._post("/detokenize", {"model": self.model, "tokens": list(ids)})
        found = answer.get("prompt", answer.get("content"))
        if not isinstance(found, str):
            raise self._fault("doesn't say what its tokens spell")
        return found

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if self._failed_s is not None and time.monotonic() - self._failed_s < _PAUSE_S:
            raise UnansweredError(self._said("failed a moment ago"))
        self.n_requests += 1
        status, answer = self._answer(path, json.dumps(body).encode())
        if status in _NOT_NOW:
            raise self._lost(f"answered with status {status}")
        if status != _OK:
            raise self._fault(f"answered with status {status}")
        try:
            found = json.loads(answer)
        except (ValueError, RecursionError) as error:
            raise self._fault("answered something that isn't JSON") from error
        self._failed_s = None
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def _answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        until_s = time.monotonic() + _ANSWER_S + len(body) / _CHARS_PER_S
        if self.until_s is not None:
            until_s = min(until_s, self.until_s)
        url = self.endpoint.url.removesuffix("/v1") + path
        try:
            reply = post(url, body, headers, until_s=until_s)
        except NoReplyError as error:
            raise self._lost(f"gave no answer ({error})") from error
        return reply.status, reply.body

    def _lost(self, what: str) -> UnansweredError:
        self._failed_s = time.monotonic()
        return UnansweredError(self._said(what))

    def _fault(self, what: str) -> TokenizerError:
        self._failed_s = time.monotonic()
        return TokenizerError(self._said(what))

    def _said(self, what: str) -> str:
        return (
            f"{self.endpoint.host}, asked for the tokens of {self.model}, {what}; "
            "set `tokenizer` to the tokenizer.json of that model"
        )


def _zipped(answer: dict[str, Any]) -> list[Told] | None:
    """What vLLM told: ids, and beside them how each is spelled in the vocabulary."""
    try:
        told = list(zip(answer["tokens"], answer["token_strs"], strict=True))
    except (KeyError, TypeError, ValueError):
        return None
    return told if all(_is_told(*one) for one in told) else None


def _paired(answer: dict[str, Any]) -> list[Told] | None:
    """What llama.cpp told: an object for each token."""
    try:
        told = [(one["id"], _piece(one["piece"])) for one in answer["tokens"]]
    except (KeyError, TypeError, ValueError):
        return None
    return told if all(_is_told(*one) for one in told) else None


def _piece(piece: Any) -> Any:
    """A piece's text or bytes; `true` is no byte, though Python counts it as one."""
    if not isinstance(piece, list):
        return piece
    numbers: list[Any] = [*piece]
    return bytes(numbers) if all(type(number) is int for number in numbers) else None


def _is_told(number: Any, spelt: Any) -> bool:
    """Whether that can be a token: `true` is no id, though Python counts it as one."""
    is_id = type(number) is int and 0 <= number < _MOST_IDS
    return is_id and isinstance(spelt, str | bytes)
