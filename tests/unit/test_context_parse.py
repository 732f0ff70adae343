"""One text's facts, for each language with a grammar."""

from __future__ import annotations

import pickle
import textwrap
from typing import TYPE_CHECKING

import pytest

from context.languages import of
from context.parsing.parse import parse
from context.selection.scope import enclosing, scope_of

if TYPE_CHECKING:
    from context.facts import FileFacts


def facts(path: str, text: str) -> FileFacts:
    return parse(path, of(path), textwrap.dedent(text).lstrip("\n"))


def outline(path: str, text: str) -> list[str]:
    """Definitions as `kind parent.name first-line:head:last`."""
    found = facts(path, text).definitions
    return [
        f"{item.kind} {found[item.parent].name + '.' if item.parent >= 0 else ''}{item.name}"
        f" {item.line}:{item.head}:{item.last}"
        for item in found
    ]


def taken(path: str, text: str) -> list[str]:
    """Imports as `level module: names`, what is used of a module in brackets."""
    return [
        f"{item.level} {item.module}: "
        + " ".join(f"{name.name}={name.bound}{list(name.used) or ''}" for name in item.names)
        + (f"{item.alias}{list(item.used)}" if item.alias else "")
        for item in facts(path, text).imports
    ]


def test_python_definitions() -> None:
    source = '''
        LIMIT = 3
        try:
            import fast
        except ImportError:
            fast = None

        @decorated(
            1)
        class Shape(Base):
            """A shape."""
            sides: int = 0

            def __init__(self, name,
                         size=1):
                self.name = name
                self.name = name.lower()

            async def area(self): return 1

        def helper():
            def inner(): ...
    '''
    assert outline("a.py", source) == [
        "constant LIMIT 0:0:0",
        "constant fast 4:4:4",
        "class Shape 6:8:17",
        "field Shape.sides 10:10:10",
        "method Shape.__init__ 12:13:15",
        "attribute Shape.name 14:14:14",
        "method Shape.area 17:17:17",
        "function helper 19:19:20",
        "function helper.inner 20:20:20",
    ]
    assert facts("a.py", source).definitions[2].doc == 9
    assert facts("a.py", source).names == {"LIMIT", "fast", "Shape", "helper"}


def test_python_imports() -> None:
    source = """
        import os.path, sys as system
        from . import views
        from ..base import (A as B, c,)
        from pkg import *
        from django.db import models
        print(os.path.join, system.argv, models.CharField(models.X), "amodels.NOT")
    """
    assert taken("p/a.py", source) == [
        "0 os.path: os.path['join']",
        "0 sys: system['argv']",
        "1 : views=views",
        "2 base: A=B c=c",
        "0 pkg: *=*",
        "0 django.db: models=models['CharField', 'X']",
    ]


def test_javascript_facts() -> None:
    source = """
        import def, { a, b as c } from './x.js'
        import * as ns from "../ns"
        export { y as z } from './y'
        export * from './all'
        const util = require('util')
        const lazy = () => 1 + 1
        import('./lazy')
        const { pick } = require('./pick')
        /** Says it.
         * Twice. */
        export class Box extends Base {
          size = 1
          open() {
            return ns.unwrap(this)
          }
        }
        export const make = (n) => {
          return n
        }
        function plain() {}
    """
    assert taken("a.js", source) == [
        "0 ./x.js: default=def a=a b=c",
        "0 ../ns: ns['unwrap']",
        "0 ./y: y=z",
        "0 ./all: *=*",
        "0 util: util[]",
        "0 ./lazy: ",
        "0 ./pick: pick=pick",
    ]
    assert outline("a.js", source) == [
        "constant lazy 5:5:5",
        "class Box 10:10:15",
        "field Box.size 11:11:11",
        "method Box.open 12:12:14",
        "function make 16:16:18",
        "function plain 19:19:19",
    ]


def test_typescript_facts() -> None:
    source = """
        import type { User } from '@/user'
        export interface Shape {
          side: number
          area(): number
        }
        enum Color { Red }
        type Id = string
        abstract class Base<T> {
          protected x: T
          abstract go(): void
        }
    """
    assert outline("a.ts", source) == [
        "interface Shape 1:1:4",
        "field Shape.side 2:2:2",
        "method Shape.area 3:3:3",
        "enum Color 5:5:5",
        "field Color.Red 5:5:5",
        "type Id 6:6:6",
        "class Base 7:7:10",
        "field Base.x 8:8:8",
        "method Base.go 9:9:9",
    ]
    assert taken("a.ts", source) == ["0 @/user: User=User"]
    assert outline("a.tsx", "const App = () => { return <div>{x}</div> }") == ["function App 0:0:0"]


def test_go_facts() -> None:
    source = """
        package main

        import (
            "fmt"
            u "example.com/m/util"
            "example.com/m/v2"
        )

        // Stack holds things.
        type Stack[T any] struct {
            items []T
        }
        type Reader interface {
            Read() error
        }

        func (s *Stack[T]) Push(x T) {
            u.Open(x); fmt.Println(m.Go)
        }
        const Max = 3
        func main() {}
    """
    assert taken("a.go", source) == [
        "0 fmt: fmt['Println']",
        "0 example.com/m/util: u['Open']",
        "0 example.com/m/v2: m['Go']",
    ]
    assert outline("a.go", source) == [
        "class Stack 9:9:11",
        "field Stack.items 10:10:10",
        "interface Reader 12:12:14",
        "method Reader.Read 13:13:13",
        "method Push 16:16:18",
        "constant Max 19:19:19",
        "function main 20:20:20",
    ]
    found = facts("a.go", source)
    assert [item.owner for item in found.definitions if item.name == "Push"] == ["Stack"]
    assert found.definitions[0].doc == 8


def test_offsets_are_code_points() -> None:
    text = "# \u00e4\U0001f600\nx = '\u4e2d'\ndef f(): pass\n"
    item = facts("a.py", text).definitions[1]
    assert text[item.start : item.end] == "def f(): pass"


def test_facts_travel_between_processes() -> None:
    found = facts("a.py", "import a\ndef f(): ...\n")
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 -- our own


def test_without_a_grammar_there_are_no_facts_but_a_digest() -> None:
    found = parse("a.md", "Markdown", "fn main() {}")
    assert (found.definitions, found.imports, found.words) == ((), (), frozenset())
    assert found.digest != parse("a.md", "Markdown", "fn main() { }").digest


@pytest.mark.parametrize("path", ["a.py", "a.js", "a.ts", "a.tsx", "a.go"])
@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "(" * 9_000 + ")" * 9_000,
        '"""' + "a b\n" * 5_000,
        "\ud800 = '\udc00",
        "\0\f\u2028",
    ],
    ids=["open", "deep", "unclosed", "surrogates", "controls"],
)
def test_rubble_has_facts_too(path: str, text: str) -> None:
    assert parse(path, of(path), text).path == path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x = 1\n$0", None),
        ("def f():\n    a$0\n", "f"),
        ("def f():\n    a\n    $0\n", "f"),
        ("def f():\n    a\n$0\n", None),
        ("class A:\n    def m(self):\n        pass\n\n        $0", "m"),
        ("class A:\n    def m(self):\n        pass\n\n    $0", "A"),
        ("class A:\n    x = 1\n    $0\n\ndef g(): ...\n", "A"),
    ],
)
def test_the_scope_of_a_cursor(text: str, name: str | None) -> None:
    """A blank line indented as the body belongs to it."""
    cursor = text.index("$0")
    text = text.replace("$0", "")
    scope = scope_of(enclosing(parse("a.py", "Python", text), text, cursor))
    assert (scope.name if scope else None) == name


@pytest.mark.parametrize(
    ("path", "language", "text"),
    [
        ("a.ts", "TypeScript", "//\ud800\nexport class A {}\n"),
        ("a.rb", "Ruby", "\ud800 :x\nclass A\nend\n"),
    ],
)
def test_half_a_character_hides_nothing_else(path, language, text) -> None:
    """Editors send lone surrogates while a pair is being typed."""
    assert parse(path, language, text).names == {"A"}


def test_names_assigned_together_are_each_defined() -> None:
    """As enumerations' members often are, for short."""
    assert parse("a.py", "Python", "A, B = 1, 2\n(C,\n D) = many()\n").names == set("ABCD")
