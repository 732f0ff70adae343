"""What the check of the syntax does with any text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from context.checks.syntax import syntax_check
from context.types import Snapshot

_PIECES = [
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "`",
    "\n",
    "    ",
    "x",
    " = ",
    ",",
    ":",
    "def ",
    "\ud800",
]
_CODE = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)
_LANGUAGES = st.sampled_from([("a.py", "Python"), ("a.ts", "TypeScript"), ("a.rb", "Ruby")])


@settings(max_examples=60, deadline=None)
@given(_LANGUAGES, _CODE, _CODE, _CODE)
def test_any_text_has_a_sound_beginning_that_is_the_same_each_time(language, above, below, text):
    def sound() -> int:
        return syntax_check(Snapshot(*language, 1, above + below, len(above))).sound(text, 0)

    found = sound()
    assert 0 <= found <= len(text)
    assert sound() == found
