"""Further languages, from a pack of grammars that the user installed.

The pack is `tree-sitter-language-pack`. Up to 0.13 it carries its parsers; later ones
fetch a parser when it is first asked for, which we never have them do: only those
are used that are on this machine already. Nothing of the pack is imported but by the
process of `context.parsing.apart`, as its parsers are many people's work, and one that hangs
or crashes takes its process with it.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tree_sitter import Parser

from context.facts import FileFacts, encode_outline
from context.parsing.guess import guess
from context.parsing.outline import outline
from context.text import digest, to_bytes, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Language

MODULE = "tree_sitter_language_pack"

# Language -> what the pack calls its parser; the languages that we have grammars for are not here.
_PARSERS = {
    "ActionScript": "actionscript",
    "Ada": "ada",
    "Agda": "agda",
    "Arduino": "arduino",
    "Astro": "astro",
    "Bicep": "bicep",
    "BitBake": "bitbake",
    "COBOL": "cobol",
    "CUDA": "cuda",
    "Clojure": "clojure",
    "Common Lisp": "commonlisp",
    "D": "d",
    "Dart": "dart",
    "Elixir": "elixir",
    "Elm": "elm",
    "Emacs Lisp": "elisp",
    "Erlang": "erlang",
    "F#": "fsharp",
    "Fennel": "fennel",
    "Fish": "fish",
    "Fortran": "fortran",
    "GDScript": "gdscript",
    "GLSL": "glsl",
    "Gleam": "gleam",
    "GraphQL": "graphql",
    "Groovy": "groovy",
    "HCL": "hcl",
    "HLSL": "hlsl",
    "Haskell": "haskell",
    "Haxe": "haxe",
    "Jsonnet": "jsonnet",
    "Julia": "julia",
    "LLVM": "llvm",
    "MATLAB": "matlab",
    "NetLinx": "netlinx",
    "Nimrod": "nim",
    "Nix": "nix",
    "OCaml": "ocaml",
    "Objective-C": "objc",
    "Odin": "odin",
    "Pascal": "pascal",
    "Perl": "perl",
    "Pony": "pony",
    "PowerShell": "powershell",
    "Prisma": "prisma",
    "Protocol Buffer": "proto",
    "Puppet": "puppet",
    "PureScript": "purescript",
    "QML": "qmljs",
    "R": "r",
    "Racket": "racket",
    "Rego": "rego",
    "SPARQL": "sparql",
    "SQL": "sql",
    "Scheme": "scheme",
    "Smali": "smali",
    "Smithy": "smithy",
    "Solidity": "solidity",
    "Squirrel": "squirrel",
    "Starlark": "starlark",
    "SystemVerilog": "verilog",
    "Tcl": "tcl",
    "Thrift": "thrift",
    "V": "v",
    "VHDL": "vhdl",
    "Verilog": "verilog",
    "VimL": "vim",
    "WGSL": "wgsl",
    "Zig": "zig",
}


def may_serve(language: str) -> bool:
    """Whether a pack is installed that could hold the language's parser."""
    return language in _PARSERS and _is_installed()


@lru_cache(maxsize=1)
def _is_installed() -> bool:
    return find_spec(MODULE) is not None


@lru_cache(maxsize=16)
def grammar(language: str) -> Language | None:
    """The language's grammar where the pack has it on this machine; fetches nothing.

    Imports the pack, so it is for a process that nobody would miss. Raises whatever
    the pack raises over a parser that it can't load.
    """
    pack: Any = importlib.import_module(MODULE)
    parser = _PARSERS[language]
    if hasattr(pack, "downloaded_languages"):
        present: Sequence[str] = pack.downloaded_languages()
        if parser not in present:
            return None
    try:
        found: Language = pack.get_language(parser)
    except LookupError:
        return None
    return found


def facts_here(path: str, language: str, text: str, grammar: Language) -> FileFacts:
    """The facts of a text by a grammar without a query of ours: definitions and words."""
    data = to_bytes(text)
    tree = Parser(grammar).parse(data)
    matches = guess(grammar, tree.root_node)
    definitions = encode_outline(outline(matches, language, data))
    return FileFacts(path, language, digest(data), "", definitions, words(data))
