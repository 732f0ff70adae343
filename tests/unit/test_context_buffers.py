"""What is open in an editor stands before the disk, if it may, and never makes typing wait."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import TYPE_CHECKING

import marked
import pytest

from context import buffers as buffers_module
from context import index as index_module
from context.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

FILES = """
    //- /main.py
    import algo
    //- /algo.py
    def disk(): ...
    //- /package.json
    {"name": "a"}
"""
WAIT_S = 10


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    marked.parse(FILES).write(tmp_path)
    made = Repository(tmp_path, cache_dir=None)
    made.refresh()
    return made


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each index had that was made from nothing."""
    counted: list[int] = []
    real = index_module.build

    def build(facts):
        counted.append(len(facts))
        return real(facts)

    monkeypatch.setattr(index_module, "build", build)
    return counted


def test_a_new_ignore_rule_holds_for_what_is_open(repository: Repository) -> None:
    """And taking it back brings the open text back, not the file's."""
    repository.shadow("algo.py", "def unsaved(): ...\n")
    assert repository.index.definers("unsaved") == ("algo.py",)
    rules = repository.root / ".infillignore"
    rules.write_text("algo.py\n")
    repository.refresh()
    assert "algo.py" not in repository.index.facts
    assert repository.index.imports["main.py"] == {}
    assert repository.read("algo.py") is None
    assert ".infillignore" in (repository.may_send("algo.py") or "")
    rules.unlink()
    repository.refresh()
    assert repository.index.definers("unsaved") == ("algo.py",)
    assert repository.read("algo.py") == "def unsaved(): ...\n"


def test_a_rule_that_no_file_on_disk_obeys_holds_all_the_same(repository: Repository) -> None:
    """Nothing in the index on disk changes: the open file isn't saved, the rule isn't crawled."""
    repository.shadow("notes.py", "KEY = 1\n")
    assert "notes.py" in repository.index.facts
    revision = repository.revision
    exclude = repository.root / ".git" / "info" / "exclude"
    exclude.parent.mkdir(parents=True)
    exclude.write_text("notes.py\n")
    repository.refresh()
    assert repository.revision > revision
    assert "notes.py" not in repository.index.facts
    assert repository.read("notes.py") is None


def test_a_refresh_that_finds_nothing_new_changes_nothing(repository: Repository) -> None:
    repository.shadow("algo.py", "def unsaved(): ...\n")
    index, revision = repository.index, repository.revision
    repository.refresh()
    assert repository.index is index
    assert repository.revision == revision


@pytest.mark.skipif(sys.platform == "win32", reason="a colon stands after a drive there")
@pytest.mark.parametrize("path", ["s:key.py", ":key.py", "a:b/key.py"])
def test_a_colon_in_a_name_is_no_drive(repository: Repository, path: str) -> None:
    repository.shadow(path, "x = 1\n")
    assert path in repository.index.facts
    (repository.root / ".infillignore").write_text("*key.py\n")
    repository.refresh()
    assert ".infillignore" in (repository.may_send(path) or "")
    assert path not in repository.index.facts


def test_a_new_file_makes_nothing_else_new(repository: Repository, builds: list[int]) -> None:
    """Neither when it appears nor at a keystroke in it or in other files."""
    for text in ("def f", "def fi", "def first(): ...\n"):
        repository.shadow("new.py", text)
        assert "new.py" in repository.index.facts
    repository.shadow("main.py", "import algo\nfrom new import first\n")
    assert set(repository.index.imports["main.py"]) == {"algo.py", "new.py"}
    assert repository.index.definers("first") == ("new.py",)
    assert builds == []
    repository.shadow("new.py", None)
    assert set(repository.index.imports["main.py"]) == {"algo.py"}
    assert builds == []


def test_an_edited_manifest_makes_nothing_new_by_itself(
    repository: Repository, builds: list[int]
) -> None:
    repository.shadow("package.json", '{"name": "b"}\n')
    for text in ("x", "xy", "xyz"):
        repository.shadow("main.py", text)
        assert repository.read("main.py") == text
        assert repository.index.imports["main.py"] == {}
    assert builds == []


def test_a_closed_document_is_its_file_again(repository: Repository) -> None:
    """Whatever else is open."""
    repository.shadow("algo.py", "def unsaved(): ...\n")
    repository.shadow("main.py", "")
    assert repository.index.imports["main.py"] == {}
    repository.shadow("main.py", None)
    assert set(repository.index.imports["main.py"]) == {"algo.py"}
    assert repository.index.definers("disk") == ()
    repository.shadow("algo.py", None)
    assert repository.index.definers("disk") == ("algo.py",)


def test_typing_goes_on_while_a_text_is_parsed(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The editor's change comes on the event loop, and the loop waits for nobody."""
    real, went_on = buffers_module.parse_open, []

    def parse_open(*asked):
        typing = Thread(target=repository.shadow, args=("algo.py", "def later(): ...\n"))
        typing.daemon = True
        typing.start()
        typing.join(WAIT_S)
        went_on.append(not typing.is_alive())
        return real(*asked)

    monkeypatch.setattr(buffers_module, "parse_open", parse_open)
    repository.shadow("main.py", "import algo  # typed\n")
    before = repository.index
    assert went_on == [True]
    assert before.definers("later") == ()
    assert repository.index.definers("later") == ("algo.py",)


def test_two_who_ask_at_once_get_one_answer(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, parsed, asking = buffers_module.parse_open, [], Event()

    def parse_open(*asked):
        parsed.append(asked[0])
        assert asking.wait(WAIT_S)
        return real(*asked)

    def ask():
        asking.set()
        return repository.index

    monkeypatch.setattr(buffers_module, "parse_open", parse_open)
    repository.shadow("main.py", "x = 1\n")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: repository.index)
        second = pool.submit(ask)
        assert first.result(WAIT_S) is second.result(WAIT_S)
    assert parsed == ["main.py"]


def test_an_answer_that_a_refresh_overtook_is_made_anew(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise what was ignored meanwhile would still be in it."""
    real = buffers_module.parse_open

    def parse_open(*asked):
        monkeypatch.setattr(buffers_module, "parse_open", real)
        (repository.root / ".infillignore").write_text("algo.py\n")
        refreshing = Thread(target=repository.refresh)
        refreshing.start()
        refreshing.join(WAIT_S)
        return real(*asked)

    monkeypatch.setattr(buffers_module, "parse_open", parse_open)
    repository.shadow("algo.py", "def unsaved(): ...\n")
    assert "algo.py" not in repository.index.facts
