"""Stop texts end a stream wherever it is cut."""

from __future__ import annotations

import pytest

from inference.answer.stops import StopScanner


def _scan(stops, pieces):
    scanner = StopScanner(stops)
    emitted = []
    for piece in pieces:
        text, hit = scanner.feed(piece)
        emitted.append(text)
        if hit:
            return "".join(emitted), True
    return "".join(emitted) + scanner.finish(), False


@pytest.mark.parametrize(
    ("stops", "text", "expected"),
    [
        (("<eos>",), "return x<eos>junk", ("return x", True)),
        (("<eos>",), "a <e b", ("a <e b", False)),
        (("<eos>",), "a <eo", ("a <eo", False)),
        (("<eos>",), "<eos>", ("", True)),
        (("b", "abc"), "xabc", ("xa", True)),
        (("cd", "bcd"), "abcd", ("a", True)),
        (("<EOT>", "▁<EOT>"), "x▁<EOT>", ("x", True)),
        (("aab",), "aaab", ("a", True)),
        ((), "anything", ("anything", False)),
        (("",), "anything", ("anything", False)),
    ],
)
def test_whole_and_letter_by_letter(stops, text, expected):
    assert _scan(stops, [text]) == expected
    assert _scan(stops, list(text)) == expected


def test_what_may_begin_a_stop_is_held_back():
    scanner = StopScanner(("<eos>",))
    assert scanner.feed("x <e") == ("x ", False)
    assert scanner.feed("lse") == ("<else", False)
    assert scanner.feed("<eos") == ("", False)
    assert scanner.feed(">") == ("", True)
    assert scanner.feed("more") == ("", True)
