"""The gates every change passes: format, lint, types, import contracts, sizes."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts"))
PACKAGES = ("context", "inference", "lsp_server")


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("basedpyright", "--pythonpath", sys.executable),
        ("lint-imports",),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_gate(command):
    """Each tool is content with the whole tree."""
    tool = SCRIPTS / command[0]
    done = subprocess.run(
        [tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_stay_small():
    """A file over 400 lines is two files."""
    long = {
        str(path.relative_to(ROOT)): count
        for folder in (*PACKAGES, "tests")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


def test_the_pure_core_loads_without_io():
    """A fresh interpreter that has imported every pure module has loaded no IO library.

    The import contract reads the source; this sees what really happens.
    """
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    pure = next(c["source_modules"] for c in contracts if "pure core" in c["name"])
    probe = f"import sys, {', '.join(pure)}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe], capture_output=True, text=True, check=True
    )
    assert not {"asyncio", "httpx", "sqlite3", "pygls", "socket"} & set(done.stdout.split())
