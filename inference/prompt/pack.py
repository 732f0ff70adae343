"""A selection becomes the prompt that a model reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.types import LeftOut
from inference.models.formats import fill
from inference.normalise import normalise
from inference.prompt.assemble import Piece, assemble
from inference.prompt.budget import demand, share
from inference.prompt.windows import prefix_start, suffix_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import Selection, Snippet
    from inference.models.formats import FimFormat
    from inference.models.spec import ModelSpec
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Anchoring, Prompt

_NO_ROOM = "no room in the prompt's budget"
_HOLDS_SENTINEL = "holds a control text of the model, which a prompt sent as text can't carry"


@dataclass(frozen=True, slots=True)
class PackState:
    """What lasts from one prompt to the next: where the document's window began."""

    path: str = ""
    prefix_start: int | None = None
    anchors: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class SnippetCounter:
    """A `context.types.TokenCounter`: what snippets will take in a prompt of this model."""

    tokenizer: Tokenizer
    form: FimFormat

    def text(self, text: str, /) -> int:
        """Tokens of a bare text."""
        return self.tokenizer.count(normalise(text))

    def snippet(self, path: str, text: str, /) -> int:
        """Tokens of a file's text with its header."""
        return self.tokenizer.count(_render(self.form, path, text)) + self.tokenizer.seam_tokens


def goes_on(
    state: PackState,
    path: str,
    prefix: str,
    suffix: str,
    *,
    tokenizer: Tokenizer,
    anchoring: Anchoring = "block",
) -> bool:
    """Whether the document is what a known anchor still serves: typing goes on."""
    del state, path, prefix, suffix, tokenizer, anchoring
    return False


def pack(  # noqa: PLR0913
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

    Raises:
        BudgetError: the budget doesn't hold the format's sentinels and a token more.
    """
    del anchoring, heal, is_idle, repository
    wanted = demand(
        budget_tokens,
        prefix=selection.prefix,
        suffix=selection.suffix,
        path=path,
        spec=spec,
        tokenizer=tokenizer,
    )
    guard = spec.format if not (as_ids and tokenizer.exact) else None
    counter = SnippetCounter(tokenizer, spec.format)
    snippets, used, left_out = _fit(selection.snippets, wanted.repository, counter, guard)
    shares = share(wanted, used)
    held = state.prefix_start if state.path == path else None
    start = prefix_start(selection.prefix, shares.prefix, counter.text, held)
    end = suffix_end(selection.suffix, shares.suffix, counter.text)
    prefix, suffix = normalise(selection.prefix[start:]), normalise(selection.suffix[:end])
    if guard is not None:
        prefix, suffix = _after_sentinels(prefix, guard), _before_sentinels(suffix, guard)
    pieces = _pieces(spec.format, snippets, wanted.header, prefix, suffix)
    prompt = assemble(pieces, spec.format, tokenizer, left_out)
    return prompt, PackState(path, start)


def _fit(
    snippets: Sequence[Snippet], room: int, counter: SnippetCounter, guard: FimFormat | None
) -> tuple[list[Snippet], int, tuple[LeftOut, ...]]:
    """The snippets that fit, in their order, what they take, and what was left out."""
    kept: list[tuple[Snippet, int]] = []
    left_out: list[LeftOut] = []
    for snippet in snippets:
        if guard and (guard.holds_sentinel(snippet.text) or guard.holds_sentinel(snippet.path)):
            left_out.append(LeftOut(snippet.path, _HOLDS_SENTINEL))
        else:
            kept.append((snippet, counter.snippet(snippet.path, snippet.text)))
    used = sum(cost for _, cost in kept)
    while used > room:
        worst = max(kept, key=lambda entry: (entry[0].rank, entry[0].path))
        kept.remove(worst)
        left_out.append(LeftOut(worst[0].path, _NO_ROOM))
        used -= worst[1]
    return [snippet for snippet, _ in kept], used, tuple(left_out)


def _pieces(
    form: FimFormat, snippets: list[Snippet], header: str, prefix: str, suffix: str
) -> list[Piece]:
    """The prompt's stretches in the order of the format."""
    files = [Piece("snippet", one.path, _render(form, one.path, one.text)) for one in snippets]
    slots: dict[str, list[Piece]] = {
        "start": [],
        "files": files,
        "header": [Piece("prefix", "", header)],
        "prefix": [Piece("prefix", "", prefix)],
        "suffix": [Piece("suffix", "", suffix)],
    }
    return [
        piece
        for item in form.layout
        for piece in (slots[item] if isinstance(item, str) else [Piece(None, "", item.text)])
    ]


def _after_sentinels(prefix: str, form: FimFormat) -> str:
    """What follows the last control text, from the next line on unless the cursor is on it."""
    ends = [prefix.rfind(mark) + len(mark) for mark in form.reserved if mark in prefix]
    if not ends:
        return prefix
    border = prefix.find("\n", max(ends)) + 1
    return prefix[border or max(ends) :]


def _before_sentinels(suffix: str, form: FimFormat) -> str:
    """What precedes the first control text, up to the line before unless the cursor is on it."""
    starts = [suffix.find(mark) for mark in form.reserved if mark in suffix]
    if not starts:
        return suffix
    border = suffix.rfind("\n", 0, min(starts)) + 1
    return suffix[: border or min(starts)]


def _render(form: FimFormat, path: str, text: str) -> str:
    body = normalise(text)
    written = fill(form.file, normalise(path))
    header = "".join(item for item in written if isinstance(item, str))
    return header + body + ("" if body.endswith("\n") else "\n")
