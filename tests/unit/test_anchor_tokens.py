"""An anchored prompt to the token: ids that are kept, sentinels, half-typed words."""

from __future__ import annotations

import pytest
import tiny_bpe
from packed import BEGIN, END, HOLE, SPEC, Editor, editor

from inference.tokens.load import load_tokenizer


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return load_tokenizer(tiny_bpe.write(tmp_path_factory.mktemp("bpe")), SPEC)


def test_ids_of_the_head_are_kept_as_they_are(exact):
    doc = editor("a = 1\nb = $0\nc = 3\n", tokenizer=exact, as_ids=True)
    first = doc.state.anchors[0].head
    doc.type("foo")
    assert doc.state.anchors[0].head is first
    assert doc.prompt.token_ids == first.token_ids + exact.encode("b = foo")
    assert doc.prompt.n_tokens == len(doc.prompt.token_ids)


@pytest.mark.parametrize("changed", [{"budget_tokens": 3_000}, {"as_ids": True}])
def test_other_terms_are_another_anchor(changed, exact):
    doc = editor("a = 1\nb = $0\nc = 3\n", tokenizer=exact)
    anchor = doc.state.anchors[0]
    doc.ask(**changed)
    assert doc.state.anchors[0] is not anchor
    assert doc.prompt.n_tokens <= changed.get("budget_tokens", 4_096)


def test_a_typed_sentinel_is_no_control_token(exact):
    """As ids it is text; on its way as text that request goes without an anchor."""
    doc = editor("a = 1\nb = $0\nc = 3\n", tokenizer=exact)
    anchors = doc.state.anchors
    doc.before += HOLE
    doc.ask()
    assert doc.prompt.text == f"{BEGIN}#a.py\nA = 1\n#main.py\n{HOLE}\nc = 3\n{END}"
    assert doc.state.anchors == anchors
    doc.ask(as_ids=True)
    assert doc.tail == "b = " + HOLE
    assert doc.prompt.token_ids.count(exact.control_id(HOLE)) == 1


def test_carriage_returns_are_recognised():
    doc = Editor("a = 1\r\nb = ", "\r\nc = 3\r\n").type("x")
    assert doc.n_heads == 1
    assert doc.prompt.text.endswith(f"a = 1\n{HOLE}\nc = 3\n{END}b = x")


@pytest.mark.parametrize(
    ("typed", "kept", "healing"),
    [
        ("foo(se", "foo", "(se"),
        ("x = fo", "x =", " fo"),
        ("self.na", "self", ".na"),
        ("((fo", "((", "fo"),
        ("x = ", "x =", " "),
        ("    ", "", "    "),
        ("if x:", "if x", ":"),
        ("x = [", "x =", " ["),
        ("y = 12345", "y = 123", "45"),
        ("y = 123", "y = 123", ""),
        ("z" * 70, "z" * 70, ""),
        ("a\0bc", "a\0", "bc"),
        ("a\0", "a\0", ""),
        ("a\ufffdbc", "a\ufffdbc", ""),
        ("", "", ""),
    ],
)
def test_a_half_typed_token_is_taken_back(typed, kept, healing):
    doc = Editor("a = 1\n" + typed, "\nc = 3\n", {"heal": True})
    assert (doc.tail, doc.prompt.healing) == (kept, healing)


def test_healing_stays_within_what_stands_last():
    """Before the hole when nothing is anchored; never in what a sentinel follows."""
    loose = Editor("a = 1\nb = fo", "\nc = 3\n", {"heal": True, "anchoring": "off"})
    assert f"\nb ={HOLE}" in loose.prompt.text
    assert loose.prompt.healing == " fo"
    anchored = Editor("a = fo\n", "\nc = 3\n", {"heal": True})
    assert f"a = fo\n{HOLE}" in anchored.prompt.text
    assert anchored.prompt.healing == ""
