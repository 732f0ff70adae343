"""Invented members and keyword arguments in Python: what is found, and what must pass."""

from __future__ import annotations

import marked
import pytest
from indexed import index_of

from context.checks.symbols import symbol_check
from context.selection.memo import Memo
from context.types import Snapshot

SHOP = """
//- /shop/__init__.py
//- /shop/base.py
import enum
from dataclasses import dataclass
from typing import NamedTuple
class Basket:
    limit = 3
    def __init__(self, owner, *, size=1):
        self.owner = owner
    def total(self, rate=1): return 0
    @property
    def first(self) -> "Item": ...
@dataclass
class Item:
    price: int
    name: str = ""
class Point(NamedTuple):
    x: int
class Colour(enum.Enum):
    RED = 1
def make(kind) -> Basket: ...
def loose(**options): ...
class Proxy:
    def __getattr__(self, name): ...
class Outside(Unknown): ...
@remade
class Remade: ...
def remade(kind): ...
class Loader:
    def __init__(self, *pairs):
        for key, value in pairs:
            setattr(self, key, value)
class Spread:
    def __init__(self, **found):
        for key, value in found.items():
            setattr(self, key, value)
class Taker:
    def __init__(self, **found): self.__dict__.update(found)
class Codes(enum.IntEnum):
    OK = 1
for code in Codes: setattr(Codes, code.name.lower(), code)
class Handed:
    def __get__(self, one, kind): ...
class Holder:
    handed = Handed()
    plain = Basket(1)
"""


def found(text: str, document: str, more: str = "") -> list[str]:
    """The names that are found to be invented in a text at the document's cursor."""
    fixture = f"{SHOP}{more}//- /shop/use.py\n{document}"
    files = marked.parse(fixture)
    snapshot = Snapshot(files.path, "Python", None, files.text, files.cursor)
    check = symbol_check(index_of(fixture), snapshot, read=files.files.get, memo=Memo())
    made = check.invented(text, 0)
    assert all(each.name.endswith(text[each.start : each.end]) for each in made)
    return [f"{each.owner}.{each.name}" for each in made]


IMPORTS = "from shop import base\nfrom shop.base import *\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Basket(1).totl()", ["Basket.totl"]),
        ("Basket(1).total()", []),
        ("Basket(1, sise=2)", ["Basket.sise"]),
        ("Basket(owner=1, size=2)", []),
        ("Basket(1).total(rat=2)", ["total.rat"]),
        ("make(1).owner", []),
        ("make(1).ownr", ["Basket.ownr"]),
        ("Basket(1).first.price", []),
        ("Basket(1).first.prize", ["Item.prize"]),
        ("Item(price=1, nam=2)", ["Item.nam"]),
        ("Item(1, name='x')", []),
        ("Point(x=1, y=2)", ["Point.y"]),
        ("Point(x=1)._replace(x=2)", []),
        ("Colour.RED.value", []),
        ("Colour.GREEN", ["Colour.GREEN"]),
        ("Colour.RED.nmae", ["Colour.nmae"]),
        ("base.maek()", ["shop/base.py.maek"]),
        ("loose(anything=1)", []),
        ("Proxy().anything", []),
        ("Outside().anything", []),
        ("Remade(anything=1)", []),
        ("Spread(a=1).anything", []),
        ("Taker(a=1).anything", []),
        ("Codes.ok", []),
        ("Holder().handed.anything", []),
        ("Holder().plain.anything", ["Basket.anything"]),
        ("Basket.__doc__, Basket.mro", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    """What is found where the definitions say so, and what passes."""
    assert found(text, f"{IMPORTS}$0\n") == names


def test_self() -> None:
    """Bases, heirs and what the completion itself defines count."""
    document = "from shop.base import Basket\nclass Big(Basket):\n    def f(self):\n        $0\n"
    assert found("self.total(self.limit)", document) == []
    assert found("self.ttoal()", document) == ["Big.ttoal"]
    assert found("self.fresh = 1\n        self.fresh", document) == []
    assert found("self.own()\n    def own(self): ...", document) == []
    heir = "//- /shop/heir.py\nfrom shop.use import Big\nclass Bigger(Big):\n    depth = 1\n"
    assert found("self.depth", document, heir) == []
    assert found("super().totla()", document) == ["Big.totla"]


def test_a_mixin_that_is_being_written() -> None:
    """What it is mixed into isn't there yet; a class that somebody uses is as it is."""
    mixin = "class KeyMixin:\n    def f(self):\n        return $0\n"
    assert found("self.kwargs", mixin) == []
    begun = mixin.replace("KeyMixin", "Key")
    assert found("self.kwargs", begun) == []
    assert found("self.kwargs", f"{begun}Key()\n") == ["Key.kwargs"]
    made = begun.replace("def f", "def __init__(self): ...\n    def f")
    assert found("self.kwargs", made) == ["Key.kwargs"]


def test_everything_that_a_module_exports() -> None:
    """What `__all__` leaves out isn't what the name stands for."""
    more = (
        "//- /lib/__init__.py\nfrom lib.one import *\nfrom lib.two import *\n"
        "//- /lib/one.py\n__all__ = ['path']\ndef path(source): ...\n"
        "//- /lib/two.py\n__all__ = ['other']\nfrom lib.three import walk as path\n"
        "//- /lib/three.py\ndef walk(start): ...\n"
    )
    assert found("lib.path(source=1)", "import lib\n$0\n", more) == []
    assert found("lib.path(start=1)", "import lib\n$0\n", more) == ["path.start"]
    later = more.replace("'other'", "'path'")
    assert found("lib.path(start=1)", "import lib\n$0\n", later) == []


def test_what_is_given_from_outside() -> None:
    """A member that is assigned to an instance anywhere, or by its name, is one."""
    document = "from shop.base import Basket\ndef f(b: Basket):\n    $0\n"
    assert found("b.label", document) == ["Basket.label"]
    assert found("b.label", document, "//- /shop/a.py\nthing.label = 1\n") == []
    assert found("b.label", document, "//- /shop/a.py\nsetattr(Basket, 'label', 1)\n") == []
    assert found("b.label", document, "//- /shop/a.py\ndef g(b): return b.label\n") == []


def test_given_names_stand_somewhere() -> None:
    """Who has members set by name has those whose names stand somewhere."""
    document = "from shop.base import Loader\ndef f(o: Loader):\n    $0\n"
    assert found("o.colour", document) == ["Loader.colour"]
    assert found("o.colour", document, "//- /shop/a.py\nLoader(colour=1)\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "b = Basket(1); b = other()",
        "b: Basket = x; isinstance(b, Item)",
        "for b in Basket(1): pass",
        "b = Basket(1) if x else None",
        "import b",
        "class b: pass",
        "with Basket(1) as b: pass",
    ],
)
def test_unsure(line: str) -> None:
    """A name that may stand for something else has whatever is read from it."""
    assert found("b.nothing", f"from shop.base import *\ndef f(x):\n    {line}\n    $0\n") == []


def test_imported_names() -> None:
    """A name that a module lacks; not one that is awaited to be missing."""
    assert found("Basket, Baskte", "from shop.base import $0\n") == ["shop/base.py.Baskte"]
    document = "try:\n    from shop.base import $0\nexcept ImportError:\n    pass\n"
    assert found("Baskte", document) == []


def test_standard_library() -> None:
    """Test cases and errors have what the library gives them."""
    case = "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        $0\n"
    assert found("self.assertEqual(1, 1)", case) == []
    assert found("self.assertEquality(1, 1)", case) == ["T.assertEquality"]
    error = "class E(ValueError):\n    def f(self):\n        $0\n"
    assert found("self.args, self.with_traceback", error) == []
    assert found("self.messages", error) == ["E.messages"]


def test_names_begun_before_the_cursor() -> None:
    """The whole name is told, from where the completion begins."""
    fixture = f"{SHOP}//- /shop/use.py\nfrom shop.base import *\nBasket(1).to$0\n"
    files = marked.parse(fixture)
    snapshot = Snapshot(files.path, "Python", None, files.text, files.cursor)
    check = symbol_check(index_of(fixture), snapshot, read=files.files.get, memo=Memo())
    assert check.invented("tal()", 0) == ()
    (wrong,) = check.invented("tally()", 0)
    assert (wrong.start, wrong.end, wrong.name) == (0, 5, "totally")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("b.$0", "ttoal()"),
        ("b.$0", "ttoal"),
        ("b . $0", "ttoal()"),
        ("return b.$0", "ttoal(b.owner)"),
        ("print(b.tt$0)", "oal()"),
        ("Colour.$0", "GREEN"),
        ("Colour.GR$0", "EEN"),
        ("base.$0", "maek(1)"),
    ],
)
def test_right_behind_the_dot(line: str, text: str) -> None:
    """A name that begins at the cursor, or before it, doesn't speak for itself."""
    document = f"{IMPORTS}def f(b: Basket):\n    {line}\n"
    assert len(found(text, document)) == 1


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("b.$0", "total()"),
        ("b.to$0", "tal()"),
        ("b.$0", "fresh = 1"),
        ("b.$0 = 1", "fresh"),
        ("b.$0", "fresh = 1\n    b.fresh"),
        ("Colour.$0", "RED.value"),
    ],
)
def test_right_behind_the_dot_what_is_there(line: str, text: str) -> None:
    """What is there, or given there, passes."""
    assert found(text, f"{IMPORTS}def f(b: Basket):\n    {line}\n") == []


def test_other_texts() -> None:
    """No language, no tree, no end: nothing is found and nothing is raised."""
    snapshot = Snapshot("a.txt", "Text", None, "", 0)
    check = symbol_check(index_of("x"), snapshot, read=lambda _: None, memo=Memo())
    assert check.invented("a.b", 0) == ()
    assert found("((((.x=\ud800 a.b(c=", f"{IMPORTS}$0\n") == []
