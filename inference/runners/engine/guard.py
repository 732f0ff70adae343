"""Nothing of the engine outlives this process, however that ends.

vLLM runs the model in processes of its own, which go on waiting, and holding all of a
GPU's memory, when whoever started them is killed. So another process, that does nothing
else, waits for this one's end and then ends them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from importlib import import_module

_DONE = "done"
# What it is told comes line by line: processes by number and the time they were made, as numbers
# are used again. The end of that, by whatever cause, is the end of who told it.
_PROGRAM = """
import sys
import psutil
told = sys.stdin.read().split("\\n")
for line in [] if "done" in told else told:
    number, _, made = line.partition(" ")
    try:
        process = psutil.Process(int(number))
        if repr(process.create_time()) == made:
            process.kill()
    except (ValueError, psutil.Error):
        pass
"""


class Guard:
    """Ends, after this process, those that are below it now."""

    def __init__(self) -> None:
        below = import_module("psutil").Process().children(recursive=True)
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            # Whoever ends this process with all of its group is to leave that one.
            start_new_session=os.name == "posix",
            text=True,
        )
        self._tell("".join(f"{each.pid} {each.create_time()!r}\n" for each in below))

    def close(self) -> None:
        """They have ended in order."""
        self._tell(f"{_DONE}\n")
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(line)
                self._process.stdin.flush()
