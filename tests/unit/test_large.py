"""Of a large document what is near the cursor is looked at, and stands where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.parsing.parse import parse
from context.selection.large import facts_near
from context.types import Snapshot

if TYPE_CHECKING:
    from context.facts import FileFacts

LINE = "value = 'some text or other'\n"
NEAR = 'def near(here):\n    """What."""\n    return he\n'


def _facts(text: str, cursor: int) -> FileFacts:
    return facts_near(Snapshot("big.py", "Python", 1, text, cursor))


def test_what_is_near_the_cursor_stands_where_it_stands():
    text = f"import ship\n{LINE * 20_000}{NEAR}{LINE * 20_000}"
    facts = _facts(text, text.index("return he") + 9)
    found = next(item for item in facts.definitions if item.name == "near")
    every = parse("big.py", "Python", f"import ship\n{LINE}{NEAR}").definitions
    assert [item.module for item in facts.imports] == ["ship"]
    assert text[found.start : found.end] + "\n" == NEAR
    assert text.split("\n")[found.line] == "def near(here):"
    assert text.split("\n")[found.doc].strip() == '"""What."""'
    assert found.last - found.line == every[-1].last - every[-1].line


def test_a_keystroke_looks_at_the_same_window():
    text = f"import ship\n{LINE * 20_000}"
    assert _facts(text, 300_000) is _facts(text, 300_001)


def test_a_document_of_one_long_line_is_looked_at_in_part():
    text = "a = 1; " * 100_000
    assert all(item.end <= len(text) for item in _facts(text, 350_000).definitions)
