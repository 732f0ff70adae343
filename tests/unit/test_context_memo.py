"""What selecting remembers is shared between requests, and between threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from indexed import facts_of

from context.index import build
from context.selection.memo import Memo

if TYPE_CHECKING:
    from context.index import Index

FILES = {"a.py": "def a(): ...\n", "b.py": "def b(): ...\n"}


@dataclass(frozen=True)
class Counter:
    """A counter that is made anew for every request, and says how often it counted."""

    factor: int
    counted: list[str]

    def text(self, text: str, /) -> int:
        """A few a character."""
        return self.factor * len(text)

    def snippet(self, path: str, text: str, /) -> int:
        """Likewise."""
        self.counted.append(path)
        return self.text(text)


@pytest.fixture
def index() -> Index:
    return build(facts_of(FILES))


def test_an_equal_counter_counts_nothing_twice() -> None:
    """The one of the next request is another object, of the same tokenizer."""
    memo, counted = Memo(), []
    assert memo.count(Counter(2, counted), "a.py", "abc") == 6
    assert memo.count(Counter(2, counted), "a.py", "abc") == 6
    assert counted == ["a.py"]
    assert memo.count(Counter(3, counted), "a.py", "abc") == 9


def test_a_counter_never_gets_anothers_figures() -> None:
    """Not even when a second thread asks with its own while the first is counting."""
    memo, other = Memo(), Counter(1, [])

    class Overtaken(Counter):
        """A counter during whose work another one is asked."""

        def snippet(self, path: str, text: str, /) -> int:
            memo.count(other, "b.py", "b")
            return super().snippet(path, text)

    assert memo.count(Overtaken(100, []), "a.py", "a") == 100
    assert memo.count(other, "a.py", "a") == 1


def test_a_dictionary_that_is_replaced_meanwhile_is_missed_by_nobody(index: Index) -> None:
    """A superseded request goes on in its thread, and the two fill the same memo."""
    memo = Memo()

    class Emptied(dict[object, object]):
        """A dictionary in whose place another thread puts an empty one at every write."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def __setitem__(self, key: object, value: object) -> None:
            super().__setitem__(key, value)
            setattr(memo, self.name, {})

    for name in ("_about", "_sources", "_tables"):
        setattr(memo, name, Emptied(name))
    source = memo.source("a.py", index, FILES.get)
    assert source is not None
    assert source.text == FILES["a.py"]
    assert memo.about("key", lambda: 1) == 1
    assert memo.table("name", FILES, lambda: 2) == 2


def test_a_table_is_made_again_for_another_value() -> None:
    memo = Memo()
    for number, of in enumerate(({}, {})):
        assert memo.table("name", of, lambda number=number: number) == number
        assert memo.table("name", of, lambda: "again") == number


def test_a_text_that_could_not_be_had_is_asked_for_again(index: Index) -> None:
    memo = Memo()
    assert memo.source("a.py", index, lambda _: None) is None
    found = memo.source("a.py", index, FILES.get)
    assert found is not None
    assert "def a()" in found.text
