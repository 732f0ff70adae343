"""What a completion should know is chosen by what bears on the cursor, within a budget."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import marked
from indexed import facts_of, index_of

from context.languages import of
from context.selection.forms import DOCUMENTED, NAMES, render
from context.selection.outlined import Source
from context.selection.select import SelectState, select
from context.types import Selection, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.types import Moment


class Characters:
    """A counter for which a token is a character, and a header costs ten."""

    def text(self, text: str, /) -> int:
        """One a character."""
        return len(text)

    def snippet(self, path: str, text: str, /) -> int:
        """The text and its header."""
        del path
        return 10 + len(text)


COST = Characters()


def choose(
    fixture: str,
    *,
    budget: int = 100_000,
    state: SelectState | None = None,
    read: Callable[[str], str | None] | None = None,
    moment: Moment = "leap",
) -> tuple[Selection, SelectState]:
    found = marked.parse(fixture)
    snapshot = Snapshot(found.path, of(found.path), 1, found.text, found.cursor)
    return select(
        index_of(fixture),
        snapshot,
        state or SelectState(),
        budget_tokens=budget,
        cost=COST,
        read=read or found.files.get,
        moment=moment,
    )


def shown(selection: Selection) -> list[str]:
    return [f"{item.form} {item.path}" for item in selection.snippets]


SHAPES = """
    //- /base.py
    class Base:
        '''What all have.'''
        def shared(self, much):
            return much
    //- /shapes.py
    from base import Base
    class Shape(Base):
        '''A shape.

        With a long story.
        '''
        sides = 0
        def __init__(self, name):
            self.name = name
        def area(self, scale=1):
            '''Its area.'''
            return scale
    def unrelated(x):
        return x
    //- /far.py
    def far(): ...
    //- /main.py
    from shapes import Shape
    def draw():
        s = Shape("a")
        s.$0
    def other():
        return 1
"""


def test_all_is_shown_in_full_where_there_is_room() -> None:
    """Dependencies before what imports them, the least relevant first where that is open."""
    selection, _ = choose(SHAPES)
    assert shown(selection) == ["full far.py", "full base.py", "full shapes.py"]
    _, base, shapes = selection.snippets
    assert (shapes.rank, shapes.depth, shapes.reason) == (0, 1, "what `s` is: `Shape`")
    assert (base.rank, base.depth, base.reason) == (1, 2, "base of `Shape`")
    assert selection.scope is not None
    assert selection.scope.name == "draw"
    assert selection.prefix.endswith("s.")
    assert selection.suffix.startswith("\ndef other")


def test_less_room_means_signatures_and_then_names() -> None:
    selection, _ = choose(SHAPES, budget=200)
    text = {item.path: item.text for item in selection.snippets}
    assert "def area" in text["shapes.py"]
    assert "return scale" not in text["shapes.py"]
    selection, _ = choose(SHAPES, budget=70)
    (snippet,) = selection.snippets
    assert snippet.text == "class Shape(Base):\n    # members: sides, name, area\n"
    assert [(item.path, item.reason) for item in selection.left_out] == [
        ("base.py", "no room in the budget; base of `Shape`")
    ]


def test_no_room_means_nothing() -> None:
    for budget in (-5, 0, 11):
        assert choose(SHAPES, budget=budget)[0].snippets == ()


def test_the_document_itself_is_never_a_snippet() -> None:
    selection, _ = choose("""
        //- /a.py
        import b
        import a
        b.f()$0
        //- /b.py
        import a
        def f(): ...
    """)
    assert [item.path for item in selection.snippets] == ["b.py"]


def test_imports_are_those_of_the_buffer_not_of_the_file() -> None:
    """An import that was typed a moment ago counts already."""
    fixture = marked.parse("""
        //- /a.py
        import b
        //- /b.py
        X = 1
        //- /sub/c.py
        def y(): ...
    """)
    index = index_of("""
        //- /a.py
        import b
        //- /b.py
        X = 1
        //- /sub/c.py
        def y(): ...
    """)
    snapshot = Snapshot("a.py", "Python", 2, "from sub.c import y\n", 20)
    selection, _ = select(
        index, snapshot, SelectState(), budget_tokens=999, cost=COST, read=fixture.files.get
    )
    assert "full sub/c.py" in shown(selection)


def test_a_name_that_nothing_imports_yet_finds_its_definition() -> None:
    selection, _ = choose("""
        //- /deep/tools.py
        def sharpen(knife): ...
        //- /tests/test_tools.py
        def sharpen(): ...
        //- /main.py
        def cut():
            sharpen($0)
    """)
    assert shown(selection) == ["full deep/tools.py"]
    assert selection.snippets[0].reason == "`sharpen` is being called"


def test_importers_show_how_the_function_is_used() -> None:
    selection, _ = choose("""
        //- /lib.py
        def area(width):
            return $0
        //- /use.py
        from lib import area
        def test():
            assert area(3) == 9
    """)
    assert shown(selection) == ["full use.py"]
    assert "assert area(3) == 9" in selection.snippets[0].text


def test_a_go_package_is_one_room() -> None:
    """Files of the same folder see each other's names without an import."""
    selection, _ = choose("""
        //- /go.mod
        module m
        //- /a.go
        package m
        func Run() { helper($0) }
        //- /b.go
        package m
        func helper(x int) {}
        //- /other/c.go
        package other
        func helper() {}
    """)
    assert [item.path for item in selection.snippets] == ["b.go"]


def test_without_a_grammar_the_neighbours_heads_are_shown() -> None:
    selection, _ = choose("""
        //- /a.rs
        fn a() {}
        //- /b.rs
        fn b() { $0 }
        //- /c.py
        def c(): ...
    """)
    assert shown(selection) == ["full a.rs"]


def test_a_file_outside_of_the_root_has_a_selection_too() -> None:
    index = index_of(SHAPES)
    snapshot = Snapshot("elsewhere.py", "Python", None, "from shapes import Shape\n", 0)
    selection, _ = select(
        index,
        snapshot,
        SelectState(),
        budget_tokens=9_999,
        cost=COST,
        read=marked.parse(SHAPES).files.get,
    )
    assert "full shapes.py" in shown(selection)


def test_files_that_vanish_or_change_are_no_trouble() -> None:
    assert choose(SHAPES, read=lambda _: None)[0].snippets == ()
    changed = marked.parse(SHAPES).files | {"shapes.py": "\n\nclass Shape:\n    new = 1\n"}
    selection, _ = choose(SHAPES, budget=150, read=changed.get)
    assert "class Shape:\n" in "".join(item.text for item in selection.snippets)


def test_the_choice_stays_while_text_is_typed() -> None:
    """Typing changes nothing before it, whatever is typed."""
    first, state = choose(SHAPES, budget=300)
    typed = SHAPES.replace("s.$0", "s.area(far_away_thing)\n        b = 2$0")
    again, kept = choose(typed, budget=300, state=state, moment="typing")
    assert again.snippets is first.snippets
    assert kept is state


def test_the_choice_changes_with_what_it_depends_on() -> None:
    _, state = choose(SHAPES)
    smaller, _ = choose(SHAPES, budget=200, state=state)
    assert sum(COST.snippet(item.path, item.text) for item in smaller.snippets) <= 200
    edited, _ = choose(SHAPES.replace("return scale", "return scale * 2"), state=state)
    assert "return scale * 2" in "".join(item.text for item in edited.snippets)
    imported, _ = choose(SHAPES.replace("from shapes", "import far\nfrom shapes"), state=state)
    assert "skeleton far.py" not in shown(imported)


def test_state_makes_no_difference_but_time() -> None:
    """A cache that has seen other documents gives the same answer as an empty one."""
    _, state = choose(SHAPES.replace("s.$0", "").replace("return 1", "return $0"))
    warm, _ = choose(SHAPES, budget=250, state=replace(state, path=None))
    cold, _ = choose(SHAPES, budget=250)
    assert warm == cold


def outlined(path: str, text: str, level: int) -> str:
    facts = facts_of({path: text})[path]
    source = Source(facts, text)
    return render(source, dict.fromkeys(source.outermost, level))


def test_signatures_come_with_the_first_lines_of_their_documentation() -> None:
    text = marked.parse(SHAPES).files["shapes.py"]
    assert outlined("shapes.py", text, DOCUMENTED) == (
        "class Shape(Base):\n"
        "    '''A shape.'''\n"
        "    sides = 0\n"
        "    def __init__(self, name): ...\n"
        "    self.name = name\n"
        "    def area(self, scale=1):\n"
        "        '''Its area.'''\n"
        "def unrelated(x): ...\n"
    )
    assert outlined("shapes.py", text, NAMES) == (
        "class Shape(Base):\n    # members: sides, name, area\ndef unrelated(x): ...\n"
    )


def test_what_a_brace_or_a_word_opens_is_closed_again() -> None:
    text = (
        "/** A box. */\nclass Box {\n  open(x) {\n    return x\n  }\n}\nfunction f() {\n  g()\n}\n"
    )
    assert outlined("a.js", text, DOCUMENTED) == (
        "/** A box. */\nclass Box {\n  open(x) {...}\n}\nfunction f() {...}\n"
    )
