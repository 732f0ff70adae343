"""A session in the real Neovim with the description of the server that is shipped."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lsp_server.kept import ledger
from lsp_server.kept.tally import Counts

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("neovim_session.lua")
# Taken out of the environment, as the server would call it no setting of its own.
NAMED = os.environ.pop("INFILL_TEST_NVIM", "")
TEXT = "def alpha(beta, gamma):\n    return beta\n\n\n" + "alpha(1, 2)\n" * 4

pytestmark = pytest.mark.needs_neovim


@pytest.fixture
def nvim():
    """Neovim with inline completion, or a skip that says what would be taken."""
    found = NAMED or shutil.which("nvim")
    if not found:
        pytest.skip("no Neovim: put one on the path or name it in INFILL_TEST_NVIM")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"v(\d+)\.(\d+)", told.stdout)
    if not version or tuple(map(int, version.groups())) < (0, 12):
        pytest.skip(f"{found} is {told.stdout.split()[1]}: inline completion came with 0.12")
    return found


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Folders of its own for Neovim and the server, which it finds on the path."""
    for name in ("CACHE", "CONFIG", "DATA", "STATE", "RUNTIME"):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(f"XDG_{name}_{'DIR' if name == 'RUNTIME' else 'HOME'}", str(folder))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return tmp_path


def _counted(cache, patience_s=10.0):
    """What the server has counted: Neovim goes without waiting until it has written that down."""
    until = time.monotonic() + patience_s
    while not (found := ledger.read(ledger.folder_in(cache))) and time.monotonic() < until:
        time.sleep(0.05)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="where the cache folder lies is Linux's way")
def test_what_is_shown_and_accepted_is_counted(nvim, home):
    """Ghost text, typing through it, accepting it, and the counts once the editor has gone."""
    root = home / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "a.py").write_text(TEXT)
    command = [nvim, "--clean", "--headless", "-l", DRIVER, nvim, ROOT / "editors/neovim"]
    ran = subprocess.run([*command, root / "a.py"], capture_output=True, timeout=60, check=True)
    seen = json.loads(ran.stdout)
    assert seen["ghost"].startswith("alpha("), seen
    assert set(seen["screens"]) == {seen["ghost"]}, seen
    assert seen["accepted"], seen
    assert seen["line"] == seen["ghost"]
    assert "rror" not in seen["messages"]
    assert seen["exit"] == 0
    ((key, counts),) = _counted(home / "cache" / "infill").items()
    assert (key.language, key.backend) == ("Python", "ngram")
    n_accepted = len("".join(seen["ghost"][4:].split()))
    expected = Counts(shown=1, accepted=1, characters=n_accepted, kept=n_accepted)
    assert counts == expected, seen
