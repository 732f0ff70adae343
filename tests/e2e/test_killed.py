"""An index that is killed while it is made or mended is, when opened again, what it should be."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from context.repository import Repository

HOME = Path(__file__).resolve().parents[2]
N_KILLS = 25
N_FILES = 400
# Says when it starts on the disk, so that the time to import isn't what is cut short. Ends
# like one that is killed, between two files or two rows, after so many of them.
PROGRAM = """
import os, sys
from pathlib import Path
from context.courtesy import Courtesy
from context.repository import Repository

class Deadly(Courtesy):
    left = int(sys.argv[3])
    def give_way(self):
        self.left -= 1
        if not self.left:
            os._exit(9)

repository = Repository(Path(sys.argv[1]), cache_dir=Path(sys.argv[2]), courtesy=Deadly())
print("ready", flush=True)
repository.refresh()
repository.refresh_paths(["pkg3"])
repository.settle()
repository.close()
"""


def write(root: Path, chance: random.Random, n: int) -> None:
    """Let `n` files say something new, and take a few away."""
    for _ in range(n):
        i, other = chance.randrange(N_FILES), chance.randrange(N_FILES)
        file = root / f"pkg{i % 7}" / f"m{i}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        if chance.random() < 0.1:
            file.unlink(missing_ok=True)
        else:
            words = " ".join(f"w{chance.randrange(999)}" for _ in range(chance.randrange(200)))
            text = f"from pkg{other % 7}.m{other} import f{other}\ndef f{i}(): ...\n# {words}\n"
            file.write_text(text)


def killed(root: Path, cache: Path, *, after_steps: int, after_s: float) -> bool:
    """Whether an indexing process was still at it after so many steps or so long."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM, root, cache, str(after_steps)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HOME)},
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline().strip() == b"ready"
        try:
            return process.wait(after_s) != 0
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return True


def test_killed_at_any_moment_it_comes_back_whole(tmp_path: Path) -> None:
    """Record for record what a fresh index has, whether or not the kill fell into a write."""
    chance = random.Random(20)  # noqa: S311 -- no secret, and the same each time
    root, cache = tmp_path / "root", tmp_path / "cache"
    write(root, chance, 3 * N_FILES)
    n_cut_short = 0
    for kill in range(N_KILLS):
        if kill % 2:
            n_cut_short += killed(root, cache, after_steps=chance.randrange(1, 2_000), after_s=60)
        else:
            n_cut_short += killed(root, cache, after_steps=0, after_s=chance.uniform(0.0, 0.3))
        write(root, chance, 40)
        if kill % 5 == 4:
            assert_same(root, cache, tmp_path / f"fresh{kill}")
    assert n_cut_short >= N_KILLS // 3


def assert_same(root: Path, cache: Path, empty: Path) -> None:
    """Compare the index that was killed with one that starts from nothing."""
    mended, fresh = Repository(root, cache_dir=cache), Repository(root, cache_dir=empty)
    mended.refresh()
    fresh.refresh()
    assert mended._records == fresh._records
    assert mended.index.imports == fresh.index.imports
    assert mended.index.order == fresh.index.order
    assert mended.trouble is None
    mended.settle()
    mended.close()
    again = Repository(root, cache_dir=cache)
    assert again.refresh().parsed == 0
    assert again.index.imports == fresh.index.imports
    again.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is this system's")
def test_a_disk_that_fills_up_is_done_without(tmp_path: Path) -> None:
    """With the reason for the user, and the index itself whole."""
    root = tmp_path / "root"
    write(root, random.Random(1), N_FILES)  # noqa: S311 -- as above
    program = (
        "import resource, sys; from pathlib import Path; from context.repository import Repository;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000));"
        "r = Repository(Path(sys.argv[1]), cache_dir=Path(sys.argv[2]));"
        "print(r.refresh().files, r.trouble)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, root, tmp_path / "cache"],
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        check=True,
    )
    files, _, trouble = done.stdout.partition(" ")
    assert int(files) > 100
    assert "can't be kept" in trouble
    assert done.stderr.count("\n") == 1
