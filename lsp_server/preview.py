"""What would be sent for a place, and why: `infill context` and `infill/context`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.preparation import Prepared, prepare

if TYPE_CHECKING:
    from context.types import Snapshot
    from lsp_server.workspace import Workspace


def preview(
    workspace: Workspace, snapshot: Snapshot, budget_tokens: int | None = None
) -> dict[str, Any]:
    """The JSON object of the command and the request.

    Raises:
        BudgetError: the budget doesn't even hold the format's sentinels.
    """
    made = prepare(workspace, snapshot, workspace.memory_of(snapshot.path), budget_tokens)
    prompt = made.prompt
    return {
        "budget": budget_tokens or workspace.settings.context.budget_tokens,
        "tokens": prompt.n_tokens,
        "tokenizer": workspace.tokenizer().name,
        "model": workspace.spec.name,
        "prefix_tokens": _tokens(made, "prefix"),
        "suffix_tokens": _tokens(made, "suffix"),
        "files": _files(made),
        "left_out": _left_out(made),
        "prompt": prompt.bos + prompt.text,
        "prompt_ids": list(prompt.token_ids) if prompt.token_ids is not None else None,
        "timings_ms": {"context": round(made.context_ms, 3), "pack": round(made.pack_ms, 3)},
    }


def _tokens(made: Prepared, role: str) -> int:
    return sum(part.n_tokens for part in made.prompt.parts if part.role == role)


def _files(made: Prepared) -> list[dict[str, Any]]:
    """The snippets that were packed, in prompt order."""
    parts = [part for part in made.prompt.parts if part.role == "snippet"]
    packed = {part.path for part in parts}
    kept = [snippet for snippet in made.selection.snippets if snippet.path in packed]
    return [
        {
            "path": snippet.path,
            "tokens": part.n_tokens,
            "form": snippet.form,
            "reason": snippet.reason,
            "depth": snippet.depth,
            "rank": snippet.rank,
        }
        for snippet, part in zip(kept, parts, strict=True)
    ]


def _left_out(made: Prepared) -> list[dict[str, str]]:
    left_out = (*made.selection.left_out, *made.prompt.left_out)
    return [{"path": item.path, "reason": item.reason} for item in left_out]
