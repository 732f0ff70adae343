"""`infill models`: the models and prompt formats known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference.models import FORMATS, known_models
from lsp_server.commands.output import print_json, print_text

if TYPE_CHECKING:
    import argparse

    from inference.models import ModelSpec


def run(options: argparse.Namespace) -> None:
    """Print the table of models."""
    specs = known_models()
    if options.json:
        print_json({"models": [_entry(spec) for spec in specs], "formats": list(FORMATS)})
    else:
        print_text(_readable(specs))


def _entry(spec: ModelSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "aliases": list(spec.names[1:]),
        "format": spec.format.name,
        "fim": spec.has_fim,
        "context_tokens": spec.context_tokens,
        "licence": spec.licence,
        "note": spec.note,
    }


def _readable(specs: tuple[ModelSpec, ...]) -> str:
    width = max(len(spec.name) for spec in specs)
    lines = [
        f"{spec.name:<{width}}  {'FIM' if spec.has_fim else '-':<3}  "
        f"{spec.context_tokens:>7} tokens  {spec.format.name:<18}  {spec.note}".rstrip()
        for spec in specs
    ]
    return "\n".join([*lines, f"formats: {', '.join(FORMATS)}"])
