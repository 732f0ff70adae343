"""A compilation database is found where builds put it, read for its folders, and never sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import marked
import pytest

from context.repository import Repository
from context.resolve.compilation import include_folders

if TYPE_CHECKING:
    from pathlib import Path

FILES = """
    //- /.gitignore
    build/
    compile_commands.json
    //- /app/main.c
    #include <api.h>
    int main(void) { return api(); }
    //- /first/api.h
    int api(void);
    //- /second/api.h
    int api(void);
"""


def _write(root: Path, place: str, *folders: str) -> None:
    (root / place).parent.mkdir(exist_ok=True)
    calls = [
        {"directory": str(root / "build"), "command": f"cc -I{root / folder} -c x.c"}
        for folder in folders
    ]
    (root / place).write_text(json.dumps(calls), encoding="utf-8")


@pytest.mark.parametrize("place", ["compile_commands.json", "build/compile_commands.json"])
def test_ignored_or_not_it_says_where_headers_lie(tmp_path: Path, place: str) -> None:
    root = tmp_path.resolve() / "root"
    marked.parse(FILES).write(root)
    repository = Repository(root, cache_dir=tmp_path / "cache")
    repository.refresh()
    assert repository.index.imports["app/main.c"] == {"first/api.h": ("api",)}
    _write(root, place, "second")
    report = repository.refresh()
    assert repository.index.imports["app/main.c"] == {"second/api.h": ("api",)}
    assert (report.files, report.left_out["generated"]) == (4, 1)
    assert place not in [entry.path for entry in repository.entries()]
    assert repository.read(place) is None
    repository.close()
    again = Repository(root, cache_dir=tmp_path / "cache")
    assert again.refresh().parsed == 0
    assert again.index.imports["app/main.c"] == {"second/api.h": ("api",)}
    (root / place).unlink()
    again.refresh()
    assert again.index.imports["app/main.c"] == {"first/api.h": ("api",)}
    again.close()


def test_what_is_no_database_says_nothing(tmp_path: Path) -> None:
    root = tmp_path.resolve() / "root"
    marked.parse(FILES).write(root)
    (root / "compile_commands.json").write_text("[{", encoding="utf-8")
    repository = Repository(root, cache_dir=None)
    repository.refresh()
    assert repository.index.imports["app/main.c"] == {"first/api.h": ("api",)}
    repository.close()


def test_of_folders_without_end_the_first_are_looked_in() -> None:
    """A long one is none, and there's a limit to how many there are."""
    long = {"directory": "/r" + "/a" * 100_000, "command": "cc -Ib"}
    many = {"directory": "/r", "command": " ".join(f"-I{n}" for n in range(5_000))}
    found = include_folders(json.dumps([long, many]), "/r")
    assert found == tuple(str(n) for n in range(1_000))
