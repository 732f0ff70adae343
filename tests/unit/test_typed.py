"""What is typed, and how much of its prompts a server would have read again."""

from __future__ import annotations

from random import Random

import pytest

from context.probe.holes import Hole
from lsp_server.measuring.anchored import approach
from lsp_server.measuring.asking import Opened, keystrokes, type_text
from lsp_server.measuring.prefix_cache import PrefixCache, Reader, shared
from lsp_server.measuring.typed import _summed_up, draft_of


class _Ears:
    """A server that only listens."""

    def __init__(self):
        self.heard = []

    def notify(self, method, params):
        self.heard.append((method, params))


def _shown(ids, typed=0, text="prompt"):
    return {"prompt_ids": ids, "prompt": text, "tokens": len(ids or text), "typed_tokens": typed}


def test_a_line_end_is_one_keystroke():
    assert keystrokes("a\r\n\n\rb") == ["a", "\r\n", "\n", "\r", "b"]


@pytest.mark.parametrize(
    ("text", "cursor", "n", "begun", "keys"),
    [
        ("one two", 7, 3, "one ", ("t", "w", "o")),
        ("one two", 3, 2, "o two", ("n", "e")),
        ("a\r\nb", 4, 2, "a", ("\r\n", "b")),
        ("\r\n\r\n\r\n", 6, 2, "\r\n", ("\r\n", "\r\n")),
        ("ab", 2, 9, "", ("a", "b")),
        ("ab", 0, 9, "ab", ()),
    ],
    ids=["at the end", "in the middle", "line end", "line ends", "from the start", "nothing"],
)
def test_a_draft_lacks_what_is_typed_last(text, cursor, n, begun, keys):
    draft = draft_of(text, cursor, n)
    assert (draft.begun, draft.keys) == (begun, keys)
    assert draft.begun[: draft.cursor] + "".join(keys) == text[:cursor]


def test_the_cursor_goes_along_with_what_is_typed():
    """Edits name the place that the editor would name, lines and characters from 0."""
    ears = _Ears()
    opened = Opened(ears, "file:///a.py", 4, 2)
    for text in ("ab", "(\r\n  ", "x"):
        type_text(opened, text)
    edits = [params for method, params in ears.heard if method == "textDocument/didChange"]
    places = [edit["contentChanges"][0]["range"]["start"] for edit in edits]
    assert [tuple(place.values()) for place in places] == [(4, 2), (4, 4), (5, 2)]
    assert opened.place["position"] == {"line": 5, "character": 3}
    assert [edit["textDocument"]["version"] for edit in edits] == [2, 3, 4]


def test_a_cache_reads_what_no_earlier_prompt_began_with():
    """By whole blocks; the last token is always read."""
    cache = PrefixCache(4)
    head = list(range(10))
    assert cache.read(head) == 10
    assert cache.read(head) == 2
    assert cache.read(head[:8]) == 4
    assert cache.read([*head[:6], 99, 99, 99, 99]) == 6
    assert cache.read([99, *head]) == 11
    assert cache.read([]) == 0


def test_a_block_is_known_only_behind_what_stood_before_it():
    cache = PrefixCache(2)
    cache.read([1, 2, 3, 4, 5])
    assert cache.read([9, 9, 3, 4, 5]) == 5
    assert cache.read([1, 2, 9, 9, 9]) == 3


def test_prompts_without_ids_are_read_as_text():
    """What is new of them is estimated."""
    reader = Reader(1)
    text = "alpha beta gamma delta"
    first = reader.read(_shown(None, text=text))
    again = reader.read(_shown(None, text=text + " omega"))
    assert 0 < again < first
    longer = _shown(None, text=text + "!!")
    assert shared(_shown(None, text=text), longer) == (longer["tokens"] - 2, 0)


def test_no_more_is_read_of_a_prompt_than_it_has():
    """Sentinels take few tokens and many letters, of which a small prompt mostly consists."""
    head = (
        "<\uff5cfim\u2581begin\uff5c>#a.py\n<\uff5cfim\u2581hole\uff5c><\uff5cfim\u2581end\uff5c>"
    )
    first, second = ({**_shown(None, text=head + typed), "tokens": 9} for typed in ("x", "y"))
    reader = Reader(1)
    assert reader.read(first) == 9
    assert reader.read(second) in range(1, 3)
    assert shared(first, second) == (8, 1)
    other = {**_shown(None, text="#" + head), "tokens": 9}
    assert reader.read(other) == 9
    assert shared(first, other) == (0, 9)
    nothing = {**_shown(None, text=""), "tokens": 0}
    assert reader.read(nothing) == 0
    assert shared(first, nothing) == (0, 9)


def test_a_head_stands_still_when_only_what_was_typed_differs():
    """What was typed first is typed on, or replaced; it is no part of the head."""
    same = _summed_up([_shown([1, 2, 3, 7], 1), _shown([1, 2, 3, 8], 1), _shown([1, 2, 3, 8, 9])])
    assert (same["head_tokens"], same["same_head"], same["keystrokes"]) == (3, True, 2)
    assert same["read_again"] == {"mean": 1.0, "max": 1, "total": 2}
    moved = _summed_up([_shown([1, 2, 3, 7], 1), _shown([1, 2, 4, 8, 9], 1)])
    assert (moved["head_tokens"], moved["same_head"]) == (2, False)


@pytest.mark.parametrize("seed", range(9))
@pytest.mark.parametrize("n_lines", [0, 3, 30])
def test_a_hole_is_typed_from_the_start_of_a_line_above_it(seed, n_lines):
    """The steps are what stands there, and the last one is no more than a word."""
    prefix = "".join(f"line {n} = call({n})\r\n" for n in range(n_lines)) + "    x = some.call("
    rng = Random(seed)  # noqa: S311 - draws that repeat
    one = approach(Hole("a.py", "Python", prefix, "\r\n", "1)"), rng)
    assert prefix[: one.start] + "".join(one.steps) == prefix
    assert one.start == 0 or prefix[one.start - 1] == "\n"
    assert one.steps[-1] == "("
    lines = sum(step.endswith("\n") for step in one.steps)
    assert lines in {min(n, n_lines) for n in (1, 4, 12)}
