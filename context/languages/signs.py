"""What a text says of its language where its ending doesn't settle it.

An ending that several languages share has a row here: patterns in the order in which
they are tried on the beginning of the text, each the mark of one language. Where none
is found, the ending means what the tables say. A language that shares all its endings
with a likelier one is known by its marks alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What stands further down decides nothing, so that a long file costs as little as a short one.
HEAD = 2_000

_ASSEMBLERS = (
    ("AMD GPU", r"amdgcn|amdgpu|^[ \t]*[sv]_(?:load|mov|add)_\w+"),
    ("S", r"<-\s*function\s*\("),
    (
        "NASM",
        r"^[ \t]*(?:%(?:include|define|macro)|section\s+\.|global\s|extern\s|bits\s+\d|\[bits)",
    ),
    ("GAS", r"^[ \t]*\.(?:globl|global|text|data|section|type|align|intel_syntax|syntax|arch)\b"),
)
_FREE_COBOL = (
    ("COBOLFree", r"(?i)>>\s*source\s+(?:format\s+)?(?:is\s+)?free|^ {0,6}id\w* division"),
)
_PERL6 = (
    "Perl 6",
    r"^[ \t]*(?:use\s+v6|unit\s+(?:module|class|role)|grammar\s+\w+\s*\{)",
)
_PERL = ("Perl", r"^[ \t]*(?:use|package|my|our|sub|require)\b|^=\w+")
_MANUAL = (("Groff", r"\A(?:\.\\\"|'\\\"|\.(?:TH|Dd|so)\b)"),)
# Not every `#ifdef` at a line's start: a shader may stand there, in a string.
_PREPROCESSED = (
    (
        "JavaScript MozPreproc",
        r"^#(?:filter|expand)\s|\A\s*#\s*(?:if|ifdef|ifndef|include|define)\b",
    ),
)
_TEMPLATED = (
    ("HTML PHP", r"<\?(?:php|=)"),
    ("HTML Django", r"\{%-?\s*(?:load|extends|block|include|if|for|url|set|macro|import)\b"),
)

SHARED: Mapping[str, Sequence[tuple[str, str]]] = {
    ".asm": _ASSEMBLERS,
    ".b": (("Limbo", r"^implement\s+\w+;"),),
    ".bb": (
        ("BitBake", r"^(?:SUMMARY|DESCRIPTION|LICENSE|SRC_URI|inherit|require|do_\w+)\b"),
        (
            "BlitzBasic",
            r"(?i)^[ \t]*(?:;|graphics|function\s|const\s|global\s|local\s|while\s|type\s)",
        ),
    ),
    ".cbl": _FREE_COBOL,
    ".cl": (("Common Lisp", r"\A\s*[;(]|^\(def"),),
    ".cls": (
        ("Visual Basic", r"^VERSION \d|^Attribute VB_"),
        ("OpenEdge ABL", r"(?i)^[ \t]*(?:using\s+[\w.*]+\.|class\s[^{;\n]*:)[ \t]*$"),
    ),
    ".cob": _FREE_COBOL,
    ".d": (("Makefile", r"\A\s*\S+\.o\s*:"),),
    ".def": (("Singularity", r"(?i)^bootstrap\s*:"),),
    ".fs": (
        ("GLSL", r"^[ \t]*(?:#version|precision\s|uniform\s|varying\s|void\s+main\b)"),
        ("RenderScript", r"^#pragma\s+(?:version|rs)\b"),
    ),
    ".fx": (("Flux", r"^[ \t]*(?:typedef|atomic|source)\s.*=>"),),
    ".g": (
        ("ANTLR", r"^[ \t]*(?:lexer\s+|parser\s+|tree\s+)?grammar\s+\w+\s*;"),
        ("G-Code", r"\A%?\s*(?:;.*\n\s*)*[GMN]\d+\b"),
    ),
    ".gd": (
        ("GAP", r"^[ \t]*(?:DeclareGlobalFunction|Declare[A-Z]\w+|InstallMethod|BindGlobal)\s*\("),
    ),
    ".gs": (
        ("GLSL", r"^[ \t]*#version|gl_Position"),
        ("Gosu", r"^[ \t]*(?:uses\s+[\w.]+|package\s+[\w.]+|enhancement\s)"),
    ),
    ".htm": _TEMPLATED,
    ".html": _TEMPLATED,
    ".i": (("C", r"^# \d+ \""),),
    ".inc": (
        ("PHP", r"<\?"),
        ("SourcePawn", r"sourcemod|^#pragma\s+newdecls|^[ \t]*methodmap\s"),
        ("PAWN", r"^[ \t]*(?:native|stock|forward|public)\s|a_samp"),
        ("POV-Ray", r"^[ \t]*#(?:declare|macro|version\s|local)\b"),
        ("BitBake", r"^(?:SRC_URI|DEPENDS|LICENSE|inherit|PACKAGES|[A-Z_]+\s*\??[+.:]?=\s*\")"),
        ("Pascal", r"(?i)^[ \t]*\{\$\w|^[ \t]*(?:procedure|function|unit)\s+[\w.]+.*;"),
        ("C", r"^[ \t]*#\s*(?:include|define|if|pragma)\b"),
        ("NASM", r"^[ \t]*%(?:macro|define|include|ifdef)\b"),
        ("Assembly", r"(?i)^[ \t]*(?:\.macro|\w+\s+equ\s|\w+\s+macro\b)"),
        ("Makefile", r"^[\w-]+\s*[:?+]?=|^\.PHONY"),
        ("HTML", r"\A\s*<"),
    ),
    ".jq": (
        (
            "JSONiq",
            r"^[ \t]*(?:jsoniq\s|(?:import\s+)?module\s+namespace|declare\s|(?:for|let)\s+\$)",
        ),
    ),
    ".js": _PREPROCESSED,
    ".jsm": _PREPROCESSED,
    ".l": (("Common Lisp", r"\A\s*\(|^\(def"),),
    ".m": (
        ("Objective-C", r"^[ \t]*(?:@\w+|#(?:import|include|define|pragma|if)\b|//)"),
        ("Limbo", r"^\w+\s*:\s*module\s*\{?"),
        ("Octave", r"^[ \t]*(?:##|pkg\s+load|endfunction|end_try_catch|1;)|\bendif\b"),
        (
            "MATLAB",
            r"^[ \t]*(?:%|function\b|classdef\b|clear\b|clc\b|close\s+all|[\w.]+\s*=|disp\()",
        ),
        ("Mason", r"^<%|<&"),
    ),
    ".mac": (
        (
            "ANSYS Parametric Design Language",
            r"(?i)^[ \t]*(?:/(?:prep7|solu|post1)|\*(?:get|do|set),)",
        ),
    ),
    ".mod": (("AMPL", r"^[ \t]*(?:set|param|var|minimize|maximize|subject\s+to)\s[^(;\n]*;"),),
    ".ms": (("Groff", r"^\.(?:[A-Z]{2}|\\\")"),),
    ".ncl": (("XML", r"\A\s*<"),),
    ".nu": (("Nu", r"^[ \t]*(?:;|\((?:class|function|load|set|def)\b)"),),
    ".p": (
        ("PAWN", r"^[ \t]*#include\s*<|^[ \t]*(?:native|stock|forward)\s"),
        ("Gnuplot", r"^[ \t]*(?:set\s+(?:term|output|title|xlabel)|s?plot\s)"),
        ("Pascal", r"(?i)^[ \t]*(?:program|unit)\s+\w+"),
    ),
    ".phtml": (("HTML PHP", r"\A\s*<(?!\?)"),),
    ".pl": (
        _PERL6,
        _PERL,
        ("Prolog", r"^[ \t]*:-|^[a-z]\w*(?:\([^)\n]*\))?\s*(?::-|-->|\.[ \t]*$)"),
    ),
    ".pm": (_PERL6,),
    ".pp": (("Pascal", r"(?i)^[ \t]*\{\$\w|^[ \t]*(?:program|unit|library)\s+[\w.]+\s*;"),),
    ".prg": (
        ("FoxPro", r"(?i)^[ \t]*(?:lparameters|define\s+class|enddefine|local\s+\w+\s+as)\b"),
    ),
    ".pro": (("QMake", r"^[ \t]*(?:TEMPLATE|QT|SOURCES|HEADERS|TARGET|CONFIG|SUBDIRS)\s*[+-]?="),),
    ".rs": (("RenderScript", r"^#pragma\s+(?:version|rs)\b"),),
    ".s": _ASSEMBLERS,
    ".sc": (("SuperCollider", r"SynthDef|\bPbind\b|^\+\s*\w+\s*\{|^[A-Z]\w*\s*:\s*[A-Z]\w*\s*\{"),),
    ".sql": (
        (
            "Transact-SQL",
            r"(?i)^[ \t]*go\s*$|\[dbo\]|^[ \t]*declare\s+@|^[ \t]*set\s+(?:nocount|ansi_nulls)\b",
        ),
    ),
    ".t": (_PERL6, _PERL, ("Turing", r"^[ \t]*(?:put\s|var\s+\w+\s*:|procedure\s|setscreen)")),
    ".tpl": (("Go Template", r"\{\{-?\s*(?:/\*|define|include|if|range|with|\.|\$)"),),
    ".ts": (
        ("XML", r"\A\s*<(?:\?xml|!DOCTYPE|TS\b)"),
        (
            "TypoScript",
            r"^[ \t]*(?:page|(?:lib|temp)\.[\w.]+)\s*=\s*[A-Z_]+\s*$|^<INCLUDE_TYPOSCRIPT",
        ),
    ),
    ".v": (
        (
            "Coq",
            r"^[ \t]*(?:Require|From\s+\w+\s+Require|Theorem|Lemma|Inductive|Fixpoint)\s",
        ),
        ("V", r"^(?:pub\s+)?fn\s|^import\s+\w+\s*$"),
    ),
    **{f".{section}": _MANUAL for section in range(1, 10)},
}

# The program that a `#!` line starts, without its version -> the language it reads.
INTERPRETERS = {
    program: language
    for language, programs in {
        "AWK": "awk gawk mawk nawk",
        "Clojure": "bb clojure",
        "Common Lisp": "sbcl clisp ecl",
        "Crystal": "crystal",
        "Elixir": "elixir",
        "Erlang": "escript",
        "Execline": "execlineb",
        "Fish": "fish",
        "Gnuplot": "gnuplot",
        "Groovy": "groovy",
        "Haskell": "runhaskell runghc stack",
        "JavaScript": "node nodejs bun deno",
        "Julia": "julia",
        "Lua": "lua luajit texlua",
        "Makefile": "make gmake",
        "Nushell": "nu",
        "OCaml": "ocaml ocamlrun",
        "PHP": "php",
        "Perl": "perl",
        "Perl 6": "raku perl6 rakudo",
        "PowerShell": "pwsh",
        "Prolog": "swipl yap",
        "Python": "python pypy uv",
        "R": "rscript",
        "Racket": "racket",
        "Ruby": "ruby macruby jruby rake",
        "Scala": "scala",
        "Scheme": "guile csi gosh",
        "Shell": "sh bash zsh ksh dash ash bats",
        "Starlark": "starlark",
        "Swift": "swift",
        "Tcl": "tclsh wish expect",
        "Tcsh": "tcsh csh",
        "TypeScript": "ts-node tsx",
        "jq": "jq",
    }.items()
    for program in programs.split()
}
_SHEBANG = re.compile(r"#![ \t]*(\S+)[ \t]*(.*)")


def by_sign(ending: str, head: str) -> str | None:
    """The language whose mark `head` bears, among those that share `ending`; None without one."""
    for language, pattern in SHARED.get(ending, ()):
        if re.search(pattern, head[:HEAD], re.MULTILINE):
            return language
    return None


def by_shebang(head: str) -> str | None:
    """The language that a text's `#!` line names, through `env` too; None without such a line."""
    found = _SHEBANG.match(head)
    if found is None:
        return None
    program = found.group(1).rpartition("/")[2]
    if program == "env":
        words = found.group(2).split()
        program = next((word for word in words if word[0] != "-" and "=" not in word), "")
        program = program.rpartition("/")[2]
    return INTERPRETERS.get(program.lower().rstrip("0123456789.-"))
