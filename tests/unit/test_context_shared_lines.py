"""Definitions that share a line are shown once."""

from __future__ import annotations

from context.parsing.parse import parse
from context.selection.forms import DOCUMENTED, render
from context.selection.outlined import Source


def shown(language: str, path: str, text: str) -> str:
    facts = parse(path, language, text)
    tops = {at: DOCUMENTED for at, item in enumerate(facts.definitions) if item.parent < 0}
    return render(Source(facts, text), tops)


def test_several_members_of_one_line() -> None:
    ruby = "class Box\n  attr_reader :size, :owner\n  def open\n    1\n  end\nend\n"
    assert shown("Ruby", "a.rb", ruby) == (
        "class Box\n  attr_reader :size, :owner\n  def open; ... end\nend\n"
    )
    go = "type Point struct {\n\tX, Y int\n}\nvar a, b = 1, 2\n"
    assert shown("Go", "a.go", go) == go


def test_fields_that_a_constructor_declares() -> None:
    text = "class Box {\n  constructor(private readonly size: number) {\n    run()\n  }\n}\n"
    assert shown("TypeScript", "a.ts", text) == (
        "class Box {\n  constructor(private readonly size: number) {...}\n}\n"
    )
