"""A pack of grammars that the user installed serves further languages, and does no harm."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest
import tree_sitter_java
import tree_sitter_rust
from tree_sitter import Language, Parser

from context import languages
from context.facts import FileFacts, encode_outline
from context.parsing import pack
from context.parsing.apart import Apart
from context.parsing.grammars import has_grammar
from context.parsing.guess import guess, kind_of
from context.parsing.outline import outline
from context.parsing.parse import parse
from context.selection.forms import DOCUMENTED, render
from context.selection.outlined import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACK = """
    import tree_sitter_java
    from tree_sitter import Language

    def get_language(name):
        if name == "cobol":
            while True: pass
        if name == "ada":
            import os; os._exit(11)
        if name != "dart":
            raise LookupError(name)
        return Language(tree_sitter_java.language())
"""
FETCHING = """
    import tree_sitter_java
    from tree_sitter import Language

    def downloaded_languages():
        return ["dart"]

    def get_language(name):
        if name not in downloaded_languages():
            open({marker!r}, "w").close()
        return Language(tree_sitter_java.language())
"""
JAVA = "class A extends B {\n  int size;\n  int get(int i) {\n    return i;\n  }\n}\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Lays out a pack of this source for the child alone; gives the process that asks it."""
    made = Apart()

    def lay_out(source: str) -> Apart:
        (tmp_path / f"{pack.MODULE}.py").write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(str(tmp_path))
        pack._is_installed.cache_clear()
        return made

    yield lay_out
    made.close()
    pack._is_installed.cache_clear()


def test_a_language_without_a_grammar_of_ours_is_outlined(install) -> None:
    """The fake pack parses Dart as Java, which is near enough."""
    found = install(PACK).facts("a.dart", "Dart", JAVA)
    assert [(item.kind, item.name, item.parent) for item in found.definitions] == [
        ("class", "A", -1),
        ("field", "size", 0),
        ("method", "get", 0),
    ]
    assert {"extends", "B"} <= found.words
    assert found.digest == parse("a.md", "Markdown", JAVA).digest


def test_a_parser_that_crashes_costs_its_language_alone(install) -> None:
    asked = install(PACK)
    assert asked.facts("a.adb", "Ada", "x") is None
    assert asked.facts("b.adb", "Ada", "x") is None
    assert asked.facts("a.dart", "Dart", JAVA) is not None


def test_a_parser_that_hangs_is_ended(install) -> None:
    """By the child's own watchdog, so that it outlives nobody."""
    install(PACK)
    impatient = Apart(deadline_s=0.05)
    assert impatient.facts("a.cob", "COBOL", "x") is None
    assert impatient._refused == {"COBOL"}
    impatient.close()


def test_a_language_that_the_pack_lacks_is_asked_for_once(install) -> None:
    asked = install(PACK)
    assert asked.facts("a.zig", "Zig", "x") is None
    assert asked._refused == {"Zig"}


def test_nothing_is_fetched(install, tmp_path) -> None:
    """A pack that loads its parsers over the network is asked for those alone that it has."""
    marker = tmp_path / "fetched"
    asked = install(FETCHING.format(marker=str(marker)))
    assert asked.facts("a.adb", "Ada", "x") is None
    assert asked.facts("a.dart", "Dart", JAVA) is not None
    assert not marker.exists()


def test_without_a_pack_no_process_is_started() -> None:
    made = Apart()
    assert made.facts("a.dart", "Dart", JAVA) is None
    assert made._child is None


def test_the_pack_is_asked_for_languages_that_we_know_and_have_no_grammar_for() -> None:
    known = set(pack._PARSERS)
    assert known <= set(languages.names())
    assert not [language for language in known if has_grammar(language)]


def test_any_text_reaches_the_child(install) -> None:
    """Lone surrogates, NULs and line separators included."""
    found = install(PACK).facts("a.dart", "Dart", "class A {} // \ud800 \0 \u2028 é\n")
    assert [item.name for item in found.definitions] == ["A"]
    assert json.dumps(found.fields())


@pytest.mark.parametrize(
    ("node_type", "kind"),
    [
        ("function_definition", "function"),
        ("method_declaration", "method"),
        ("struct_item", "class"),
        ("union_specifier", "class"),
        ("record_type_definition", "class"),
        ("interface_type_defn", "interface"),
        ("type_alias_declaration", "type"),
        ("class_property_declaration", "field"),
        ("create_table", "class"),
        ("defProc", "function"),
        ("enum_constant", "constant"),
        ("module", "module"),
        ("function_call", None),
        ("function_type", None),
        ("class_body", None),
        ("parameter_declaration", None),
        ("import_declaration", None),
        ("identifier", None),
    ],
)
def test_a_nodes_name_says_what_it_defines(node_type: str, kind: str | None) -> None:
    assert kind_of(node_type) == kind


def shown(language: Language, text: str) -> str:
    """The skeleton of a text whose definitions are guessed."""
    data = text.encode()
    found = outline(guess(language, Parser(language).parse(data).root_node), "Rust", data)
    facts = FileFacts("a", "Rust", "", coded_outline=encode_outline(found))
    source = Source(facts, text)
    return render(source, dict.fromkeys(source.outermost, DOCUMENTED))


def test_guessed_definitions_make_a_skeleton() -> None:
    """A brace on the signature's line, one on the next, and a type read best as it stands."""
    text = textwrap.dedent(
        """\
        struct Point {
            x: f32,
            y: f32,
        }

        trait Shape {
            fn area(&self) -> f32;
        }

        fn add(
            a: i32,
        ) -> i32
        {
            a + 1
        }
        """
    )
    assert shown(Language(tree_sitter_rust.language()), text) == textwrap.dedent(
        """\
        struct Point {
            x: f32,
            y: f32,
        }
        trait Shape {
            fn area(&self) -> f32;
        }
        fn add(
            a: i32,
        ) -> i32
        {...}
        """
    )


@pytest.mark.parametrize("text", ["", "x", "class", "}" * 500, "class A {" * 300, '"' * 99])
def test_a_guess_never_raises(text: str) -> None:
    language = Language(tree_sitter_java.language())
    assert isinstance(guess(language, Parser(language).parse(text.encode()).root_node), list)
