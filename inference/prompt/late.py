"""Files that stand behind the frozen suffix, as they came while somebody worked in one place.

In front of the document they would move all of it, which the model had to read again;
behind the suffix, they alone are read. At another place, too, what is missing comes there
as long as there is room, and the front stays; else all is chosen and put in front anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.types import Behind
from inference.prompt.anchor import typed_since
from inference.prompt.fitting import Fitted, fit
from inference.prompt.nearby import is_near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import Snippet
    from inference.prompt.anchor import Anchor, Typed
    from inference.prompt.job import Job
    from inference.prompt.pack import PackState
    from inference.tokens.tokenizer import Tokenizer


class Files(NamedTuple):
    """The files of a prompt, in front of the document and behind it."""

    front: Fitted
    late: Fitted = Fitted((), 0, ())
    n_joint: int = 0

    @property
    def n_late(self) -> int:
        """What those behind the document take, a line end before them counted."""
        return self.late.n_tokens + self.n_joint

    @property
    def shown(self) -> tuple[Snippet, ...]:
        """All of them, in their order."""
        return (*self.front.snippets, *self.late.snippets)


def room_behind(
    state: PackState,
    snippets: Sequence[Snippet],
    path: str,
    prefix: str,
    suffix: str,
    *,
    tokenizer: Tokenizer,
) -> Behind | None:
    """What may come behind the document where somebody types on.

    None where no prompt stands, where its format has no place for that, or where these
    snippets, the last that were selected, don't begin with those in its front.
    """
    known = state.anchors if state.path == path else ()
    anchor = next((one for one in known if is_near(one, prefix, suffix, tokenizer)), None)
    if anchor is None or not anchor.demand.late or late_of(anchor, snippets) is None:
        return None
    found = typed_since(anchor, prefix, suffix, tokenizer)
    n_typed = found[1].n_tokens if found else 0
    return Behind(len(anchor.front), late_tokens(anchor, n_typed, tokenizer))


def room_at_leap(
    state: PackState, snippets: Sequence[Snippet], path: str, late_tokens: int
) -> Behind | None:
    """What may come behind the document at another place of it, so that its front can stay.

    None where the last prompt had another front, or its format has no place for that.
    """
    anchor = state.anchors[0] if state.path == path and state.anchors else None
    if anchor is None or not late_tokens or not anchor.front or late_of(anchor, snippets) is None:
        return None
    return Behind(len(anchor.front), late_tokens)


def late_of(anchor: Anchor, snippets: Sequence[Snippet]) -> Sequence[Snippet] | None:
    """Those of the snippets that stand behind the document; None where others are in front."""
    n_front = len(anchor.front)
    return snippets[n_front:] if tuple(snippets[:n_front]) == anchor.front else None


def late_tokens(anchor: Anchor, n_typed: int, tokenizer: Tokenizer) -> int:
    """What files may take behind the document of this anchor, all together."""
    demand = anchor.demand
    n_used = anchor.n_window + anchor.n_front + _joint(tokenizer)
    n_kept = max(demand.reserve, n_typed + demand.reserve // 2)
    return max(0, demand.whole - n_used - n_kept)


def again(anchor: Anchor, typed: Typed, snippets: Sequence[Snippet], job: Job) -> Files | None:
    """The files of this anchor, those that are new behind it; None where that can't be."""
    late = late_of(anchor, snippets) if anchor.demand.late else None
    if not late:
        return None
    room = late_tokens(anchor, typed.n_tokens, job.tokenizer)
    behind = fit(late, room, job.counter, job.guard)
    if behind.lacks_room:
        return None
    front = fit(anchor.front, anchor.n_front, job.counter, job.guard)
    return Files(front, behind, _joint(job.tokenizer))


def anew(
    near: Anchor | None, snippets: Sequence[Snippet], room: int, late_room: int, job: Job
) -> Files:
    """The files of a new anchor: in front but for those that come behind the last one's front."""
    late = late_of(near, snippets) if near and late_room else None
    if near and late:
        front = fit(near.front, room, job.counter, job.guard)
        n_joint = _joint(job.tokenizer)
        # Those that stood there already may take some of the windows' room, as they did.
        lent = room - front.n_tokens if set(late) <= set(near.shown) else 0
        left = lent + late_room - n_joint
        behind = fit(late, left, job.counter, job.guard)
        if not behind.lacks_room:
            return Files(front, behind, n_joint)
    return Files(fit(snippets, room, job.counter, job.guard))


def _joint(tokenizer: Tokenizer) -> int:
    """What a line end between suffix and file may take."""
    return 1 + tokenizer.seam_tokens
