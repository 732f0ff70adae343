"""The real programs, run as a user would, with folders of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(sysconfig.get_path("scripts")) / "infill"
FOLDERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA", "APPDATA")


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class Infill:
    """The `infill` command, with a cache and a configuration folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("INFILL_")
        }
        self.environment |= {name: str(home / name.lower()) for name in FOLDERS}

    def __call__(
        self, *arguments: str, cwd: Path, stdin: str = "", timeout_s: float = 120, **variables: str
    ) -> Ran:
        """Run one command in a folder; a stack trace on standard error fails the test."""
        done = subprocess.run(
            [SCRIPT, *arguments],
            cwd=cwd,
            input=stdin.encode(),
            env=self.environment | variables,
            capture_output=True,
            check=False,
            timeout=timeout_s,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        return ran


@pytest.fixture
def infill(tmp_path_factory):
    """The command line."""
    return Infill(tmp_path_factory.mktemp("home"))


@pytest.fixture
def isolated(infill, monkeypatch):
    """This process's environment set like the command line's, for servers started from here."""
    for name in FOLDERS:
        monkeypatch.setenv(name, infill.environment[name])
