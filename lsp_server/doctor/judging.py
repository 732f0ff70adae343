"""What replies tell of the set-up: each way to be wrong has its own tell-tale."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lsp_server.doctor.findings import error, ok, skipped, warning
from lsp_server.doctor.holes import fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lsp_server.doctor.findings import Finding
    from lsp_server.doctor.holes import Fault, Hole
    from lsp_server.doctor.replies import Reply

# A small model may miss one.
_ENOUGH = 2
# A second BOS is one more token; a chat's template takes several, of each prompt as many.
_TEMPLATE_TOKENS = 3
_MOST_SPREAD = 1
_TALK = re.compile(
    r"\s*(?:sure|certainly|of course|okay|here(?:'s| is| are)|it (?:looks|seems|appears)|"
    r"the (?:missing|code|function|completed|next|sequence)|this (?:code|function|is)|"
    r"to (?:complete|fill)|i(?:'m| am|'ll| will)|you(?:'ve| have)|based on|as an ai)\b",
    re.IGNORECASE,
)
_FENCE = "```"
_NEXT_NUMBER = re.compile(r"\s*13\b")
_REMEDY: dict[Fault, tuple[str, str, str]] = {
    "ascii": (
        "sentinels",
        "the sentinels are spelled with ASCII characters there and with look-alikes in the format",
        "choose the model that is served, or a format with these sentinels (`models.<name>`)",
    ),
    "full-width": (
        "sentinels",
        "the model's sentinels hold full-width bars and blocks, and the format has ASCII ones",
        "choose the model's own format by its name; `infill models` lists them",
    ),
    "swapped": (
        "order",
        "the sentinels before and behind the suffix are exchanged",
        "exchange the two in the layout of `models.<name>.format`",
    ),
    "suffix first": (
        "order",
        "the model wants what follows the hole in front of what precedes it",
        "exchange prefix and suffix in the layout of `models.<name>.format`",
    ),
}


@dataclass(frozen=True, slots=True)
class Trip:
    """What came of asking a model to fill holes.

    Attributes:
        holes: what was asked.
        replies: to each of them, asked as the product asks.
        variants: to each, asked by a format gone wrong; empty where the first went well.
        counting: what went on from a text without sentinels; None where nobody asked.
    """

    holes: tuple[Hole, ...]
    replies: tuple[Reply, ...]
    variants: Mapping[Fault, tuple[Reply, ...]] = field(
        default_factory=dict["Fault", "tuple[Reply, ...]"]
    )
    counting: Reply | None = None

    @property
    def score(self) -> int:
        """How many holes were filled rightly."""
        return _score(self.holes, self.replies)

    @property
    def is_well(self) -> bool:
        """Whether enough of them were."""
        return self.score >= _ENOUGH


def judge_trip(trip: Trip, *, has_fim: bool) -> list[Finding]:
    """What is told of a round trip: whether it went well, and if not, what is wrong."""
    filled = f"{trip.score} of {len(trip.holes)} made-up {'holes' if has_fim else 'ends'} filled"
    kind = _kind(trip)
    if trip.is_well:
        better = [ok("sentinels", "read as such"), ok("order", "as the model has it")]
        return [ok("round trip", filled), *(better if has_fim else ()), kind]
    wrong = _better(trip)
    told = [
        *(error(*_REMEDY[fault]) for fault in wrong),
        *(_unknown(check, wrong) for check in ("sentinels", "order") if has_fim),
    ]
    level = error if trip.score == 0 else warning
    first = next((reply.text for reply in trip.replies if reply.text.strip()), "")
    found = f"{filled}; the first answer begins with {first[:40]!r}"
    remedy = _why(trip, wrong, kind)
    return [level("round trip", found, remedy), *(one for one in told if one), kind]


def _unknown(check: str, wrong: Sequence[Fault]) -> Finding | None:
    """What to say of a check that nothing speaks against, nor anything for."""
    if any(_REMEDY[fault][0] == check for fault in wrong):
        return None
    return skipped(check, "no other spelling fills more holes")


def _why(trip: Trip, wrong: Sequence[Fault], kind: Finding) -> str:
    if wrong or kind.level == "error":
        return "see what is told of sentinels, order and kind"
    if any(_echoes(reply.text) for reply in trip.replies):
        return "the sentinels are taken for text: is `model` the one that is served?"
    return (
        "is `model` the one that is served, and was it trained to fill in the middle? "
        "`infill models` says which are"
    )


def _better(trip: Trip) -> tuple[Fault, ...]:
    """The wrong format that does best, where it does better than the right one."""
    variants = trip.variants.items()
    scores: dict[Fault, int] = {each: _score(trip.holes, replies) for each, replies in variants}
    enough = max(_ENOUGH, trip.score + 1)
    best = max(scores.values(), default=0)
    doing_best: tuple[Fault, ...] = tuple(each for each in scores if scores[each] == best)
    return doing_best[:1] if best >= enough else ()


def _kind(trip: Trip) -> Finding:
    """Whether a base model goes on from prompts as they are, or something chats."""
    talks = sum(map(_talks, (reply.text for reply in trip.replies)))
    extra = extra_tokens(trip.replies) or 0
    if trip.counting is not None and _talks(trip.counting.text):
        return error(
            "kind",
            "even a row of numbers is answered in sentences: a chat template is put around "
            "completions, or the model only chats",
            "serve completions without a chat template, and Base weights",
        )
    if extra >= _TEMPLATE_TOKENS:
        return error(
            "kind",
            f"the server reads {extra} tokens more than were sent: a chat template is put "
            "around completions",
            "serve completions without a chat template",
        )
    if talks:
        return error(
            "kind",
            "holes are answered with fences or sentences, and a row of numbers is gone on with: "
            "these are Instruct weights",
            "serve the Base weights for completion; Instruct ones are for code actions",
        )
    if extra == 1:
        return warning(
            "kind",
            "the server reads one token more than was sent: a second BOS",
            "have the server add none of its own, or use one that takes ids (vLLM, or llama.cpp "
            "by the backend `llamacpp`)",
        )
    if trip.is_well or (trip.counting is not None and _NEXT_NUMBER.match(trip.counting.text)):
        return ok("kind", "it goes on from what it reads, as a base model does")
    return skipped("kind", "nothing speaks for a chat template or Instruct weights, nor against")


def extra_tokens(replies: Sequence[Reply]) -> int | None:
    """How many tokens more than were sent the server has read at each of several prompts.

    None where counts can't be compared: what is put around a prompt costs each of them the
    same, while another tokenizer reads a long one the more differently.
    """
    extras = _extras(replies)
    if not extras or max(extras) - min(extras) > _MOST_SPREAD or min(extras) < -_MOST_SPREAD:
        return None
    return max(0, min(extras))


def reads_otherwise(replies: Sequence[Reply]) -> bool:
    """Whether the server reads every prompt as more tokens, of each another number.

    That it reads fewer may also mean that it counts no tokens that it knew already.
    """
    extras = _extras(replies)
    return min(extras, default=0) > _MOST_SPREAD and max(extras) - min(extras) > _MOST_SPREAD


def _extras(replies: Sequence[Reply]) -> list[int]:
    return [
        reply.usage.prompt_tokens - reply.n_tokens
        for reply in replies
        if reply.usage is not None and reply.exact
    ]


def _score(holes: Sequence[Hole], replies: Sequence[Reply]) -> int:
    return sum(fits(hole, reply.text) for hole, reply in zip(holes, replies, strict=True))


def _talks(text: str) -> bool:
    return _FENCE in text or _TALK.match(text) is not None


def _echoes(text: str) -> bool:
    """Whether an answer holds what looks like a sentinel."""
    return (
        re.search(r"<[|\N{FULLWIDTH VERTICAL LINE}]|fim.(?:begin|hole|end|middle)", text)
        is not None
    )
