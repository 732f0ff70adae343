"""What is chosen, how much of it, and in which order."""

from __future__ import annotations

import marked
from indexed import index_of

from context.languages import of
from context.selection.select import SelectState, select
from context.types import Snapshot, Snippet


class Characters:
    """A counter for which a token is a character, and a header costs ten."""

    def text(self, text: str, /) -> int:
        """One a character."""
        return len(text)

    def snippet(self, path: str, text: str, /) -> int:
        """The text and its header."""
        del path
        return 10 + len(text)


def chosen(fixture: str, budget: int) -> dict[str, Snippet]:
    found = marked.parse(fixture)
    snapshot = Snapshot(found.path, of(found.path), 1, found.text, found.cursor)
    selection, _ = select(
        index_of(fixture), snapshot, SelectState(),
        budget_tokens=budget, cost=Characters(), read=found.files.get,
    )  # fmt: skip
    return {item.path: item for item in selection.snippets}


RECEIVER = """
    //- /pump.py
    class Pump:
        def start(self, litres): ...
        def stop(self): ...
    //- /idle.py
    class Idle:
        def nothing(self): ...
    class Lazy:
        def nobody(self): ...
    //- /main.py
    from idle import Idle, Lazy
    from pump import Pump
    def run(pump: Pump):
        pump.$0
"""


def test_the_receivers_signatures_come_before_imports_that_are_not_near() -> None:
    shown = chosen(RECEIVER, 150)
    assert "def start(self, litres)" in shown["pump.py"].text
    assert "idle.py" not in shown


def test_where_no_member_is_typed_each_import_has_its_line() -> None:
    shown = chosen(RECEIVER.replace("pump.$0", "x = $0"), 170)
    assert "class Idle" in shown["idle.py"].text
    assert "class Lazy" in shown["idle.py"].text


def test_room_that_is_left_goes_to_what_is_near() -> None:
    """A type that an argument leads to is read in full before what merely lies beside it."""
    shown = chosen(
        """
        //- /deep/tap.py
        class Tap:
            def turn(self, angle):
                return angle
        //- /deep/make.py
        from deep.tap import Tap
        def tapped() -> Tap: ...
        //- /main.py
        from deep.make import tapped
        def run():
            tap = tapped()
            tap.$0
        """,
        2_000,
    )
    assert shown["deep/tap.py"].form == "full"


def test_what_is_imported_from_elsewhere_is_not_guessed_to_be_ours() -> None:
    fixture = """
        //- /ours.py
        class Path:
            def walk(self): ...
        //- /main.py
        import os
        def run():
            os.path.$0
    """
    assert "may be a" not in "".join(item.reason for item in chosen(fixture, 2_000).values())
    guessed = chosen(fixture.replace("import os\n", "\n"), 2_000)
    assert guessed["ours.py"].reason == "`os.path` may be a: `Path`"


def test_a_namespace_is_nothing_that_a_value_is_of() -> None:
    shown = chosen(
        """
        //- /level.h
        namespace level { int depth(); }
        //- /main.cc
        void run() { level.$0 }
        """,
        2_000,
    )
    assert "may be a" not in "".join(item.reason for item in shown.values())


def test_how_a_file_is_known_is_said_in_its_languages_words() -> None:
    included = chosen(
        """
        //- /a.h
        int area(int x);
        //- /main.c
        #include "a.h"
        int run() { return area($0 }
        """,
        2_000,
    )
    assert "same package" not in included["a.h"].reason


def test_tests_beside_a_file_are_not_shown_to_it() -> None:
    fixture = """
        //- /go.mod
        module m
        //- /b_test.go
        package m
        func TestB() {}
        //- /c.go
        package m
        func C() {}
        //- /a.go
        package m
        func Run() { $0 }
    """
    assert list(chosen(fixture, 2_000)) == ["c.go"]
