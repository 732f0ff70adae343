"""Trained repositories on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference.ngram import persist
from inference.ngram.base import Base, Document, Model, train
from inference.ngram.complete import complete

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = [Document("a.py", "1", "walrus(old, \ud800)\n" * 3), Document("b.py", "2", "x = 1\n")]
PAIRS = [("a.py", "1"), ("b.py", "2")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a trained repository."""
    folder = persist.shelf(tmp_path) / "one"
    persist.save(train(DOCUMENTS), folder)
    return folder


def loaded(folder: Path) -> Base:
    """What was saved there."""
    base = persist.load(folder)
    assert base is not None
    return base


def test_what_is_loaded_answers_alike(folder: Path) -> None:
    """Saving and loading changes no answer."""
    answers = [
        complete(Model(base), "walrus", "\n", "c.py") for base in (train(DOCUMENTS), loaded(folder))
    ]
    assert answers[0].text.startswith("(old")
    assert answers[0] == answers[1]


def test_arrays_are_mapped(folder: Path) -> None:
    """A large repository isn't read, only mapped."""
    flags = loaded(folder).far.ids.flags
    assert not flags.owndata
    assert not flags.writeable


@pytest.mark.parametrize("name", ["ids.npy", "order.npy", "words.json", "documents.json"])
def test_damage_is_noticed(folder: Path, name: str) -> None:
    """A file that was cut short makes the whole unusable, which costs a training and no error."""
    file = folder / name
    file.write_bytes(file.read_bytes()[:-9])
    assert persist.load(folder) is None


def test_a_damaged_folder_is_replaced(folder: Path) -> None:
    """Saving again repairs it."""
    (folder / "ids.npy").unlink()
    persist.save(train(DOCUMENTS), folder)
    assert loaded(folder).paths == ("a.py", "b.py")


def test_no_drafts_are_left(folder: Path) -> None:
    """Saving what is there already is no error and leaves nothing behind."""
    persist.save(train(DOCUMENTS), folder)
    assert [entry.name for entry in folder.parent.iterdir()] == ["one"]


def test_the_nearest_state(folder: Path) -> None:
    """A repository that has changed a little starts from its last state, another one doesn't."""
    assert persist.nearest(folder.parent, [*PAIRS, ("c.py", "1")]) is not None
    assert persist.nearest(folder.parent, [("other.py", "1"), ("a.py", "9")]) is None
    assert persist.nearest(folder.parent / "missing", PAIRS) is None


def test_older_states_go(folder: Path) -> None:
    """Of one repository the last state is kept; other repositories keep theirs."""
    shelf = folder.parent
    persist.save(train([Document("a.py", "1", "x\n"), Document("b.py", "3", "y\n")]), shelf / "two")
    persist.save(train([Document("other.py", "1", "x\n")]), shelf / "other")
    persist.keep_only(shelf / "two", [("a.py", "1"), ("b.py", "3")])
    assert sorted(entry.name for entry in shelf.iterdir()) == ["other", "two"]


def test_names_tell_states_apart() -> None:
    """A folder's name says which texts it was trained on."""
    assert persist.name_of(PAIRS) == persist.name_of(list(PAIRS))
    assert persist.name_of(PAIRS) != persist.name_of([("a.py", "1"), ("b.py", "3")])
