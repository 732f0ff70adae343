"""What becomes of a completion that is checked, and why nothing does."""

from __future__ import annotations

import pytest

from context.checks.secrets import secret_check
from context.types import Invented, Snapshot
from inference.answer.checks import Checks, checked
from inference.types import Completion, NoCompletion

_REJECTED = "it is what was turned down a moment ago"


class Upto:
    """A syntax check by a rule of the test's."""

    def __init__(self, sound):
        self.sound = sound


class Names:
    """A symbol check that knows which names are invented."""

    def __init__(self, *names):
        self.names = names

    def invented(self, text, _n_replaced):
        """Those of them that are in the text."""
        return tuple(
            Invented(text.index(name), text.index(name) + len(name), name, "Client", "member")
            for name in self.names
            if name in text
        )


def _checked(text, checks, *, replace=(0, 0), min_confidence=0.2, **more):
    made = checked(Completion(text, replace, **more), checks, min_confidence)
    return made.reason if isinstance(made, NoCompletion) else made


@pytest.mark.parametrize(
    ("text", "rejected", "is_rejected"),
    [
        ("a + b", "a + b", True),
        ("a+b", "a + b\n", True),
        ("foo(a)\nbar()", "foo(a)", True),
        ("foobar", "foo", False),
        ("foo(", "foo(a)", False),
        ("xy", "x", False),
    ],
)
def test_what_was_turned_down_is_not_offered_again(text, rejected, is_rejected):
    assert (_checked(text, Checks(rejected=(rejected,))) == _REJECTED) == is_rejected


def test_a_text_is_cut_to_what_is_sound():
    made = _checked("a = 1\nb = (", Checks(Upto(lambda text, _n: text.index("\n"))))
    assert made.text == "a = 1"


def test_nothing_sound_is_a_reason():
    assert _checked("))", Checks(Upto(lambda _text, _n: 0))) == "it would break the syntax"


def test_what_is_cut_off_may_have_held_what_it_replaces():
    """`a)(` in front of `)`: without its end the bracket after the cursor must stay."""
    made = _checked("a)(", Checks(Upto(lambda _text, n: 0 if n else 1)), replace=(5, 6))
    assert (made.text, made.replace) == ("a", (5, 5))


def test_the_confidence_is_that_of_what_is_left():
    checks = Checks(Upto(lambda _text, _n: 5))
    known = ((2, 0.9), (5, 0.8), (8, 0.5))
    made = _checked("a = 1 + (", checks, confidence=0.5, beginnings=known)
    assert (made.confidence, made.beginnings) == (0.8, known[:2])
    unsure = _checked("a = 1 + (", checks, confidence=0.5, beginnings=known, min_confidence=0.85)
    assert unsure == "confidence 0.80 is below the threshold 0.85"


def test_a_part_may_end_in_the_middle_of_something():
    """The backend was sure of so much of a line; what it leaves open needn't be closed yet."""
    checks = Checks(Upto(lambda text, _n: len(text) if text.count("(") == text.count(")") else 3))
    assert _checked("foo(a", checks, is_part=True).text == "foo(a"
    assert _checked("foo(a", checks).text == "foo"


def test_a_name_that_is_not_there_takes_its_line_with_it():
    checks = Checks(symbols=Names("fetch"))
    assert _checked("a = 1\nclient.fetch()\nb = 2", checks).text == "a = 1"
    assert _checked("client.fetch()", checks) == "it uses a member that `Client` doesn't have"


def _secret(document, text):
    at = document.index("$0")
    snapshot = Snapshot("a.py", "Python", 1, document.replace("$0", ""), at)
    return _checked(text, Checks(secrets=secret_check(snapshot)))


_KEY = "AKIA" + "Q7ZX2M4N8P3R5T6V"


def test_a_key_is_not_suggested_unless_the_document_has_it():
    """That it is one is told by the line's beginning, which stands before the cursor."""
    found = _secret('aws_key = "$0\n', f'{_KEY}"')
    assert found == "it would bring in what looks like a secret: AWS Access Key"
    document = f'first = "{_KEY}"\naws_key = "$0\n'
    assert _secret(document, f'{_KEY}"').text == f'{_KEY}"'
    assert _secret("aws_key = $0\n", "read_key()").text == "read_key()"
