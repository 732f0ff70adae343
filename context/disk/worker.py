"""A worker's life: batches of paths in, what is in the files out.

Imports no more than that takes, as each worker imports it all anew: a third of its start.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from context.disk.examine import Task, examine
from context.facts import FileFacts


def serve() -> None:
    """Answer batches, a line each, until the pipe closes."""
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        root, batch = json.loads(line)
        rows = [_answer(Path(root), path, known) for path, known in batch]
        out.write(json.dumps(rows).encode() + b"\n")
        out.flush()


def _answer(root: Path, path: str, known: str | None) -> list[str]:
    """`[reason, *fields of its facts]`.

    An empty reason for a file that is kept; no fields where there are no facts, or those of
    the text whose digest is `known`.
    """
    before = FileFacts(path, "", known) if known else None
    record = examine(root, Task(path, 0, 0, before))
    facts = record.facts
    if facts is None or facts is before:
        return [record.reason]
    return [record.reason, *facts.fields()]
