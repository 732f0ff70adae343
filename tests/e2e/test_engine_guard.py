"""What an engine's processes hold is given back however their host ends; without the engine."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager

import psutil
import pytest
from engines import environment

_HOST = """
import subprocess, sys
from inference.runners.engine.guard import Guard
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
guard = Guard()
print(child.pid, flush=True)
if sys.stdin.readline() == "close\\n":
    guard.close()
    print("closed", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def host():
    """A process with one below it that would go on by itself, and a guard."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOST],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        below = psutil.Process(int(process.stdout.readline()))
        try:
            yield process, below
        finally:
            process.kill()
            if below.is_running():
                below.kill()


@pytest.mark.parametrize("kill", [True, False], ids=["killed", "ended"])
def test_nothing_outlives_a_host(kill):
    with host() as (process, below):
        if kill:
            process.kill()
        else:
            process.stdin.close()
        gone, _ = psutil.wait_procs([below], timeout=20)
    assert gone


def test_what_ended_in_order_is_left_alone():
    """Its number may be somebody else's by then."""
    with host() as (process, below):
        process.stdin.write("close\n")
        process.stdin.flush()
        assert process.stdout.readline() == "closed\n"
        process.kill()
        gone, _ = psutil.wait_procs([below], timeout=1)
    assert not gone
