"""Servers that are asked for tokens: how vLLM's endpoint wants to be spoken to, and llama.cpp's."""

from __future__ import annotations

import time
from dataclasses import dataclass
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any, Literal, cast

import httpx

from inference.errors import TokenizerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.wire.endpoint import Endpoint

Dialect = Literal["vllm", "llama.cpp"]
DIALECTS: tuple[Dialect, ...] = ("vllm", "llama.cpp")
# A token's id, and how the server spells it; llama.cpp gives bytes where they aren't a text.
Told = tuple[int, "str | bytes"]

_TIMEOUT = httpx.Timeout(5.0, connect=1.0)
# A server that failed isn't asked again for so long, so that typing doesn't wait for it.
_PAUSE_S = 5.0
_OK, _NOT_FOUND = 200, 404
# What plain http has no use for takes 20 ms to load, so it is made once and empty.
_NO_AUTHORITIES = SSLContext(PROTOCOL_TLS_CLIENT)


@dataclass(slots=True)
class Asked:
    """A server on this machine that is asked for tokens, from any thread.

    Its connections aren't kept: opening one takes less than a millisecond here, and
    nobody need close it.

    Attributes:
        endpoint: whose root is asked, as the paths don't lie below `/v1`.
        model: its name there.
        key: sent as bearer token.
        dialect: how it wants to be spoken to.
        n_requests: how many there were.
    """

    endpoint: Endpoint
    model: str
    key: str | None = None
    dialect: Dialect = "vllm"
    n_requests: int = 0
    _failed_s: float | None = None

    def tokens(self, text: str, *, special: bool = False) -> list[Told]:
        """The tokens of a text with nothing put before it.

        Args:
            text: as it is; vLLM reads any control text in it as the control token.
            special: whether llama.cpp does so, too.

        Raises:
            TokenizerError: it can't be reached, refused or answered something else.
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
            raise self._fault("failed a moment ago")
        self.n_requests += 1
        try:
            answer = self._answer(path, body)
        except httpx.HTTPError as error:
            raise self._lost(f"gave no answer ({type(error).__name__})") from error
        if answer.status_code != _OK:
            raise self._lost(f"answered with status {answer.status_code}")
        try:
            found = answer.json()
        except (ValueError, RecursionError) as error:
            raise self._lost("answered something that isn't JSON") from error
        self._failed_s = None
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def _answer(self, path: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        is_encrypted = self.endpoint.url.startswith("https:")
        with httpx.Client(
            headers=headers,
            timeout=_TIMEOUT,
            verify=is_encrypted or _NO_AUTHORITIES,
            # A proxy that the environment names has no business between us and ourselves.
            trust_env=False,
        ) as client:
            return client.post(self.endpoint.url.removesuffix("/v1") + path, json=body)

    def _lost(self, what: str) -> TokenizerError:
        self._failed_s = time.monotonic()
        return self._fault(what)

    def _fault(self, what: str) -> TokenizerError:
        return TokenizerError(
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
    return bytes(cast("list[int]", piece)) if isinstance(piece, list) else piece


def _is_told(number: Any, spelt: Any) -> bool:
    return isinstance(number, int) and isinstance(spelt, str | bytes)
