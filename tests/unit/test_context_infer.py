"""What stands at a cursor is told from texts: the types of names, from file to file."""

from __future__ import annotations

import marked
import pytest
from indexed import index_of

from context.languages import of
from context.selection.chains import alternatives, before_dot, called, open_call, receivers
from context.selection.select import SelectState, select
from context.types import Snapshot


class Characters:
    """A counter for which a token is a character, and a header costs ten."""

    def text(self, text: str, /) -> int:
        """One a character."""
        return len(text)

    def snippet(self, path: str, text: str, /) -> int:
        """The text and its header."""
        del path
        return 10 + len(text)


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("self.app.con", ("self", "app")),
        ("make(a, (b))[0].name.", ("make", "name")),
        ("x = foo\n    .bar()\n    .", ("foo", "bar")),
        ("ptr->next->", ("ptr", "next")),
        ("a?.b.", ("a", "b")),
        ("plain", ()),
        ("1.", ()),
        (").", ()),
        ("", ()),
    ],
)
def test_the_chain_before_a_dot(text: str, chain: tuple[str, ...]) -> None:
    assert before_dot(text, len(text)) == chain


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("f(a, ", ("f",)),
        ("self.run(x=[1, 2], ", ("self", "run")),
        ("f(g(1), ", ("f",)),
        ("f(1)", ()),
        ("x = [f, ", ()),
        ("(", ()),
    ],
)
def test_the_call_that_is_still_open(text: str, chain: tuple[str, ...]) -> None:
    assert open_call(text, len(text)) == chain


def test_an_expression_may_have_its_value_from_either_side() -> None:
    assert alternatives("await a.b(1)[2].c or new D(x)") == (("a", "b", "c"), ("D",))
    assert receivers("x = a.b.c + d().e") == [(("a", "b"), "c"), (("d",), "e")]
    assert called("a.b(c(1))") == [("a", "b"), ("c",)]


LIBRARY = """
    //- /lib/base.py
    class Base:
        def shared(self): ...
    class Settings:
        def lookup(self, key): ...
    //- /lib/shapes.py
    from .base import Base, Settings
    class Shape(Base):
        def __init__(self, edges, *, colour=None):
            self.settings = Settings()
        def area(self): ...
        @property
        def owner(self) -> "Owner": ...
    class Owner:
        telephone = ""
    def make():
        return Shape(3)
    //- /lib/__init__.py
    from .shapes import Shape, make
    //- /far/parsers.py
    class LineParser:
        def next_token(self): ...
    //- /far/use.py
    def f(gadget):
        gadget.twiddle()
    //- /conftest.py
    def arena():
        '''A fixture.'''
    //- /main.py
"""


def members_at(body: str, *, path: str = "main.py", budget: int = 420) -> str:
    """What is shown for a place in a file beside the library, in a tight budget."""
    fixture = LIBRARY.replace("//- /main.py", f"//- /{path}") + body
    found = marked.parse(fixture)
    snapshot = Snapshot(found.path, of(found.path), 1, found.text, found.cursor)
    selection, _ = select(
        index_of(fixture),
        snapshot,
        SelectState(),
        budget_tokens=budget,
        cost=Characters(),
        read=found.files.get,
    )
    return "".join(item.text for item in selection.snippets)


@pytest.mark.parametrize(
    "body",
    [
        "    from lib import Shape\n    def f(x: Shape):\n        x.$0\n",
        "    from lib import Shape\n    def f(x: 'list[Shape]|None'):\n        x[0].$0\n",
        "    from lib import make\n    def f():\n        x = make()\n        x.$0\n",
        "    from lib import make\n    def f():\n        with make() as x:\n            x.$0\n",
        "    from lib import Shape\n    def f():\n        for x in Shape(1):\n            x.$0\n",
        "    import lib\n    def f():\n        x = lib.make()\n        x.$0\n",
        "    from lib import Shape\n    class A(Shape):\n      def f(self):\n        self.$0\n",
        "    from lib import make\n    X = make()\n    def f():\n        X.$0\n",
    ],
)
def test_members_of_what_a_name_stands_for(body: str) -> None:
    """Its own, and those of its base in another file."""
    text = members_at(body)
    assert "area" in text
    assert "shared" in text


def test_attributes_and_properties_lead_on() -> None:
    body = "    from lib import Shape\n    def f(x: Shape):\n        x.{}.$0\n"
    assert "lookup" in members_at(body.format("settings"))
    assert "telephone" in members_at(body.format("owner"))


def test_a_call_shows_what_may_be_passed() -> None:
    """A class is called as its constructor is."""
    text = members_at("    from lib import Shape\n    def f():\n        Shape(3, $0)\n")
    assert "def __init__(self, edges, *, colour=None):" in text


def test_where_no_type_says_so_names_do() -> None:
    """`line_parser` is likely a `LineParser`; a `gadget` has what others read from one."""
    assert "next_token" in members_at("    def f(line_parser):\n        line_parser.$0\n")
    assert "# uses gadget: twiddle" in members_at("    def f(gadget):\n        gadget.$0\n")


def test_a_tests_parameter_is_a_fixture() -> None:
    text = members_at("    def test_it(arena):\n        $0\n", path="test_main.py")
    assert "def arena()" in text


def test_open_files_are_shown_by_name_and_kept_back_ones_not_at_all() -> None:
    found = marked.parse(LIBRARY + "    x = 1$0\n")
    snapshot = Snapshot(found.path, "Python", 1, found.text, found.cursor)

    def chosen(**more: object) -> list[str]:
        selection, _ = select(
            index_of(LIBRARY + "    x = 1\n"),
            snapshot,
            SelectState(),
            budget_tokens=500,
            cost=Characters(),
            read=found.files.get,
            **more,  # type: ignore[arg-type]
        )
        return [item.path for item in selection.snippets]

    assert "far/parsers.py" in chosen(recent=("far/parsers.py",))
    assert "far/parsers.py" not in chosen()
    kept_back = chosen(recent=("far/parsers.py",), passes=lambda path, *_: path != "far/parsers.py")
    assert "far/parsers.py" not in kept_back
