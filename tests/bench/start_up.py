"""Process start to the first character of the answer, as a user feels it.

    python tests/bench/start_up.py FILE:LINE:COL [-n 5]

Times `infill --help`, and `infill complete` at the place with an empty cache and
with a warm one, against the floor: the interpreter starting and importing what
every Python language server imports.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

INFILL = str(Path(sysconfig.get_path("scripts")) / "infill")


def main() -> None:
    """Print a row for each way of starting."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("place")
    parser.add_argument("-n", type=int, default=5)
    options = parser.parse_args()
    cache = tempfile.mkdtemp()
    environment = os.environ | {"XDG_CACHE_HOME": cache, "LOCALAPPDATA": cache}

    def timed(name: str, command: list[str], *, cold: bool = False) -> None:
        seconds = []
        for _ in range(options.n):
            if cold:
                shutil.rmtree(cache)
            started = time.perf_counter()
            with subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as process:
                process.stdout.read(1)
                seconds.append(time.perf_counter() - started)
                process.stdout.read()
        low, high = min(seconds), max(seconds)
        print(f"{name:<28} median {statistics.median(seconds):.2f} s ({low:.2f} to {high:.2f})")

    timed("floor: python -c pass", [sys.executable, "-c", "pass"])
    timed("floor: import pygls' server", [sys.executable, "-c", "import pygls.lsp.server"])
    timed("infill --help", [INFILL, "--help"])
    timed("infill complete, cold", [INFILL, "complete", options.place], cold=True)
    timed("infill complete, warm", [INFILL, "complete", options.place])
    shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    main()
