"""Results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
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
    """Tell the user something that is not the result; nobody there to hear it is no error."""
    with suppress(OSError):
        print(f"infill: {message}", file=sys.stderr, flush=True)


def report_error(error: CommandError, *, as_json: bool) -> None:
    """Say why a command ends without success."""
    note(str(error))
    if as_json and not isinstance(error, NothingToOffer):
        # That standard output takes nothing may be the very error.
        with suppress(OSError):
            cause = {"cause": error.cause} if error.cause else {}
            print_json({"error": {"kind": error.kind, "message": str(error), **cause}})


def stand_in_for_closed_streams() -> None:
    """Put the null device where the caller closed one of the three standard streams.

    Python holds None for such a stream, and its descriptor would go to the next file
    opened, the index for example, for others to write their complaints into. Input
    stays None, so that a command that wants some can say that there is none.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(descriptor, True)  # noqa: FBT003 - it takes no keywords
            if name != "stdin":
                setattr(sys, name, os.fdopen(descriptor, "w", encoding="utf-8"))


def drop_unwritable() -> None:
    """Forget output that can't be written, so that the interpreter doesn't complain at its end.

    Whoever read it has gone, or the disk is full.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
