"""How much is wanted at a cursor, by the syntax tree."""

from __future__ import annotations

import pytest

from context.extent import Aim, aim_at
from context.types import Snapshot

LANGUAGES = {
    ".py": "Python", ".js": "JavaScript", ".ts": "TypeScript", ".go": "Go", ".rs": "Rust",
    ".java": "Java", ".c": "C", ".cpp": "C++", ".rb": "Ruby", ".lua": "Lua", ".sh": "Shell",
    ".kt": "Kotlin", ".swift": "Swift", ".scala": "Scala", ".php": "PHP", ".cs": "C#",
    ".vue": "Vue", ".md": "Markdown",
}  # fmt: skip


def _aim(ending: str, marked: str, *, is_invoked: bool = False) -> str:
    """The extent at the `$0` of a text, with `, all` where its block is to be filled."""
    text, cursor = marked.replace("$0", ""), marked.index("$0")
    found = aim_at(
        Snapshot("a" + ending, LANGUAGES[ending], 1, text, cursor), is_invoked=is_invoked
    )
    return found.extent + (", all" if found.fills else "")


@pytest.mark.parametrize(
    ("ending", "marked", "wanted"),
    [
        (".py", "def f(a):\n    x = a.b$0\n    y = 1\n", "line"),
        (".py", "def f(a):\n    x = foo(a)$0\n    y = 1\n", "line"),
        (".py", "def f(a):\n    return foo($0)\n    y = 1\n", "line"),
        (".py", "x = $0 + 1\n", "line"),
        (".py", "def f(a):\n    foo(\n        a,\n        $0\n    )\n", "line"),
        (".js", "function f(a) {\n  return$0\n}\n", "line"),
        (".go", "func f(a int) {\n\tx := a$0\n}\n", "line"),
        (".md", "abc $0\n", "line"),
    ],
)
def test_what_was_begun_is_finished(ending: str, marked: str, wanted: str) -> None:
    assert _aim(ending, marked) == wanted


@pytest.mark.parametrize(
    ("ending", "marked"),
    [
        (".py", "x = 'ab$0'\n"),
        (".py", "x = 'ab$0\ny = 1\n"),
        (".py", "def f(a):\n    # ab$0\n    y = 1\n"),
        (".py", "x = f'{a.$0'\n"),
        (".py", "def f(a):\n    '''Doc $0\n    y = 1\n    '''\n"),
        (".py", "def f(a):\n    '''Doc\n    $0\n    y = 1\n    '''\n"),
        (".js", "/* a\n * $0\n */\nf();\n"),
        (".rs", "/// A $0\nfn f() {}\n"),
    ],
)
def test_words_go_line_by_line(ending: str, marked: str) -> None:
    assert _aim(ending, marked) == "line"


@pytest.mark.parametrize(
    ("ending", "marked"),
    [
        (".py", "class A:\n    def f(self):$0\n\n    def g(self):\n        pass\n"),
        (".py", "class A:\n    def f(self):\n        $0\n\n    def g(self):\n        pass\n"),
        (".py", "def f(\n    a,\n    b,\n):$0\n\nx = 1\n"),
        (".py", "def f(a):\n    '''Doc.'''\n    $0\n\nx = 1\n"),
        (".py", "def f(a):\n    # Why.\n    $0\n\nx = 1\n"),
        (".py", "def f(a):\r\n    $0\r\n\r\nx = 1\r\n"),
        (".js", "function f(a) {\n  $0\n}\n\nvar x = 1;\n"),
        (".js", "function f(a) {$0\n\nfunction g() {\n  return 1;\n}\n"),
        (".js", "const f = (a) => {$0}\n"),
        (".ts", "x.forEach((a) => {\n  $0\n});\n"),
        (".go", "func f(a int) error {$0\n}\n"),
        (".rs", "fn f() -> i32 {$0}\n"),
        (".java", "class A {\n    void f() {\n        $0\n    }\n}\n"),
        (".c", "int f(int a)\n{$0\n}\n"),
        (".c", "int f(int a)\n{\n\t$0\n}\n"),
        (".rb", "def f(x)$0\nend\n"),
        (".lua", "function f(a)$0\nend\n"),
        (".sh", "f() {\n  $0\n}\n"),
        (".swift", "func f(a: Int) {$0}\n"),
        (".scala", "def f(a: Int): Int = {$0}\n"),
        (".php", "<?php\nclass A {\n    function f($a) {\n        $0\n    }\n}\n"),
        (".cs", "class A\n{\n    int F()\n    {\n        $0\n    }\n}\n"),
        (".vue", "<script>\nfunction f(a) {$0}\n</script>\n"),
    ],
)
def test_an_empty_definition_is_filled(ending: str, marked: str) -> None:
    assert _aim(ending, marked) == "function, all"


@pytest.mark.parametrize(
    ("ending", "marked"),
    [
        (".py", "def f(a):\n    if a:$0\n    x = 1\n"),
        (".py", "def f(a):\n    for x in y:\n        $0\n    return x\n"),
        (".py", "x = {$0}\n"),
        (".js", "function f(a) {\n  if (a) {$0\n  return 1;\n}\n"),
        (".go", "func f(a int) error {\n\tif err := g(); err != nil {$0\n}\n"),
        (".sh", "if [ a ]; then\n  $0\nfi\n"),
        (".kt", "fun f(a: Int) {\n    for (x in y) {$0}\n}\n"),
    ],
)
def test_an_empty_block_is_filled(ending: str, marked: str) -> None:
    assert _aim(ending, marked) == "block, all"


@pytest.mark.parametrize(
    ("ending", "marked"),
    [
        (".py", "def f(self):\n    x = 1\n    $0\n    return x\n"),
        (".py", "def f(a):\n    x = 1\n    # ab\n    $0\n"),
        (".go", "func f() {\n\tx := T{\n\t\tA: 1,\n\t\t$0\n\t}\n}\n"),
        (".rb", "class A\n  def f(x)\n    a = 1\n    $0\n  end\nend\n"),
        (".c", "int f(int a)\n{\n\tint x;\n\n\t$0\n\treturn 1;\n}\n"),
        (".sh", "if [ a ]; then\n  foo\n  $0\nfi\n"),
        (".md", "abc\n$0\n"),
    ],
)
def test_among_statements_come_more(ending: str, marked: str) -> None:
    assert _aim(ending, marked) == "block"


@pytest.mark.parametrize(
    ("ending", "marked"),
    [
        (".py", "x = 1\n\n$0\n\ndef g(self):\n    pass\n"),
        (".py", "class A:\n    x = 1\n\n    $0\n\n    def g(self):\n        pass\n"),
        (".js", "class A {\n  $0\n\n  g() {\n    return 1;\n  }\n}\n"),
        (".ts", "interface A {\n  a: string;\n  $0\n}\n"),
        (".go", "package a\n\n$0\n\nfunc f(a int) {\n}\n"),
        (".rs", "impl A {\n    $0\n}\n"),
        (".java", "class A {\n    int x;\n\n    $0\n\n    void f() {\n    }\n}\n"),
        (".c", "int a;\n\n$0\n\nint f(int a)\n{\n\treturn 1;\n}\n"),
        (".cpp", "class A {\npublic:\n  $0\n};\n"),
        (".rb", "class A\n  $0\n\n  def f\n  end\nend\n"),
    ],
)
def test_between_definitions_comes_one(ending: str, marked: str) -> None:
    assert _aim(ending, marked) == "function"


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("x = a$0\n", "block"),
        ("x = $0 + 1\n", "line"),
        ("def f():\n    x = 1\n    $0\n    return x\n", "block, all"),
        ("def f():\n    $0\n", "function, all"),
    ],
)
def test_who_asks_gets_a_step_more(marked: str, wanted: str) -> None:
    """Unless code follows on the line, which more would tear apart."""
    assert _aim(".py", marked, is_invoked=True) == wanted


@pytest.mark.parametrize("text", ["", "\ud800", "((((" * 50, "\f\u2028", 'x = """', "{" * 3_000])
@pytest.mark.parametrize("ending", LANGUAGES)
def test_nothing_raises(ending: str, text: str) -> None:
    for cursor in {0, len(text) // 2, len(text)}:
        snapshot = Snapshot("a" + ending, LANGUAGES[ending], 1, text, cursor)
        assert isinstance(aim_at(snapshot), Aim)
