"""What a runner is asked and answers, as fields of a message and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from inference.errors import BackendError, Cause
from inference.local.frames import FrameError
from inference.runners.runner import Ask, Plan, Step

if TYPE_CHECKING:
    from inference.local.prompts import Heard, Sent

Fields = dict[str, Any]

_STEP = {
    "text": "t",
    "logprob": "l",
    "finish_reason": "f",
    "n_prompt": "p",
    "n_cached": "c",
}
_ASK = ("healing", "max_new_tokens", "temperature", "top_p", "top_k", "priority")


def ask_fields(ask: Ask, sent: Sent) -> tuple[Fields, bytes]:
    """The question without its prompt's known head, and what stands behind the line.

    Raises:
        BackendError: cause "tokenizer": an id that no model can have.
    """
    fields: Fields = {name: getattr(ask, name) for name in _ASK}
    if ask.token_ids is None:
        return fields, ask.text.encode("utf-8", "surrogatepass")
    try:
        spelling, rest = sent.spell(ask.token_ids)
    except OverflowError:
        raise BackendError(
            "the prompt has a token below 0 or above 4,294,967,295, which no model has; set "
            "`tokenizer` to the one that lies with the weights",
            cause="tokenizer",
        ) from None
    return fields | {"ids": spelling}, rest


def read_ask(fields: Fields, payload: bytes, heard: Heard) -> Ask:
    """The question again.

    Raises:
        FrameError: it can't be read.
    """
    try:
        known = {name: fields[name] for name in _ASK}
        if "ids" in fields:
            return Ask(heard.read(fields["ids"], payload), **known)
        return Ask(None, payload.decode("utf-8", "surrogatepass"), **known)
    except (KeyError, TypeError, ValueError) as error:
        raise FrameError("a question that can't be read") from error


def step_fields(step: Step) -> Fields:
    """The step, what says nothing left out."""
    said = {key: getattr(step, name) for name, key in _STEP.items()}
    fields: Fields = {key: value for key, value in said.items() if value not in (None, "")}
    return fields | ({"i": step.token_ids} if step.token_ids else {})


def read_step(fields: Fields) -> Step:
    """The step again."""
    known = {name: fields[key] for name, key in _STEP.items() if key in fields}
    return Step(tuple(fields.get("i", ())), **known)


def fault_fields(error: BackendError) -> Fields:
    """What went wrong."""
    return {"message": str(error), "cause": error.cause, "retry_after_s": error.retry_after_s}


def read_fault(fields: Fields) -> BackendError:
    """What went wrong, to be raised here."""
    said: Cause = fields.get("cause") or "failed"
    cause: Cause = said if said in get_args(Cause) else "failed"
    return BackendError(
        str(fields.get("message")), cause=cause, retry_after_s=fields.get("retry_after_s")
    )


def plan_fields(plan: Plan) -> Fields:
    """What a runner is made from."""
    return {
        "weights": str(plan.weights),
        "tokenizer": str(plan.tokenizer) if plan.tokenizer else None,
        "device": plan.device,
        "precision": plan.precision,
        "context_tokens": plan.context_tokens,
        "cache_bytes": plan.cache_bytes,
        "threads": plan.threads,
    }


def read_plan(fields: Fields) -> Plan:
    """What a runner is made from, again."""
    known = dict(fields)
    weights, tokenizer = known.pop("weights"), known.pop("tokenizer")
    return Plan(Path(weights), Path(tokenizer) if tokenizer else None, **known)
