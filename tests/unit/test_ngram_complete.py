"""What the embedded model completes, told in small repositories."""

from __future__ import annotations

import marked
import pytest

from inference.ngram.base import Document, Model, note_changes, train
from inference.ngram.complete import Answer, complete

SHOP = """
    //- /shop/cart.py
    class Cart:
        def __init__(self, owner, items):
            self.owner = owner
            self.items = items

        def total(self):
            return sum(item.price for item in self.items)

    //- /shop/order.py
    from shop.cart import Cart


    def place_order(owner, items):
        cart = Cart(owner, items)
        cart.save(commit=True)
        return cart


    def repeat_order(owner, items):
        cart = Cart(owner, items)
        cart.save(commit=True)
        return cart

"""


def answer(fixture: str, rest: str = "") -> Answer:
    """The answer at the fixture's cursor, its file's saved version without the line."""
    case = marked.parse(fixture)
    documents = [Document(path, "", text) for path, text in sorted(case.files.items())]
    prefix, suffix = case.text[: case.cursor], rest + case.text[case.cursor :]
    return complete(Model(train(documents)), prefix, suffix, case.path)


def test_a_line_that_others_have() -> None:
    """What two functions of the repository do a third is likely to do."""
    found = answer(
        SHOP
        + """
    //- /shop/gift.py
    from shop.cart import Cart


    def place_gift(owner, items):
        cart = Cart($0
        cart.save(commit=True)
        return cart
    """
    )
    assert found.text == "owner, items)"
    assert found.confidence > 0.5
    assert found.finished


def test_the_files_own_saved_version_is_not_read() -> None:
    """The buffer shadows it: a line deleted there must not come back from the disk."""
    saved = "zebra = giraffe(7)\n" * 3
    model = Model(train([Document("a.py", "", saved), Document("b.py", "", "x = 1\n")]))
    assert "giraffe" not in complete(model, "zebra", "\n", "a.py").text
    assert complete(model, "zebra", "\n", "c.py").text == " = giraffe(7)"


def test_a_blank_that_stands_there_is_not_repeated() -> None:
    """After `cart = ` the answer starts with the word itself."""
    fixture = SHOP + "\n    //- /shop/gift.py\n    def gift(owner, items):\n        cart = $0\n"
    assert answer(fixture).text == "Cart(owner, items)"


@pytest.mark.parametrize("typed", ["car", "ca"])
def test_a_word_half_typed(typed: str) -> None:
    """The word is completed and the line goes on from there."""
    fixture = SHOP + f"\n    //- /shop/gift.py\n    def gift(owner, items):\n        {typed}$0\n"
    assert answer(fixture).text == "cart"[len(typed) :] + " = Cart(owner, items)"


def test_what_the_line_has_already_stays() -> None:
    """The bracket that the editor has put behind the cursor isn't inserted again."""
    fixture = (
        SHOP + "\n    //- /shop/gift.py\n    def gift(owner, items):\n        cart = Cart($0)\n"
    )
    assert answer(fixture).text == "owner, items"


def test_never_past_the_line() -> None:
    """An answer is one line."""
    fixture = SHOP + "\n    //- /shop/gift.py\n    def gift(owner, items):$0\n"
    assert "\n" not in answer(fixture).text


def test_pieces_grow_less_sure() -> None:
    """Each piece's confidence covers all before it, so it never rises."""
    fixture = SHOP + "\n    //- /shop/gift.py\n    def gift(owner, items):\n        cart$0\n"
    found = answer(fixture)
    sure = [piece.confidence for piece in found.pieces]
    assert sure == sorted(sure, reverse=True)
    assert found.confidence <= sure[-1] + 1e-9


def test_the_same_again() -> None:
    """Same repository and request, same answer, number for number."""
    fixture = SHOP + "\n    //- /shop/gift.py\n    def gift(owner, items):\n        cart$0\n"
    assert answer(fixture) == answer(fixture)


def test_brackets_follow_what_comes_after() -> None:
    """A call whose closing bracket stands on a later line isn't closed here."""
    fixture = """
    //- /a.py
    call(
        first,
        second,
    )
    call(
        first,
        second,
    )
    call(
        first,
        second$0
    )
    """
    assert answer(fixture).text == ","


def test_changed_documents_are_seen_at_once() -> None:
    """What changed since training is found in its new form and not in its old one."""
    base = train([Document("a.py", "1", "walrus(old)\n" * 3), Document("b.py", "1", "x = 1\n")])
    changes = note_changes(base, [Document("a.py", "2", "walrus(fresh)\n" * 3)], ())
    assert complete(Model(base), "walrus", "\n", "c.py").text == "(old)"
    assert complete(Model(base, changes), "walrus", "\n", "c.py").text == "(fresh)"


def test_documents_that_are_gone_are_forgotten() -> None:
    """A deleted file says nothing any more."""
    base = train([Document("a.py", "1", "walrus(old)\n" * 3), Document("b.py", "1", "x = 1\n")])
    changes = note_changes(base, (), ["a.py"])
    assert "old" not in complete(Model(base, changes), "walrus", "\n", "c.py").text


def test_stopped_before_it_began() -> None:
    """A request that nobody waits for any more costs nothing."""
    model = Model(train([Document("a.py", "1", "walrus(old)\n" * 3)]))
    assert complete(model, "walrus", "\n", "c.py", lambda: True).text == ""


def test_other_languages() -> None:
    """Nothing is special about Python."""
    fixture = """
    //- /a.js
    export function load(store, key) {
      const value = store.getItem(key);
      return value === null ? undefined : value;
    }
    //- /b.js
    export function peek(store, key) {
      const value = $0
      return value === null ? undefined : value;
    }
    """
    assert answer(fixture).text == "store.getItem(key);"


def test_the_documents_last_line_is_completed_as_any_other() -> None:
    """A line break that isn't typed yet makes nobody less sure."""
    fixture = (
        SHOP
        + """
    //- /shop/again.py
    from shop.cart import Cart


    def take_order(owner, items):
        cart = Cart($0"""
    )
    with_break, without = answer(fixture + "\n"), answer(fixture)
    assert without.text == with_break.text == "owner, items)"
    assert without.confidence == with_break.confidence


def test_half_a_word_that_stands_elsewhere() -> None:
    """`render` is a word, but what is called here is `render_lines`."""
    text = "def render(x): ...\n" + "out = console.render_lines(page)\n" * 4
    assert answer(text + "out = console.render$0\n").text == "_lines(page)"
    assert not answer(text + "def render$0\n").text.startswith("_")
