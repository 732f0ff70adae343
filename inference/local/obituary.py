"""Why a process ended, in words for the user."""

from __future__ import annotations

import re
import signal

_MOST_QUOTED = 160
_KILLED = 9
# Lines by which libraries take their leave; anything else in a log may quote what they were given.
_TELLING = re.compile(
    r"fatal python error|terminate called|what\(\):|assert|out of memory|segmentation fault"
    r"|cuda error|bad_alloc|(?:runtime|memory|os|import)error\b",
    re.IGNORECASE,
)
_OUR_OWN = {70: "as the library that runs the model gave up", 3: "as a library is missing"}


def obituary(exit_code: int | None, log: str) -> str:
    """How it ended, to stand behind "the process ended"; with what its log last said of that.

    Args:
        exit_code: negative for a signal; None where only another process can know.
        log: the end of what its libraries printed.
    """
    said = last_words(log)
    return _how(exit_code) + (f" (its log says: {said})" if said else "")


def last_words(log: str) -> str:
    """The last line that tells of an end; empty where none does."""
    for line in reversed(log.splitlines()):
        if _TELLING.search(line):
            printable = "".join(sign for sign in line.strip() if sign.isprintable())
            return printable[:_MOST_QUOTED]
    return ""


def _how(exit_code: int | None) -> str:
    if exit_code is None:
        return "without a word"
    if exit_code >= 0:
        return _OUR_OWN.get(exit_code, f"with exit code {exit_code}")
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    if exit_code == -_KILLED:
        return f"by {name}, as systems do when memory runs out"
    return f"by {name}"
