"""A selection becomes the prompt that a model reads, and its head stays where it was.

What the user waits for is the model reading the prompt, and what it has read before
needn't be read again as long as nothing before it changes. So a prompt is made once,
up to an anchor at the start of the cursor's line, with the suffix as it was then; what is
typed after that goes behind all of it, where the completion is expected to go on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.normalise import normalise
from inference.prompt.anchor import typed_since
from inference.prompt.assemble import finish
from inference.prompt.fitting import SnippetCounter
from inference.prompt.fresh import anchored, loose, rebuilt
from inference.prompt.heal import heal as heal_text
from inference.prompt.job import Job
from inference.prompt.late import room_at_leap, room_behind
from inference.prompt.layout import frame
from inference.prompt.nearby import is_near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import Selection
    from inference.models.spec import ModelSpec
    from inference.prompt.anchor import Anchor, Typed
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Anchoring, Prompt

__all__ = ["PackState", "SnippetCounter", "goes_on", "pack", "room_at_leap", "room_behind"]

_MAX_ANCHORS = 4


@dataclass(frozen=True, slots=True)
class PackState:
    """What lasts from one prompt to the next: the anchors of one document, newest first.

    More than one, as who goes to and fro between two places should find both prompts
    as they were.
    """

    path: str = ""
    anchors: tuple[Anchor, ...] = ()


def goes_on(
    state: PackState,
    path: str,
    prefix: str,
    suffix: str,
    *,
    tokenizer: Tokenizer,
) -> bool:
    """Whether somebody types or deletes on where a known anchor was made.

    What was selected needn't be selected anew then, even where the anchor itself has to
    move, as it does with the cursor's line if anchored in that. Takes no longer than
    comparing the texts; parses nothing.
    """
    known = state.anchors if state.path == path else ()
    return any(is_near(anchor, prefix, suffix, tokenizer) for anchor in known)


def pack(  # noqa: PLR0913 - the inputs of a pure function
    selection: Selection,
    state: PackState,
    *,
    path: str,
    spec: ModelSpec,
    tokenizer: Tokenizer,
    budget_tokens: int,
    as_ids: bool = False,
    anchoring: Anchoring = "block",
    heal: bool = False,
    is_idle: bool = False,
    repository: str = "",
) -> tuple[Prompt, PackState]:
    """The prompt for a selection, never a token over the budget, and the state to pass on.

    What doesn't fit goes in this order: snippets of the highest rank, then the
    document's lines farthest from the cursor. Whatever is cut, sentinels stay.

    Args:
        selection: what the completion should know.
        state: from the previous call; `PackState()` at first.
        path: of the current document, relative to the root.
        spec: the model that will read it.
        tokenizer: the model's own, or the estimate.
        budget_tokens: the ceiling; see `inference.prompt.budget.ceiling`.
        as_ids: whether the ids will be sent, where the tokenizer has them. Else the
            text will, and a server would read a sentinel in somebody's source as a
            control token: such snippets are left out, and the document's window is
            cut short of such a text. Cut rather than refused, as the completion is
            right with less context, and as sources about prompts are sources, too.
        anchoring: "line": the anchor moves when the cursor leaves its line; "block": it
            stays until what was typed exceeds its reserve; "off": what is typed stands
            before the hole, as in any prompt that fills one.
        heal: whether the backend will have the generated text begin with
            `Prompt.healing`.
        is_idle: whether nobody is waiting, so that the anchor may move for the better.
        repository: its name, for formats that tell it.

    Raises:
        BudgetError: the budget doesn't hold the format's sentinels and a token more.
        TokenizerError: the tokenizer lacks a control token of the format.
    """
    goes_as_ids = as_ids and tokenizer.exact and not spec.format.suffix_apart
    job = Job(
        form=spec.format,
        tokenizer=tokenizer,
        budget_tokens=budget_tokens,
        guard=None if goes_as_ids else spec.format,
        anchoring=anchoring,
        heal=heal,
        frame=frame(spec.format, path, repository),
    )
    known = state.anchors if state.path == path else ()
    place, found = _found(selection, known, job)
    near = found[0] if found else _near(selection, known, job)
    if anchoring == "off":
        prompt, anchor = loose(selection, known, job, near)
        if found and anchor.start == found[0].start:
            anchor = replace(found[0], selected=selection.snippets)
        return prompt, PackState(path, _remembered(anchor, known, place, near))
    kept = _kept(found, selection, job, is_newest=place == 0, is_idle=is_idle) if found else None
    is_brief = not (found or is_idle)
    made = kept or anchored(selection, known, job, near, is_brief=is_brief)
    if made is None:
        return loose(selection, known, job, near)[0], PackState(path, known)
    anchor, typed = made
    return _prompt(anchor, typed, job), PackState(path, _remembered(anchor, known, place, near))


def _remembered(
    anchor: Anchor, known: Sequence[Anchor], place: int, near: Anchor | None
) -> tuple[Anchor, ...]:
    """The anchors to pass on: the new one instead of the one found at `place`.

    Where there are too many, the one near by goes before those of other places.
    """
    others = [old for number, old in enumerate(known) if number != place]
    if len(others) == _MAX_ANCHORS:
        gone = next((number for number, old in enumerate(others) if old is near), -1)
        del others[gone]
    return (anchor, *others)


def _found(
    selection: Selection, known: Sequence[Anchor], job: Job
) -> tuple[int, tuple[Anchor, Typed] | None]:
    """The newest anchor that the document stands at, with its place; -1 and None without one."""
    for place, anchor in enumerate(known):
        if anchor.terms == job.terms:
            found = typed_since(anchor, selection.prefix, selection.suffix, job.tokenizer)
            if found:
                return place, found
    return -1, None


def _near(selection: Selection, known: Sequence[Anchor], job: Job) -> Anchor | None:
    """The newest anchor that would serve if its end or the cursor's line hadn't changed."""
    prefix, suffix = selection.prefix, selection.suffix
    same = (anchor for anchor in known if anchor.terms == job.terms)
    return next((one for one in same if is_near(one, prefix, suffix, job.tokenizer)), None)


def _kept(
    found: tuple[Anchor, Typed], selection: Selection, job: Job, *, is_newest: bool, is_idle: bool
) -> tuple[Anchor, Typed] | None:
    """The anchor that stays, with the files that are wanted now; None where it has to move."""
    anchor, typed = found
    is_left = job.anchoring == "line" and typed.leaves_line
    is_full = is_idle and typed.n_tokens * 2 > anchor.reserve
    if (is_left or is_full) and not job.lengthens:
        return None
    if job.smuggles(anchor.before, typed.text):
        return None
    if anchor.selected == selection.snippets:
        return found
    if not is_newest and not is_idle and set(anchor.shown) <= set(selection.snippets):
        # Somebody came back: what was chosen elsewhere since isn't missed here.
        return replace(anchor, selected=selection.snippets), typed
    again = rebuilt(anchor, typed, selection, job)
    return (again, typed) if again else None


def _prompt(anchor: Anchor, typed: Typed, job: Job) -> Prompt:
    """The anchor's head with what was typed behind it."""
    tail, healing = normalise(typed.text), ""
    if job.heal:
        kept, healing = heal_text(tail)
        fits = job.tokenizer.count(kept) <= anchor.reserve
        tail, healing = (kept, healing) if fits else (tail, "")
    return finish(
        anchor.head, tail, job.form, job.tokenizer, healing=healing, left_out=anchor.left_out
    )
