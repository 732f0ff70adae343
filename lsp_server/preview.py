"""What would be sent for a place, and why: `infill context` and `infill/context`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from context.selection.select import SelectState
from context.types import Selection
from inference.prompt.pack import PackState
from inference.types import Prompt
from lsp_server.preparation import Prepared, prepare
from lsp_server.workspace import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.types import Snapshot, Snippet
    from inference.types import PromptPart, Role
    from lsp_server.workspace import Workspace

Json = dict[str, Any]

_NOTHING = Prepared(
    Selection("", "", (), None, ()),
    Prompt("", None, 0, (), ()),
    Remembered(SelectState(), PackState()),
    context_ms=0.0,
    pack_ms=0.0,
)


def preview(
    workspace: Workspace, snapshot: Snapshot, budget_tokens: int | None = None
) -> tuple[Json, Remembered | None]:
    """The JSON object of `infill/context`, and what the next request in the file should know.

    It shows the prompt that a completion would now be asked with, after those before it in
    the file; or none, and as `refusal` why, where the document must not be sent to where
    the backend is. Reads files and may load a tokenizer, so not on the event loop.

    Raises:
        BudgetError: the budget doesn't even hold the format's sentinels.
        TokenizerError: the tokenizer can't be read, or doesn't fit the model.
    """
    refusal = workspace.refusal(snapshot)
    if refusal is not None:
        return described(workspace, _NOTHING, budget_tokens) | {"refusal": refusal}, None
    made = prepare(workspace, snapshot, workspace.memory_of(snapshot.path), budget_tokens)
    return described(workspace, made, budget_tokens), made.remembered


def described(workspace: Workspace, made: Prepared, budget_tokens: int | None) -> Json:
    """The JSON object of a prompt."""
    prompt = made.prompt
    return {
        "budget": budget_tokens or workspace.settings.context.budget_tokens,
        "tokens": prompt.n_tokens,
        "tokenizer": workspace.tokenizer().name,
        "model": workspace.spec.name,
        "prefix_tokens": _tokens(made, "prefix"),
        "suffix_tokens": _tokens(made, "suffix"),
        "typed_tokens": _tokens(made, "typed"),
        "healing": prompt.healing,
        "files": [_file(part, snippet) for part, snippet in packed(made)],
        "left_out": _left_out(made),
        "refusal": None,
        "prompt": prompt.bos + prompt.text,
        "prompt_suffix": prompt.suffix,
        "prompt_ids": list(prompt.token_ids) if prompt.token_ids is not None else None,
        "timings_ms": {"context": round(made.context_ms, 3), "pack": round(made.pack_ms, 3)},
    }


def packed(made: Prepared) -> Iterator[tuple[PromptPart, Snippet | None]]:
    """The snippets that were packed, in prompt order, each with its part of the prompt.

    Of a path that stands twice, the parts belong to its snippets in their order.
    """
    chosen = list(made.selection.snippets)
    for part in made.prompt.parts:
        if part.role == "snippet":
            place = next((at for at, one in enumerate(chosen) if one.path == part.path), None)
            yield part, None if place is None else chosen.pop(place)


def _tokens(made: Prepared, role: Role) -> int:
    return sum(part.n_tokens for part in made.prompt.parts if part.role == role)


def _file(part: PromptPart, snippet: Snippet | None) -> Json:
    """A file in the prompt; what is known of it no longer, where it wasn't chosen anew."""
    return {
        "path": part.path,
        "tokens": part.n_tokens,
        "form": snippet.form if snippet else "excerpt",
        "reason": snippet.reason if snippet else "stands in the prompt's head since before",
        "depth": snippet.depth if snippet else None,
        "rank": snippet.rank if snippet else 0,
    }


def _left_out(made: Prepared) -> list[dict[str, str]]:
    left_out = (*made.selection.left_out, *made.prompt.left_out)
    return [{"path": item.path, "reason": item.reason} for item in left_out]
