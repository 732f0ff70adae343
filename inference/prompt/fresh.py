"""Windows chosen and a head assembled anew: with an anchor, without one, or with other files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.normalise import normalise
from inference.prompt.anchor import Anchor, Typed, held_end, starts
from inference.prompt.assemble import assemble, finish
from inference.prompt.budget import demand, share
from inference.prompt.closers import closing
from inference.prompt.fitting import fit
from inference.prompt.heal import heal
from inference.prompt.late import Files, again, anew, late_of
from inference.prompt.layout import pieces
from inference.prompt.nearby import edits_line
from inference.prompt.windows import after_marks, before_marks, prefix_start, reach, suffix_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import Selection
    from inference.prompt.assemble import Head
    from inference.prompt.budget import Demand, Shares
    from inference.prompt.job import Job
    from inference.prompt.layout import Frame
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Prompt


@dataclass(frozen=True, slots=True)
class _Windows:
    """What a prompt shows of the document, as the editor has it."""

    before: str
    behind: str

    def count(self, tokenizer: Tokenizer) -> int:
        """The tokens of both."""
        return sum(tokenizer.count(normalise(text)) for text in (self.before, self.behind))


def anchored(
    selection: Selection,
    known: Sequence[Anchor],
    job: Job,
    near: Anchor | None = None,
    *,
    is_brief: bool = False,
) -> tuple[Anchor, Typed] | None:
    """A new anchor at the start of the cursor's line, and the line up to the cursor.

    Where it takes the place of a `near` one, files keep their room. If it `is_brief` and
    only the cursor's line changed, as it does with each character that is deleted
    forward, the suffix is a short one where it alone is read anew each time.

    None where the budget has no room for a reserve, or the line holds a control text
    that a prompt sent as text can't carry.
    """
    wanted = _demand(selection, job)
    if wanted.reserve == 0:
        return None
    spot = _spot(selection.prefix, wanted.reserve, job.tokenizer)
    typed = selection.prefix[spot:]
    room = max(wanted.repository, _kept_room(near, selection))
    last = near or next((one for one in known if one.terms == job.terms and one.front), None)
    files = anew(last, selection.snippets, room, wanted.late, job)
    prefix, suffix = selection.prefix, selection.suffix
    is_brief = is_brief and near is not None and edits_line(near, prefix, suffix, job.tokenizer)
    n_typed, n_closers = job.counter.text(typed), closing(suffix, typed)
    n_lent = max(0, n_typed - wanted.kept) + max(0, files.n_late - wanted.late)
    n_front = files.front.n_tokens
    shares = share(wanted, n_front, is_brief=is_brief and job.suffix_follows)
    shares = replace(shares, prefix=max(0, shares.prefix - n_lent))
    seen = suffix[n_closers:]
    windows = _windows(prefix[:spot], seen, shares, known, job)
    if job.smuggles(windows.before, typed):
        return None
    anchor = _anchor(replace(selection, suffix=seen), spot, windows, wanted, job)
    return _with(anchor, selection, files, job), Typed(typed, n_typed, n_closers)


def rebuilt(anchor: Anchor, typed: Typed, selection: Selection, job: Job) -> Anchor | None:
    """The anchor with the snippets of this selection; None where they need smaller windows."""
    files = again(anchor, typed, selection.snippets, job)
    if files is None:
        room = anchor.room - max(0, typed.n_tokens - anchor.demand.kept)
        files = Files(fit(selection.snippets, room, job.counter, job.guard))
    return None if files.front.lacks_room else _with(anchor, selection, files, job)


def _with(anchor: Anchor, selection: Selection, files: Files, job: Job) -> Anchor:
    """The anchor with these files in its head, and what is left then for what is typed."""
    n_late = len(files.late.snippets) + len(files.late.left_out)
    n_used = anchor.n_window + files.front.n_tokens + files.n_late
    return replace(
        anchor,
        reserve=anchor.demand.reserve_beside(n_used),
        n_front=files.front.n_tokens,
        selected=selection.snippets,
        front=selection.snippets[: len(selection.snippets) - n_late],
        shown=files.shown,
        left_out=(*files.front.left_out, *files.late.left_out),
        head=_head(_Windows(anchor.before, anchor.behind), files, anchor.demand.frame, job),
    )


def loose(
    selection: Selection, known: Sequence[Anchor], job: Job, near: Anchor | None = None
) -> tuple[Prompt, Anchor]:
    """The prompt with the cursor at its hole, and by what its document is recognised.

    Near an anchor the files keep the room that they had.
    """
    job = replace(job, anchoring="off")
    wanted = _demand(selection, job)
    room = max(wanted.repository, _kept_room(near, selection))
    fitted = fit(selection.snippets, room, job.counter, job.guard)
    shares = share(wanted, fitted.n_tokens)
    windows = _windows(selection.prefix, selection.suffix, shares, known, job)
    cut, healing = _healed(windows, job)
    head = _head(cut, Files(fitted), wanted.frame, job)
    prompt = finish(head, "", job.form, job.tokenizer, healing=healing, left_out=fitted.left_out)
    return prompt, _anchor(selection, len(selection.prefix), windows, wanted, job)


def _kept_room(near: Anchor | None, selection: Selection) -> int:
    """What an anchor's files had, where they are still the ones that are wanted."""
    is_same = near is not None and late_of(near, selection.snippets) is not None
    return near.room if near and is_same else 0


def _demand(selection: Selection, job: Job) -> Demand:
    return demand(
        job.budget_tokens,
        prefix=selection.prefix,
        suffix=selection.suffix,
        around=job.frame,
        form=job.form,
        tokenizer=job.tokenizer,
        anchoring=job.anchoring,
    )


def _spot(prefix: str, reserve: int, tokenizer: Tokenizer) -> int:
    """Where the anchor goes: before the cursor's line, or in it where it is too long."""
    line = prefix.rfind("\n") + 1
    text = prefix[line:]
    if len(text) <= reach(reserve) and tokenizer.count(normalise(text)) <= reserve:
        return line
    _, started = heal(text[-reach(reserve) :])
    is_word = tokenizer.count(normalise(started)) <= reserve
    return len(prefix) - (len(started) if is_word else 0)


def _windows(
    prefix: str, suffix: str, shares: Shares, known: Sequence[Anchor], job: Job
) -> _Windows:
    count = job.counter.text
    start = prefix_start(prefix, shares.prefix, count, starts(known, prefix))
    end = suffix_end(suffix, shares.suffix, count, held_end(known, suffix))
    before, behind = prefix[start:], suffix[:end]
    if job.guard is None:
        return _Windows(before, behind)
    reserved = job.guard.reserved
    return _Windows(after_marks(before, reserved), before_marks(behind, reserved))


def _anchor(selection: Selection, spot: int, windows: _Windows, wanted: Demand, job: Job) -> Anchor:
    before, behind = windows.before, windows.behind
    closes = len(behind) == len(selection.suffix)
    return Anchor(
        terms=job.terms,
        end=spot,
        before=before,
        behind=behind,
        opens=len(before) == spot,
        closes=closes,
        is_blind=not job.form.has_fim or not (behind or closes),
        reserve=wanted.most,
        demand=wanted,
        n_window=windows.count(job.tokenizer),
        selected=selection.snippets,
    )


def _head(windows: _Windows, files: Files, around: Frame, job: Job) -> Head:
    before, behind = normalise(windows.before), normalise(windows.behind)
    front, late = files.front.snippets, files.late.snippets
    found = pieces(job.form, around, front, before, behind, late)
    return assemble(found, job.form, job.tokenizer)


def _healed(windows: _Windows, job: Job) -> tuple[_Windows, str]:
    """The windows with the prefix up to where a token surely ends, and the rest of it."""
    before = normalise(windows.before)
    kept, healing = heal(before) if job.heal else (before, "")
    count = job.tokenizer.count
    if not healing or count(kept) > count(before):
        return windows, ""
    return replace(windows, before=kept), healing
