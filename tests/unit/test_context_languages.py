"""Languages are known by name, by ending, by an editor's id and by what a text says."""

from __future__ import annotations

from pathlib import Path

import pytest

from context.languages import (
    LANGUAGES,
    comment_marks,
    from_lsp,
    line_comment,
    names,
    of,
    remark,
)
from context.languages.signs import INTERPRETERS, SHARED

# The names of the languages that DeepSeek-Coder-V2 was trained on, one a line.
PUBLISHED = Path(__file__).with_name("deepseek_coder_v2_languages.txt").read_text("utf-8")
# Known by what the text says alone: all their endings most often mean something else.
BY_SIGN_ALONE = {"COBOLFree", "HTML PHP", "JSONiq", "JavaScript MozPreproc"}


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/b.py", "Python"),
        ("a/b.pyi", "Python"),
        ("x.d.ts", "TypeScript"),
        ("x.tsx", "TypeScript"),
        ("x.jsx", "JSX"),
        ("x.mjs", "JavaScript"),
        ("main.go", "Go"),
        ("go.mod", "Go Module"),
        ("Makefile", "Makefile"),
        ("Makefile.am", "Makefile"),
        ("deep/CMakeLists.txt", "CMake"),
        ("Dockerfile", "Dockerfile"),
        ("Dockerfile.dev", "Dockerfile"),
        ("makefile.py", "Python"),
        ("x.C", "C++"),
        ("x.c", "C"),
        ("x.h", "C"),
        ("a.lagda.md", "Literate Agda"),
        ("meson.build", "Meson"),
        ("README", "Text"),
        ("", "Text"),
        (".py", "Python"),
        ("a.tar.gz", "Text"),
        ("libfoo.so.1", "Text"),
    ],
)
def test_a_path_names_its_language(path: str, language: str) -> None:
    assert of(path) == language


def test_every_published_language_is_recognised() -> None:
    """By an ending or a file name of its own, or else by its mark in a text."""
    published = PUBLISHED.split("\n")[:-1]
    assert len(published) == len(set(published)) == 338
    assert set(published) <= set(names())
    rows = {row.name: row for row in LANGUAGES}
    without = {name for name in published if not rows[name].endings and not rows[name].files}
    assert without == BY_SIGN_ALONE
    assert without <= {language for signs in SHARED.values() for language, _ in signs}


@pytest.mark.parametrize("row", LANGUAGES, ids=lambda row: row.name)
def test_every_ending_and_name_leads_back_to_its_language(row) -> None:
    assert all(of(f"some/file{ending}") == row.name for ending in row.endings.split())
    assert all(of(f"some/{name}") == row.name for name in row.files.split())


def test_every_language_says_how_it_writes_a_comment_or_has_none() -> None:
    silent = {row.name for row in LANGUAGES if not row.comment and not row.block}
    assert silent == {
        "Brainfuck",
        "CSV",
        "Darcs Patch",
        "Diff",
        "JSON",
        "Jupyter Notebook",
        "Objdump",
        "POD",
        "RConsole",
    }
    assert not [row.name for row in LANGUAGES if row.comment and row.block]
    assert all(len(row.block.split()) in {0, 2} for row in LANGUAGES)


@pytest.mark.parametrize("column", ["name", "endings", "lsp", "files"])
def test_no_two_rows_claim_the_same(column: str) -> None:
    cells = [getattr(row, column) for row in LANGUAGES]
    values = cells if column == "name" else [value for cell in cells for value in cell.split()]
    assert len(values) == len(set(values))
    assert column == "name" or all(value == value.lower() for value in values)


def test_signs_name_languages_that_exist() -> None:
    named = {language for signs in SHARED.values() for language, _ in signs}
    assert named | set(INTERPRETERS.values()) <= set(names())


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("a.m", "#import <Foundation/Foundation.h>\n@interface A\n@end\n", "Objective-C"),
        ("a.m", "function y = f(x)\n  y = x;\nend\n", "MATLAB"),
        ("a.m", "## usage: f (x)\n1;\n", "Octave"),
        ("a.m", "Sys: module {\n  PATH: con 1;\n};\n", "Limbo"),
        ("a.pl", "#!/usr/bin/perl\nuse strict;\nmy $x = f(1);\n", "Perl"),
        ("a.pl", "parent(ann, bob).\nold(X) :- parent(X, _).\n", "Prolog"),
        ("a.pm", "use v6;\nunit class A;\n", "Perl 6"),
        ("a.t", "use Test::More;\nok(1);\n", "Perl"),
        ("a.t", "var x : int := 1\nput x\n", "Turing"),
        ("a.v", "module m\n  (input a);\nendmodule\n", "Verilog"),
        ("a.v", "Require Import List.\nLemma a : True.\n", "Coq"),
        ("a.v", "module main\n\nfn main() {\n}\n", "V"),
        ("a.r", "f <- function(x) x\n", "R"),
        ("a.s", "\t.globl main\nmain:\n", "GAS"),
        ("a.asm", "section .text\nglobal _start\n", "NASM"),
        ("a.cls", 'VERSION 1.0 CLASS\nAttribute VB_Name = "A"\n', "Visual Basic"),
        ("a.cls", "USING Progress.Lang.*.\nCLASS A:\n", "OpenEdge ABL"),
        ("a.cls", "\\ProvidesClass{a}\n", "TeX"),
        ("a.inc", "<?php\nclass A {}\n", "PHP"),
        ("a.inc", "#declare Red = rgb <1,0,0>;\n", "POV-Ray"),
        ("a.inc", "native Float:f(x);\n", "PAWN"),
        ("a.d", "import std.stdio;\n", "D"),
        ("a.d", "a.o: a.c a.h\n", "Makefile"),
        ("a.ts", "export const a = 1\n", "TypeScript"),
        ("a.ts", '<?xml version="1.0"?>\n<!DOCTYPE TS>\n', "XML"),
        ("a.ts", "page = PAGE\npage.10 = TEXT\n", "TypoScript"),
        ("a.fs", "module A\nlet x = 1\n", "F#"),
        ("a.fs", "#version 330\nvoid main() {}\n", "GLSL"),
        ("a.cl", "__kernel void f() {}\n", "OpenCL"),
        ("a.cl", ";; hello\n(defun f () 1)\n", "Common Lisp"),
        ("a.cob", "IDENTIFICATION DIVISION.\n", "COBOLFree"),
        ("a.cob", "       IDENTIFICATION DIVISION.\n", "COBOL"),
        ("a.phtml", "<html><?= $x ?></html>\n", "HTML PHP"),
        ("a.phtml", "<?php echo 1;\n", "PHP"),
        ("a.html", "{% extends 'b.html' %}\n", "HTML Django"),
        ("a.js", "#filter substitution\nvar x;\n", "JavaScript MozPreproc"),
        ("a.js", "#!/usr/bin/env node\nvar s = `\n#ifdef X\n`;\n", "JavaScript"),
        ("a.jq", "module namespace a = 'b';\n", "JSONiq"),
        ("a.sql", "SET NOCOUNT ON\nGO\n", "Transact-SQL"),
        ("a.sql", "select 1;\n", "SQL"),
        ("a.nu", "(class A is B)\n", "Nu"),
        ("a.prg", "LPARAMETERS x\nRETURN x\n", "FoxPro"),
        ("a.1", ".TH LS 1\n.SH NAME\n", "Groff"),
        ("a.1", "just numbers\n", "Text"),
        ("tool", "#!/usr/bin/env -S python3.12 -u\nprint(1)\n", "Python"),
        ("tool", "#! /bin/sh -e\n", "Shell"),
        ("tool", "#!/usr/bin/env\n", "Text"),
        ("tool", "no line of that kind\n", "Text"),
    ],
)  # fmt: skip
def test_the_text_decides_where_the_ending_does_not(path, text, language) -> None:
    assert of(path, text) == language


def test_an_editors_id_wins_over_the_ending() -> None:
    assert from_lsp("typescriptreact", "x.txt") == "TypeScript"
    assert from_lsp("no-such-id", "x.go") == "Go"
    assert from_lsp("matlab", "x.m", "#import <a.h>\n") == "MATLAB"


def test_an_id_that_says_what_the_ending_says_leaves_it_to_the_text() -> None:
    """VS Code calls every `.m` Objective-C."""
    assert from_lsp("objective-c", "x.m", "function f\nend\n") == "MATLAB"
    assert from_lsp("objective-c", "x.m", "") == "Objective-C"


def test_line_comments() -> None:
    assert line_comment("Python") == "#"
    assert line_comment("TypeScript") == "//"
    assert line_comment("HTML") is None
    assert line_comment("Text") is None


def test_a_comment_can_be_written_in_any_language() -> None:
    assert comment_marks("Ada") == ("--", "")
    assert comment_marks("OCaml") == ("(*", "*)")
    assert comment_marks("JSON") == comment_marks("Text") == ("//", "")


def test_a_remark_closes_what_it_opens() -> None:
    assert remark("Python", "members: a") == "# members: a"
    assert remark("OCaml", "members: a") == "(* members: a *)"
