"""What Infill runs on: the interpreter, optional libraries, the machine, the index on disk."""

from __future__ import annotations

import platform
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from context.disk import shelf
from context.disk.lock import ProcessLock
from context.disk.store import SCHEMA
from inference.machine import look
from inference.machine.values import in_words
from lsp_server import launch
from lsp_server.doctor.findings import error, ok, warning

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.doctor.findings import Finding
    from lsp_server.settings import Settings

_OLDEST, _NEWEST = (3, 11), (3, 14)
# What each extra brings, by the name that is imported.
_EXTRAS = {"lite": ("torch", "transformers"), "gguf": ("llama_cpp",), "vllm": ("vllm",)}
_WANTED_BY = {"lite": ("lite", "gguf"), "vllm": ("vllm",)}
_LOOK = (
    "import sys, importlib.util as u; print(*(m for m in sys.argv[1:] if u.find_spec(m) is None))"
)
_PATIENCE_S = 60.0
_MB = 1_000_000
# With less free than this a model of the size of Lite in 4 bits doesn't fit.
_SCARCE_BYTES = 1_000_000_000


def python() -> Finding:
    """The interpreter that runs Infill."""
    found = f"Python {platform.python_version()} at {sys.executable}"
    if not _OLDEST <= sys.version_info[:2] <= _NEWEST:
        return warning("python", found, "Infill is tested with Python 3.11 to 3.14; take one")
    return ok("python", found)


def extras(settings: Settings) -> Finding:
    """The libraries that models on this machine want, where the settings say they are."""
    interpreter = settings.local.python or sys.executable
    wanted = sorted({name for names in _EXTRAS.values() for name in names})
    missing = _missing(interpreter, wanted)
    if missing is None:
        remedy = "set `local.python` to a Python interpreter that runs"
        return error("extras", f"{interpreter} can't be run", remedy)
    there = [name for name, names in _EXTRAS.items() if not missing.intersection(names)]
    found = f"{', '.join(there) or 'none of lite, gguf, vllm'} at {interpreter}"
    needed = _WANTED_BY.get(settings.backend, ())
    if needed and not set(needed).intersection(there):
        extra = " or ".join(f"infill-ls[{name}]" for name in needed)
        return error(
            "extras",
            f"the backend {settings.backend} wants {' or '.join(needed)}; there is {found}",
            f"install {extra}, or set `local.python` to an interpreter that has it",
        )
    return ok("extras", found)


def _missing(interpreter: str, modules: list[str]) -> set[str] | None:
    """Which of the modules it hasn't, none of them imported; None where it doesn't run."""
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that the user's settings name
            [interpreter, "-P", "-c", _LOOK, *modules],
            capture_output=True,
            encoding="utf-8",
            env=launch.environment(),
            cwd=launch.neutral_folder(),
            timeout=_PATIENCE_S,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return set(done.stdout.split())


def machine(settings: Settings) -> tuple[Finding, Finding]:
    """The GPUs, and the memory."""
    seen = look()
    words = in_words(seen)
    gpus, _, rest = words.partition("; ")
    runs_here = settings.backend in _WANTED_BY
    if seen.trouble:
        gpu = warning("gpu", seen.trouble[0], "see to the driver, or choose a model for `cpu`")
    elif runs_here and not seen.gpus:
        gpu = warning(
            "gpu",
            f"{gpus}, so that the model is run by the processor",
            "a small model, or a .gguf in 4 bits, is quick enough there",
        )
    else:
        gpu = ok("gpu", gpus)
    if seen.free_bytes < _SCARCE_BYTES:
        return gpu, warning("memory", rest, "close something, before the system has to")
    return gpu, ok("memory", rest)


def index(root: Path, cache_dir: Path) -> Finding:
    """The repository's index on disk: whether it can be read and written, and how large it is."""
    try:
        place = shelf.make(cache_dir, root.resolve(), SCHEMA)
    except OSError as fault:
        return _unusable(fault)
    if not place.database.exists():
        return ok("index", f"none yet in {place.folder}; it is built when the repository is opened")
    try:
        n_files = _rows(place.database)
        size = sum(file.stat().st_size for file in place.folder.iterdir())
        lock = ProcessLock(place.lock)
        is_free = lock.try_acquire()
        lock.release()
    except (sqlite3.Error, OSError) as fault:
        return _unusable(fault)
    held = "" if is_free else ", kept by a server that runs"
    return ok("index", f"{n_files} files, {size / _MB:.1f} MB in {place.folder}{held}")


def _rows(database: Path) -> int:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as base:
        (said,) = base.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise sqlite3.DatabaseError(said)
        (n_files,) = base.execute("SELECT count(*) FROM file").fetchone()
        return int(n_files)


def _unusable(fault: Exception) -> Finding:
    return warning(
        "index",
        f"the index can't be kept on disk ({fault})",
        "see to the folder's permissions and room, or remove it: it is built anew",
    )
