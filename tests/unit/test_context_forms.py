"""What is shown of a definition is code that closes what it opens, in every language."""

from __future__ import annotations

import textwrap

import pytest

from context.languages import of
from context.parsing.parse import parse
from context.selection.forms import DOCUMENTED, FEW, LINE, NAMES, SIGNATURES, render, whole
from context.selection.outlined import Source

LONG = ", ".join(f"argument{at}: Kind{at}" for at in range(12))


def rendered(path: str, text: str, level: int, *names: str) -> str:
    """Some definitions of a text (all at the top without names) as far as `level` says."""
    text = textwrap.dedent(text).lstrip("\n")
    source = Source(parse(path, of(path), text), text)
    named = [at for at, item in enumerate(source.definitions) if item.name in names]
    return render(source, dict.fromkeys(named or source.outermost, level))


def test_a_long_signature_keeps_what_follows_its_parameters() -> None:
    found = rendered("a.ts", f"export function make({LONG}): Answer {{\n  return 1\n}}\n", LINE)
    assert found == (
        "export function make(argument0: Kind0, argument1: Kind1, argument2: Kind2, "
        "argument3: Kind3, "
        "...): Answer {...}\n"
    )
    found = rendered("a.rs", f"pub fn make({LONG}) -> Answer {{\n    todo!()\n}}\n", LINE)
    assert found.endswith(", ...) -> Answer {...}\n")
    found = rendered("a.py", f"def make({LONG}) -> Answer:\n    return 1\n", LINE)
    assert found.endswith(", ...) -> Answer: ...\n")
    assert found.count("\n") == 1


def test_a_comment_in_a_signature_swallows_nothing() -> None:
    python = "def f(\n    a,  # the first\n    b,\n):\n    return a\n"
    assert rendered("a.py", python, LINE) == "def f(a, b): ...\n"
    bash = "run() { # <name> <code>\n  echo\n}\n"
    assert rendered("a.sh", bash, LINE) == "run() {...}\n"
    kotlin = "expect open class ByteString // Trusted.\ninternal constructor(data: ByteArray)\n"
    assert rendered("a.kt", kotlin, NAMES).startswith(
        "expect open class ByteString internal constructor(data: ByteArray)\n"
    )


def test_no_comma_is_left_before_a_bracket_but_in_a_tuple_of_one() -> None:
    assert rendered("a.ts", "function f(\n  a: A,\n): B {\n  go()\n}\n", LINE) == (
        "function f(a: A): B {...}\n"
    )
    assert rendered("a.py", "A = (\n    1,\n    # Nothing.\n    # Nothing.\n)\n", LINE) == (
        "A = (1,)\n"
    )


def test_comments_leave_no_empty_rows_in_a_signature() -> None:
    text = "class A(\n  /** A */\n  val a: Int,\n\n  // B\n  val b: Int,\n) {\n  val c = 1\n}\n"
    found = rendered("a.kt", text, SIGNATURES)
    assert found.startswith("class A(\n  val a: Int,\n  val b: Int,\n) {\n")


def test_what_is_there_for_a_files_own_tests_is_not_of_its_top() -> None:
    text = "pub fn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() {\n        f()\n    }\n}\n"
    assert rendered("a.rs", text, SIGNATURES) == "pub fn f() {}\n"


def test_of_several_branches_the_first_is_shown() -> None:
    text = """
        #if A
        [Serializable]
        #else
        [JsonObject]
        #endif
        public class Row
        {
            public int Id { get; }
        }
    """
    found = rendered("a.cs", text, NAMES)
    assert "#" not in found
    assert found.endswith("public class Row {\n    // members: Id\n}\n")


def test_aliases_are_whole_and_longer_ones_closed() -> None:
    short = "export type Action<\n  P = void,\n  T = string\n> = {\n  payload: P\n} & Base<T>\n"
    assert rendered("a.ts", short, LINE) == short
    rows = "\n".join(f"  | Member{at}" for at in range(40))
    found = rendered("a.ts", f"export type Any<A, B> =\n{rows}\n", LINE)
    assert found.startswith("export type Any<A, B> = | Member0")
    assert found.count("\n") == 1
    assert found.endswith(" ...\n")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "a.ts",
            "export const Suspense = {\n  name: 'S',\n  run() {\n    go()\n  },\n  is: true,\n}\n",
            "export const Suspense = { name: 'S', run() { go() }, is: true }\n",
        ),
        (
            "a.py",
            'TEXT = """One\ntwo\nthree\nfour\n"""\n',
            'TEXT = """One..."""\n',
        ),
        (
            "a.lua",
            "local defaults = {\n  a = 1,\n  b = {\n    c = 2,\n  },\n}\n",
            "local defaults = { a = 1, b = { c = 2 } }\n",
        ),
        ("a.go", "package a\n\nvar help = `one\ntwo\nthree\nfour\n`\n", "var help = `one...`\n"),
        ("a.rb", "A = %w(\n  a\n  b\n  c\n  d\n).freeze\n", "A = %w(a b c d).freeze\n"),
    ],
)
def test_long_values_take_one_line_that_is_closed(path: str, text: str, expected: str) -> None:
    assert rendered(path, text, LINE) == expected


def test_what_stands_in_a_group_says_what_it_is() -> None:
    text = """
        package a

        const (
        \tNone Strategy = "none"
        \tSome Strategy = "some"
        )

        type (
        \tClient struct {
        \t\tName string
        \t}
        )
    """
    assert rendered("a.go", text, LINE, "Some") == 'const Some Strategy = "some"\n'
    assert rendered("a.go", text, LINE, "Client") == "type Client struct {...}\n"
    assert rendered("a.c", "enum {\n  A = 1,\n  B\n};\n", LINE, "A") == "enum { A = 1 };\n"


def test_a_macro_is_one_row() -> None:
    short = "#define MAX(a, b) \\\n  ((a) > (b) ? (a) : (b))\nint f(void);\n"
    assert rendered("a.c", short, LINE) == (
        "#define MAX(a, b) ((a) > (b) ? (a) : (b))\nint f(void);\n"
    )
    long = "#define CHECK(a) \\\n" + "  do_something_long((a)); \\\n" * 8 + "  end()\n"
    assert rendered("a.c", long, SIGNATURES) == "#define CHECK(a) ...\n"
    rust = "macro_rules! each {\n    ($($tt:tt)*) => {{\n        run($($tt)*);\n    }}\n}\n"
    assert rendered("a.rs", rust, LINE) == "macro_rules! each { ($($tt:tt)*) => { {...} } }\n"


def test_a_class_without_members_has_a_body() -> None:
    assert rendered("a.py", "class Worker:\n    pass\n\nclass B(A):\n    x = 1\n", LINE) == (
        "class Worker: ...\nclass B(A): ...\n"
    )
    assert rendered("a.py", "class B(A):\n    x = 1\n", SIGNATURES) == "class B(A):\n    x = 1\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.go", "package a\n\ntype A struct {\n\tX int\n}\n", "type A struct {...}\n"),
        ("a.ts", "export enum A {\n  X = 1,\n}\n", "export enum A {...}\n"),
        ("a.cc", "struct A {\n  int x;\n};  // struct A\n", "struct A {...};\n"),
        ("a.c", "typedef struct {\n  int x;\n} A;\n", "typedef struct {...} A;\n"),
        ("a.cs", "class A\n{\n    int x;\n}\n", "class A {...}\n"),
        ("a.rs", "pub struct A {\n    x: u8,\n}\n", "pub struct A {...}\n"),
        ("a.rb", "class A < B\n  def x\n  end\nend\n", "class A < B; ... end\n"),
        ("A.java", "class A {\n\n  // Nothing yet.\n}\n", "class A {}\n"),
        ("a.rb", "class A < B\nend\n", "class A < B; end\n"),
    ],
)
def test_a_body_that_is_not_shown_does_not_look_empty(path: str, text: str, expected: str) -> None:
    assert rendered(path, text, LINE, "A") == expected


def test_what_is_closed_stands_as_far_in_as_what_is_opened() -> None:
    text = "package a\n\ntype (\n\tA struct {\n\t\tX int\n\t}\n)\n"
    assert rendered("a.go", text, FEW, "A") == "type A struct {\n    // members: X\n}\n"


def test_decorators_that_take_several_rows_are_left_out() -> None:
    text = "@app.task(\n    bind=True,\n)\ndef add(self, x):\n    return x\n"
    assert rendered("a.py", text, SIGNATURES) == "def add(self, x): ...\n"


@pytest.mark.parametrize(
    ("path", "text", "members"),
    [
        ("A.java", "class A {\n  private int x;\n  int y;\n  A() {}\n  void go() {}\n}\n", "y, go"),
        ("a.kt", "class A {\n  private val x = 1\n  val y = 2\n}\n", "y"),
        ("a.cs", "class A {\n  int x;\n  public int Y;\n  private void G() {}\n}\n", "Y"),
        ("a.swift", "class A {\n  private var x = 1\n  private(set) var y = 2\n}\n", "y"),
        ("a.php", "<?php\nclass A {\n  private $x;\n  public function go() {}\n}\n", "go"),
        ("a.ts", "class A {\n  #x = 1\n  private y = 2\n  z = 3\n}\n", "z"),
        ("a.cc", "class A {\n public:\n  int get();\n private:\n  int x_;\n};\n", "get"),
        ("a.rs", "pub struct A {\n    pub x: u8,\n    y: u8,\n}\n", "x"),
        ("a.rb", "class A\n  def a\n    @x = 1\n  end\n  private\n  def b\n  end\nend\n", "a"),
        ("a.py", "class A:\n    x = 1\n    _y = 2\n", "x"),
    ],
)
def test_at_a_glance_a_type_has_no_private_members(path: str, text: str, members: str) -> None:
    found = rendered(path, text, FEW)
    mark = "#" if path.endswith((".rb", ".py")) else "//"
    assert f"{mark} members: {members}\n" in found


def test_a_types_own_kin_sees_what_it_keeps_to_itself() -> None:
    """A subclass may use `_y`, a source file what its header holds below `private:`."""
    python = "class A:\n    _y = 2\n    x = 1\n"
    assert "# members: x, _y\n" in rendered("a.py", python, NAMES)
    header = "class A {\n public:\n  int get();\n private:\n  int x_;\n};\n"
    assert "// members: get, x_\n" in rendered("a.hpp", header, NAMES)
    java = "class A {\n  private int x;\n  int y;\n}\n"
    assert rendered("A.java", java, SIGNATURES) == "class A {\n  int y;\n}\n"


def test_documentation_is_a_whole_sentence() -> None:
    java = """
        /**
         * A policy on how much time
         * {@link Task} takes. It is left alone.
         * @param x nothing
         */
        class A {
        }
    """
    assert rendered("A.java", java, DOCUMENTED) == (
        "/** A policy on how much time Task takes. */\nclass A {}\n"
    )
    ruby = "# --\n# @param row [Array]\ndef f(row)\n  1\nend\n"
    assert rendered("a.rb", ruby, DOCUMENTED) == "def f(row) ... end\n"
    python = 'def f():\n    """Says what\n    it does. And more.\n    """\n    return 1\n'
    assert rendered("a.py", python, DOCUMENTED) == 'def f():\n    """Says what it does."""\n'


def test_a_method_of_an_object_stands_in_braces() -> None:
    text = "export const slice = make({\n  grow(state) {\n    state.x += 1\n  },\n})\n"
    assert rendered("a.ts", text, LINE, "grow") == "({ grow(state) {...} })\n"
    lua = "local t = {\n  go = function(_, key)\n    return key\n  end,\n}\n"
    assert rendered("a.lua", lua, LINE, "go").strip() == "go = function(_, key) ... end"


def test_constructor_parameters_have_names_not_defaults() -> None:
    text = "class A(\n  val x: Boolean = false,\n  val y: String? = null,\n)\n"
    source = Source(parse("a.kt", "Kotlin", text), text)
    assert [item.name for item in source.definitions] == ["A", "x", "y"]


def test_a_licence_at_the_top_is_left_out_of_the_whole() -> None:
    text = "/*\n * Copyright (C) 2008\n * Licensed under X\n */\n\npackage a;\n"
    assert whole(Source(parse("A.java", "Java", text), text)) == "package a;\n"
    said = "// What this is for.\npackage a;\n"
    assert whole(Source(parse("A.java", "Java", said), said)) == said
