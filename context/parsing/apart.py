"""Facts from parsers that aren't ours, read in a process apart.

A parser of somebody's pack may loop for ever or crash, on one text in a thousand, and
nothing in its own process could stop it: it holds the interpreter's lock. So one child
does such parsing for this process, with a deadline kept by a watchdog that needs no
lock. A language whose parser has brought the child down is left alone from then on.
"""

from __future__ import annotations

import faulthandler
import json
import subprocess
import sys
from pathlib import Path
from threading import Lock

from context.facts import FileFacts
from context.parsing.pack import facts_here, grammar, may_serve

# How much longer than reading a text loading its parser may take, from a disk that is asleep.
_LOADING = 5
_PACKAGE = Path(__file__).resolve().parents[1]
_BOOT = (
    "import sys; sys.path.extend(sys.argv[2:]);"
    "from context.parsing.apart import serve; serve(sys.argv[1])"
)


class Apart:
    """The child process and what is known of its languages. Safe to call from any thread.

    It starts with the first text and ends with this process, whose end closes its pipe.
    A text gets `deadline_s`.
    """

    def __init__(self, deadline_s: float = 2.0) -> None:
        self._deadline_s = deadline_s
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._refused: set[str] = set()

    def facts(self, path: str, language: str, text: str) -> FileFacts | None:
        """The facts of a text; None where no installed pack can tell them."""
        if language in self._refused or not may_serve(language):
            return None
        with self._lock:
            try:
                fields = self._ask([path, language, text])
            except (OSError, ValueError):
                self.close()
                fields = None
            if fields is None:
                self._refused.add(language)
        return FileFacts(path, *fields) if fields is not None else None

    def _ask(self, question: list[str]) -> list[str] | None:
        """The child's answer; raises ValueError where it has died over the question."""
        if self._child is None:
            self._child = _start(self._deadline_s)
        pipe_in, pipe_out = self._child.stdin, self._child.stdout
        if pipe_in is None or pipe_out is None:
            raise OSError("the child has no pipes")
        pipe_in.write(json.dumps(question).encode() + b"\n")
        pipe_in.flush()
        fields: list[str] | None = json.loads(pipe_out.readline())
        return fields

    def close(self) -> None:
        """End the child; another starts when one is needed."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


def _start(deadline_s: float) -> subprocess.Popen[bytes]:
    places = [place for place in sys.path if place and Path(place).is_absolute()]
    return subprocess.Popen(  # noqa: S603 -- our own interpreter, our own code
        [sys.executable, "-P", "-E", "-c", _BOOT, str(deadline_s), str(_PACKAGE.parent), *places],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_PACKAGE,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


APART = Apart()


def serve(deadline_s: str) -> None:
    """The child's life: a text in, its facts' fields out, a line each, until the pipe closes."""
    out, limit = sys.stdout.buffer, float(deadline_s)
    for line in sys.stdin.buffer:
        path, language, text = json.loads(line)
        faulthandler.dump_traceback_later(_LOADING * limit, exit=True)
        found = grammar(language)
        faulthandler.dump_traceback_later(limit, exit=True)
        facts = facts_here(path, language, text, found) if found is not None else None
        faulthandler.cancel_dump_traceback_later()
        fields = facts.fields() if facts is not None else None
        out.write(json.dumps(fields).encode() + b"\n")
        out.flush()
