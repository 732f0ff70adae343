"""The process that trains on a large repository, so that the server's threads don't wait for it.

Reads documents as lines of JSON, `[path, digest, text]`, from standard input
and writes the trained repository to the folder named as its argument.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from inference.ngram.base import Document, train
from inference.ngram.persist import save

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

_NICE = 10
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from inference.ngram.worker import main; main(sys.argv[2])"
)


def main(folder: str) -> None:
    """Train on standard input's documents and save them as `folder`."""
    save(train(_documents(sys.stdin.buffer)), Path(folder))


def _documents(lines: BinaryIO) -> Iterator[Document]:
    for line in lines:
        yield Document(*json.loads(line))


def start(folder: Path) -> subprocess.Popen[bytes]:
    """The process, waiting for documents.

    It never looks for modules in the workspace: `-P` keeps the working
    directory out of its path, which is not in the workspace anyway, and the
    user's `PYTHONPATH` is dropped.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    home = str(Path(__file__).resolve().parents[2])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-c", _PROGRAM, home, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder.parent,
        env=kept,
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )
    if sys.platform != "win32":
        # Nobody waits for it, but somebody may for what else the machine does.
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
    return process


def feed(process: subprocess.Popen[bytes], documents: Iterable[Document]) -> bool:
    """Hand the documents over and wait; whether the process has done its work."""
    stream = process.stdin
    if stream is None:
        return False
    try:
        with stream:
            for document in documents:
                line = json.dumps([document.path, document.digest, document.text])
                stream.write(line.encode("ascii") + b"\n")
    except (BrokenPipeError, OSError, ValueError):
        # The process has died or was stopped; its exit status says so too.
        process.kill()
    return process.wait() == 0
