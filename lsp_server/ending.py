"""How the server comes to its end: orderly if it can, and in any case soon.

Whoever starts a server may be killed, and a pipe that others hold open, too, says nothing
of that. So the editor's process is watched besides standard input, and a signal ends the
server as a message would: what runs at a backend is stopped first.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

LONGEST_S = 5.0
"""After so long the process ends, whatever still runs in it."""
LOOK_S = 1.0
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
# By Windows' documentation of OpenProcess and WaitForSingleObject.
_SYNCHRONIZE = 0x0010_0000
_FOREVER = 0xFFFF_FFFF

log = logging.getLogger(__name__)


class Ending:
    """The end of a conversation, which any thread can bring about."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nothing has ended yet."""
        self._loop = loop
        # Asked for while the editor that started us is still there.
        self.parent = os.getppid()
        self._code: asyncio.Future[int] = loop.create_future()
        self._began = False

    @property
    def code(self) -> asyncio.Future[int]:
        """The exit code, once it is known that the end has come."""
        return self._code

    def begin(self, code: int, why: str) -> None:
        """End the conversation; the first who calls this says with which exit code."""
        if self._began:
            return
        self._began = True
        log.warning("ending: %s", why)
        end_soon(code)
        try:
            self._loop.call_soon_threadsafe(self._settle, code)
        except RuntimeError:
            # The loop is closed: it has come to its end by itself.
            return

    def _settle(self, code: int) -> None:
        if not self._code.done():
            self._code.set_result(code)


def end_soon(code: int) -> None:
    """End the process in a while, whatever it does: a thread may be in the middle of anything."""

    def end() -> None:
        time.sleep(LONGEST_S)
        os._exit(code)

    Thread(target=end, name="infill-ending", daemon=True).start()


def end_at_signals(ending: Ending) -> Callable[[], None]:
    """Have signals end the conversation, a second one at once; what undoes that."""
    before: dict[int, Any] = {}

    def caught(number: int, _: object) -> None:
        signal.signal(number, lambda number, _: os._exit(128 + number))
        ending.begin(128 + number, f"signal {signal.Signals(number).name}")

    for name in _SIGNALS:
        number: int | None = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, caught)

    def undo() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return undo


def end_with_process(pid: int, ending: Ending) -> None:
    """Have the death of a process end the conversation; none, where it can't be seen from here.

    An editor outside of this container names a process that isn't in it.
    """

    def watch() -> None:
        # Zero and below name groups of processes.
        if pid > 0 and _until_gone(pid, ending.parent):
            ending.begin(0, "the process that the editor named is gone")

    Thread(target=watch, name="infill-parent", daemon=True).start()


if sys.platform == "win32":

    def _until_gone(pid: int, parent: int) -> bool:
        """Return True once the process is gone; False at once where it never was there."""
        import ctypes

        # Here a number names a process as long as a handle to it is held, ours or not.
        del parent

        kernel = ctypes.windll.kernel32
        # Nobody else gets the number as long as the handle is held.
        handle = kernel.OpenProcess(_SYNCHRONIZE, 0, pid)
        if not handle:
            return False
        kernel.WaitForSingleObject(handle, _FOREVER)
        kernel.CloseHandle(handle)
        return True

else:

    def _until_gone(pid: int, parent: int) -> bool:
        """Return True once the process is gone; False at once where it never was there."""
        is_ours = pid == parent
        if not is_ours and not _is_there(pid):
            return False
        # Who is dead but not yet buried is still there, but no longer anybody's parent.
        while os.getppid() == pid if is_ours else _is_there(pid):
            time.sleep(LOOK_S)
        return True


def _is_there(pid: int) -> bool:
    try:
        # On POSIX alone: elsewhere this would end the process.
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        # Somebody else's is there all the same; a number that is none of a process never goes.
        return True
    return True
