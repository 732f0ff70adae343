"""Results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from lsp_server.errors import NothingToOffer

if TYPE_CHECKING:
    from lsp_server.errors import CommandError


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object; readable by a person, in ASCII so that any terminal takes it."""
    print(json.dumps(value, indent=2), flush=True)


def print_text(text: str, *, end: str = "\n") -> None:
    """Print a result in UTF-8 whatever the terminal's own encoding; lone surrogates survive."""
    sys.stdout.flush()
    sys.stdout.buffer.write((text + end).encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def note(message: str) -> None:
    """Tell the user something that is not the result."""
    print(f"infill: {message}", file=sys.stderr)


def report_error(error: CommandError, *, as_json: bool) -> None:
    """Say why a command ends without success."""
    note(str(error))
    if as_json and not isinstance(error, NothingToOffer):
        print_json({"error": {"kind": error.kind, "message": str(error)}})
