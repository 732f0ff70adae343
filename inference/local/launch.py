"""Starts the process that holds a model.

With an interpreter that may be another one than ours, so that nothing of our
environment's packages may be seen there: our own two packages are put in place by
their files, not by a folder on the import path. Nothing of the workspace is ever on
that path: `-P`, no `PYTHON...` variables, and a folder of our own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread, Timer
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.local.frames import FrameError, parse_line
from inference.local.messages import read_fault

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOME = Path(__file__).resolve().parents[2]
_PROGRAM = """
import importlib.util, sys
for name in ("context", "inference"):
    folder = sys.argv[1] + "/" + name
    spec = importlib.util.spec_from_file_location(
        name, folder + "/__init__.py", submodule_search_locations=[folder])
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
from inference.local.host import main
main()
"""
# Set for the libraries: a model is read from this disk, and nobody is told of it.
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "PYTHONSAFEPATH": "1",
}
# Threads that wait for each other sleep meanwhile, unless the user has them spin: the first is
# GNU's name for that, the second Intel's and LLVM's. Two threads on two cores that others use,
# too: 400 small operations took 17 ms instead of 27 to 578 (one time in ten 48 instead of 1,700
# to 2,000), and 100 matrices of 16 MB 145 ms instead of 160; in the quietest twentieth 13 instead
# of 16 to 23 and 120 instead of 106 to 125. With Intel's library both ways were alike.
_PATIENT = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}
# Until the process can be connected to; the model isn't loaded yet then.
_START_S = 60.0
_LOG_MODE = 0o600
_MOST_READ = 20_000


class Started:
    """A process that was started from here, and what became of it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._over = Event()
        # It outlives this process where others use it, too: so it isn't waited for at the end,
        # but while this process lives somebody must take note of its end.
        Thread(target=self._wait, name="infill-model-exit", daemon=True).start()

    def exit_code(self, patience_s: float) -> int | None:
        """How it ended, negative for a signal; None where it hasn't after so long."""
        self._over.wait(patience_s)
        return self._process.returncode

    def _wait(self) -> None:
        self._process.wait()
        self._over.set()


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """What the process may know of ours: not where to look for modules, nor our settings."""
    hidden = ("PYTHON", "INFILL_", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in variables.items() if not name.startswith(hidden)}
    return _PATIENT | kept | _QUIET


def start(python: str, parameters: dict[str, Any], log: Path) -> Started:
    """The process, which can be connected to when this returns; takes some 0.1 s.

    Args:
        python: the interpreter; empty for this one.
        parameters: for `inference.local.host.main`.
        log: where its libraries' words go, newly begun.

    Raises:
        BackendError: the interpreter isn't there, is too old or lacks a library.
    """
    python = str(Path(python).expanduser()) if python else sys.executable
    process = _spawned(python, log)
    timer = Timer(_START_S, process.kill)
    timer.start()
    try:
        line = _exchange(process, parameters)
    finally:
        timer.cancel()
    started = Started(process)
    try:
        answer = parse_line(line)
    except FrameError:
        raise BackendError(_stillborn(python, started, log), cause="died") from None
    if "refused" in answer:
        started.exit_code(_START_S)
        raise read_fault(answer["refused"])
    return started


def _spawned(python: str, log: Path) -> subprocess.Popen[bytes]:
    with suppress(OSError):
        log.replace(log.with_suffix(".previous.log"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    opened = os.open(log, flags, _LOG_MODE)
    try:
        return subprocess.Popen(  # noqa: S603 - the user's interpreter, our program
            [python, "-P", "-X", "utf8", "-c", _PROGRAM, str(_HOME)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=opened,
            cwd=log.parent,
            env=environment(os.environ),
            # What a terminal sends to whoever runs there mustn't end it for other windows.
            start_new_session=os.name == "posix",
            creationflags=_windows_flags(),
        )
    except OSError as error:
        raise BackendError(
            f"{python} can't be started ({error.strerror}); set `local.python` to an interpreter"
        ) from error
    finally:
        os.close(opened)


def _windows_flags() -> int:
    names = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW")
    return sum(getattr(subprocess, name, 0) for name in names)


def _exchange(process: subprocess.Popen[bytes], parameters: dict[str, Any]) -> bytes:
    """What it says first; empty where it has died."""
    if process.stdin is None or process.stdout is None:
        return b""
    with process.stdout as answers:
        with suppress(OSError), process.stdin as questions:
            questions.write(json.dumps(parameters).encode("ascii") + b"\n")
        return answers.readline()


def _stillborn(python: str, started: Started, log: Path) -> str:
    """Why there is no process that says anything."""
    said = end_of(log)
    if "-P" in said and "nknown option" in said:
        return f"{python} is older than Python 3.11; set `local.python` to a newer one"
    code = started.exit_code(_START_S)
    return f"{python} ended with exit code {code} before it could load a model; see {log}"


def end_of(log: Path) -> str:
    """The last that was written there; empty where nothing was."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _MOST_READ))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
