"""Completions kept for a document, and to whom they are given."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from context.repository import Repository
from context.types import Snapshot
from inference.types import Completion
from lsp_server.inline.asked import Asked, Selected
from lsp_server.inline.cache import Ahead, Cache
from lsp_server.inline.world import RESTED_S, Worlds, world

if TYPE_CHECKING:
    from pathlib import Path


class Memory:
    """A workspace, as far as the cache knows one."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def supersede(self, *what: Any) -> None:
        """Note what is to be remembered."""
        self.told.append(what)


def asked(marked: str, uri: str = "file:///a.py", **others: Any) -> Asked:
    """A request at the bar."""
    cursor = marked.index("|")
    snapshot = Snapshot("a.py", "Python", 1, marked.replace("|", "", 1), cursor)
    document: Any = SimpleNamespace(uri=uri)
    workspace: Any = Memory()
    return Asked(document, workspace, snapshot, others.pop("world", 1), **others)


def kept(
    cache: Cache, request: Asked, *texts: str, is_whole: bool = True, reason: str = ""
) -> None:
    at = request.snapshot.cursor
    made = tuple(Completion(text, (at, at)) for text in texts)
    cache.keep(request, made, is_whole=is_whole, reason=reason)


def texts(cache: Cache, request: Asked) -> list[str] | None:
    found = cache.look(request)
    return None if found is None else [each.text for each in found.completions]


def test_of_several_those_are_left_that_go_on_as_was_typed():
    cache = Cache()
    kept(cache, asked("x = |"), "foo(1)", "bar(2)", "foo.b")
    assert texts(cache, asked("x = fo|")) == ["o(1)", "o.b"]


def test_what_was_shown_last_stays_while_it_is_typed_through():
    """A newer answer that is there, too, doesn't take its place between two keys."""
    cache = Cache()
    kept(cache, asked("x|"), "foo(1)")
    kept(cache, asked("xf|"), "oo(2)")
    assert texts(cache, asked("x|")) == ["foo(1)"]
    assert texts(cache, asked("xfo|")) == ["o(1)"]


def test_nothing_is_an_answer_for_the_very_place():
    cache = Cache()
    kept(cache, asked("x = |"), reason="the model generated nothing")
    found = cache.look(asked("x = |"))
    assert found is not None
    assert (found.completions, found.reason) == ((), "the model generated nothing")
    assert cache.look(asked("x = f|")) is None


def test_something_comes_before_nothing():
    cache = Cache()
    kept(cache, asked("x|"), "foo")
    kept(cache, asked("xf|"))
    assert texts(cache, asked("xf|")) == ["oo"]


def test_a_part_takes_the_place_of_no_whole():
    cache = Cache()
    kept(cache, asked("x|"), "a\nb", is_whole=False)
    found = cache.look(asked("x|"))
    assert found is not None
    assert not found.is_whole
    kept(cache, asked("x|"), "a\nb\nc")
    kept(cache, asked("x|"), "a", is_whole=False)
    assert texts(cache, asked("x|")) == ["a\nb\nc"]
    assert len(cache) == 1


def test_who_asks_for_a_completion_is_given_only_what_was_made_for_that():
    cache = Cache()
    kept(cache, asked("x|"), "foo")
    assert texts(cache, asked("x|", is_invoked=True)) is None
    kept(cache, asked("x|", is_invoked=True), "foo", "bar")
    assert texts(cache, asked("x|", is_invoked=True)) == ["foo", "bar"]
    assert texts(cache, asked("x|")) == ["foo", "bar"]


def test_another_world_has_what_was_kept_in_it_forgotten():
    cache = Cache()
    kept(cache, asked("x|"), "foo")
    assert texts(cache, asked("x|", world=2)) is None
    kept(cache, asked("x|", world=2), "bar")
    assert len(cache) == 1


def test_the_longest_unused_goes_first():
    cache = Cache(max_kept=2)
    kept(cache, asked("a|"), "1")
    kept(cache, asked("b|"), "2")
    cache.look(asked("a|"))
    kept(cache, asked("c|"), "3")
    assert [texts(cache, asked(f"{each}|")) for each in "abc"] == [["1"], None, ["3"]]


def test_long_documents_take_no_more_room_than_there_is():
    cache = Cache(max_chars=100)
    for number in range(9):
        kept(cache, asked(f"{number}" + "x" * 40 + "|"), "foo")
    assert len(cache) == 2
    kept(cache, asked("x" * 200 + "|"), "foo")
    assert len(cache) == 1


def test_behind_what_is_selected_in_a_list_nothing_begins_further_back():
    cache = Cache()
    kept(cache, asked("f:|\n"), "\n  a\n\nb")
    listed = Selected(0, 0, "")
    assert texts(cache, asked("f:\n  a\n  |\n")) == ["\nb"]
    assert texts(cache, asked("f:\n  a\n  |\n", selected=listed)) is None


def test_who_comes_to_where_a_prompt_was_made_ahead_goes_on_from_it():
    cache, request, memory = Cache(), asked("x = f()|"), Any
    kept(cache, request, "\ny")
    cache.lead_on(request, Ahead(None, memory))  # type: ignore[arg-type]
    come = asked("x = f()|")
    assert cache.knows(come)
    assert come.workspace.told == []  # type: ignore[attr-defined]
    cache.look(come)
    assert come.workspace.told == [("a.py", None, memory)]  # type: ignore[attr-defined]


def outside(repository: Repository) -> Any:
    """A workspace, as far as worlds know one."""
    parts = {"settings": object(), "backend": object(), "worlds": Worlds()}
    return SimpleNamespace(repository=repository, **parts)


def test_a_world_changes_with_other_files_alone(tmp_path: Path, monkeypatch: Any):
    """Others count as they were when somebody began to type here, until he rests."""
    now = SimpleNamespace(s=100.0)
    clock = SimpleNamespace(perf_counter=lambda: now.s)
    monkeypatch.setattr("lsp_server.inline.world.time", clock)
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    repository = Repository(tmp_path, cache_dir=None)
    repository.refresh()
    workspace = outside(repository)
    repository.shadow("a.py", "x = 1\n")
    before = world(workspace, "a.py")
    repository.shadow("a.py", "x = 2\n")
    (tmp_path / "a.py").write_text("x = 2\n")
    repository.refresh_paths(["a.py"])
    assert world(workspace, "a.py") == before
    assert hash(world(workspace, "a.py")) == hash(before)
    for typed in ("y = 1\n", "y = 2\n"):
        repository.shadow("b.py", typed)
        now.s += RESTED_S
        assert world(workspace, "a.py") == before
    now.s += RESTED_S + 0.1
    assert world(workspace, "a.py") != before


def test_what_changes_on_disk_makes_another_world_at_once(tmp_path: Path):
    repository = Repository(tmp_path, cache_dir=None)
    repository.refresh()
    workspace = outside(repository)
    before = world(workspace, "a.py")
    (tmp_path / "b.py").write_text("x = 1\n")
    repository.refresh_paths(["b.py"])
    assert world(workspace, "a.py") != before


def test_a_world_changes_with_the_settings_and_the_backend(tmp_path: Path):
    workspace = outside(Repository(tmp_path, cache_dir=None))
    before = world(workspace, "a.py")
    workspace.settings = object()
    assert world(workspace, "a.py") != before
    assert before != 1


def test_the_same_request_with_another_language_is_another():
    cache, request = Cache(), asked("x|")
    kept(cache, request, "foo")
    there = replace(request, snapshot=replace(request.snapshot, language="Text"))
    assert cache.look(there) is None


def test_who_has_typed_one_through_up_to_what_closes_it_is_offered_what_comes_behind():
    cache = Cache()
    kept(cache, asked("x = f()|\n"), "\ny = 1")
    assert texts(cache, asked("x = f(|)\n")) is None
    kept(cache, asked("x = |\n"), "f()")
    assert texts(cache, asked("x = f(|)\n")) == [")\ny = 1"]
