"""llama.cpp's own API: how its server is asked, and what it answers.

Its `/completion` takes ids, keeps what it read in slots that a request may name, and can be
held to a grammar; its `/v1` has none of these. Read in its `tools/server/README.md` and
tried against the server. Not its `/infill`, which drops file names and puts BOS where
DeepSeek's models don't expect it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

from inference.errors import BackendError
from inference.models.spec import sampling_for
from inference.types import Chunk, Usage
from inference.wire.answers import chunks_from
from inference.wire.events import events
from inference.wire.models import object_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

    from inference.models.spec import ModelSpec
    from inference.types import Request
    from inference.wire.faults import Call

_CACHED = "timings/cache_n"
# Without this list the last event repeats the whole prompt.
_FIELDS = ("content", "stop", "stop_type", "tokens", "tokens_predicted", "tokens_evaluated")
_LEAST = -1e9  # It sends the lowest number that a float holds for minus infinity.
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Props:
    """What a server tells of itself.

    Attributes:
        context_tokens: what prompt and completion may take together; 0 where unsaid.
        n_slots: how many prompts it keeps.
    """

    context_tokens: int = 0
    n_slots: int = 0


def props_of(response: httpx.Response) -> Props | None:
    """What an answer of `/props` says; None where it is none of llama.cpp's."""
    found = object_of(response)
    if "total_slots" not in found:
        return None
    generation = cast("dict[str, Any]", found.get("default_generation_settings") or {})
    return Props(_count(generation.get("n_ctx")), _count(found.get("total_slots")))


def asked(request: Request, spec: ModelSpec | None, slot: int | None) -> dict[str, Any]:
    """All that is asked for a completion, but the prompt.

    Its stop texts are looked for by us, and the control tokens among them are made to be
    sent, which it leaves out otherwise.
    """
    prompt = request.prompt
    fields: dict[str, Any] = {
        "n_predict": request.max_new_tokens,
        "stream": True,
        "cache_prompt": True,
        "return_tokens": True,
        "n_probs": 1,
        "response_fields": [*_FIELDS, _CACHED],
        "preserved_tokens": list(prompt.stops) if prompt else [],
    }
    drawn = sampling_for(request, spec)
    if drawn is not None:
        # Its own defaults would draw among few, or punish what is repeated.
        fields |= {"temperature": drawn.temperature, "top_p": drawn.top_p, "top_k": drawn.top_k}
        fields |= {"min_p": 0.0, "samplers": ["top_k", "top_p", "temperature"]}
    if slot is not None:
        fields["id_slot"] = slot
    if prompt and prompt.healing:
        fields["grammar"] = beginning_with(prompt.healing)
    return fields


def beginning_with(text: str) -> str:
    """A grammar of all texts that begin so, in llama.cpp's notation."""
    literal = "".join(_escaped(sign) for sign in text)
    return f'root ::= "{literal}" rest*\nrest ::= [\\x00-\\U0010FFFF]'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    return sign if sign.isprintable() else f"\\U{ord(sign):08X}"


def chunks_of(response: httpx.Response, call: Call) -> AsyncGenerator[Chunk]:
    """The chunks of an answer, as `chunks_from` has them."""
    found = events(response.aiter_bytes(), call.host)
    return chunks_from(found, _chunk, call, "llama.cpp's llama-server")


def _chunk(event: dict[str, Any], host: str) -> Chunk:
    text, ids = event.get("content"), event.get("tokens", [])
    if not isinstance(text, str) or not isinstance(ids, list):
        raise BackendError(
            f"{host} sent a completion of an unknown shape; does `endpoint` lead to llama.cpp's "
            "llama-server, of 2025 or later?"
        )
    numbers: list[Any] = [*ids]
    ended = bool(event.get("stop"))
    return Chunk(
        text,
        token_ids=tuple(one for one in numbers if type(one) is int),
        logprob=_logprob(event),
        finish_reason=None if not ended else "length" if _is_cut(event) else "stop",
        usage=_usage(event) if ended else None,
    )


def _is_cut(event: dict[str, Any]) -> bool:
    return event.get("stop_type") == "limit"


def _usage(event: dict[str, Any]) -> Usage:
    cached = event.get(_CACHED)
    return Usage(
        _count(event.get("tokens_evaluated")),
        _count(event.get("tokens_predicted")),
        _count(cached) if cached is not None else None,
    )


def _logprob(event: dict[str, Any]) -> float | None:
    """Of the event's tokens together; None where there are none, or no numbers."""
    told: Any = event.get("completion_probabilities")
    if not isinstance(told, list) or not told:
        return None
    rows: list[Any] = [*told]
    objects = (cast("dict[str, Any]", row) for row in rows if isinstance(row, dict))
    found: list[Any] = [row.get("logprob") for row in objects]
    sound = all(isinstance(one, int | float) and _LEAST <= one <= 0 for one in found)
    return float(sum(found)) if sound else None


def _count(found: Any) -> int:
    return found if type(found) is int and found > 0 else 0


class Slots:
    """Which slot of the server holds which file's prompt.

    The server itself would put two files of a repository into one slot, as their prompts begin
    alike, and each would have to be read anew. Others count from another slot on.
    """

    def __init__(self) -> None:
        self._of: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._n_slots = 0

    def resize(self, n_slots: int) -> None:
        """The server has so many; forget what was, if that is another number."""
        if n_slots != self._n_slots:
            self._of.clear()
            self._n_slots = n_slots

    def take(self, session: str, path: str) -> int | None:
        """The slot of that file, a new one's the one that was used longest ago; None for any."""
        if self._n_slots <= 1:
            return None
        key = (session, path)
        slot = self._of.pop(key, None)
        if slot is None:
            slot = self._free(session)
        self._of[key] = slot
        return slot

    def _free(self, session: str) -> int:
        if len(self._of) >= self._n_slots:
            return self._of.popitem(last=False)[1]
        first = crc32(session.encode())
        order = ((first + step) % self._n_slots for step in range(self._n_slots))
        taken = set(self._of.values())
        return next(slot for slot in order if slot not in taken)
