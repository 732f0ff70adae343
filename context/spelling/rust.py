"""Rust: `use`, `mod`, `extern crate`, and the paths and macros that are used without any.

Read from the text, as a path may stand anywhere, in a macro too. What an `Import` holds:

* `mod x;` is the module `./x` with the alias `x`; under `#[path]` the path, `./y.rs`.
  A module that is written out here adds its name: `./inner/x`. So does `include!`,
  which gives no alias.
* `use a::b as c;` is the module `a::b`'s parent `a` with the name `b`, bound to `c`.
  All of them are `exported`: modules further down see private ones too.
* a path that is used where it stands, `a::f()`, is bound to nothing, and a macro
  `m!()` is a name of no module, bound to `!`.

In a module that is written out here, `super` is the file itself and reads `self`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.text import from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MACRO = "!"
_TOKENS = re.compile(
    # Comments, strings, raw strings, characters: nothing in them counts.
    rb"//[^\n]*+|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\])*+\"?|\bb?r(?P<hash>#*)\".*?(?:\"(?P=hash)|\Z)"
    rb"|'(?:\\(?:u\{[^}\n]*+\}|.)[^'\n]{0,2}|[^'\\\n\x80-\xff]|[\xc0-\xff][\x80-\xbf]{1,3})'"
    rb"|[{}]"
    rb"|\b(?:use|extern\s+crate)\s+(?P<use>(?:[\w\s:,*{}#]|//[^\n]*+)++)"
    rb"|\bmod\s+(?:r#)?(?P<mod>\w+)\s*(?P<open>[;{])"
    rb"|#\[(?:cfg_attr\([^\]\n]*?,\s*)?path\s*=\s*\"(?P<file>[^\"\n]+)\"\s*\)?\s*\]"
    rb"|\binclude!\s*[(\[{]\s*\"(?P<included>[^\"\n]+)\""
    rb"|\b(?P<path>(?:crate|[a-z_]\w*)(?:::\w+)+)"
    rb"|\b(?P<macro>[a-z_]\w*)!(?=\s*[(\[{])",
    re.DOTALL,
)
_TREE = re.compile(rb"//[^\n]*|[{},*]|\w+")
# What comes with the language, and leads nowhere in a repository.
_ELSEWHERE = frozenset({"std", "core", "alloc", "proc_macro"})
_MACROS = """
    assert assert_eq assert_ne cfg column compile_error concat dbg debug_assert debug_assert_eq
    debug_assert_ne env eprint eprintln file format format_args include include_bytes include_str
    line macro_rules matches module_path option_env panic print println stringify thread_local todo
    unimplemented unreachable vec write writeln
"""
_STANDARD_MACROS = frozenset(_MACROS.split())


def read(data: bytes) -> Iterator[Import]:
    """Everything that a text takes from elsewhere, declarations before what is used in place."""
    inner: list[tuple[int, str]] = []
    depth = at = row = 0
    path = ""
    loose: dict[str, dict[Name, int]] = {}
    for found in _TOKENS.finditer(data):
        token = found[0]
        if token == b"{":
            depth += 1
        elif token == b"}":
            depth -= 1
            if inner and inner[-1][0] > depth:
                inner.pop()
        elif found.lastgroup is not None and found.lastgroup != "hash":
            row += data.count(b"\n", at, found.start())
            at = found.start()
            if found["mod"] is not None and found["open"] == b"{":
                depth += 1
                inner.append((depth, from_bytes(found["mod"])))
                continue
            yield from _declared(found, inner, path, row)
            path = from_bytes(found["file"]) if found["file"] is not None else ""
            for module, name in _loose(found, len(inner)):
                loose.setdefault(module, {}).setdefault(name, row)
    for module, names in loose.items():
        yield Import(module, names=tuple(names), line=min(names.values()))


def _declared(
    found: re.Match[bytes], inner: Sequence[tuple[int, str]], path: str, row: int
) -> Iterator[Import]:
    if found["mod"] is not None:
        name = from_bytes(found["mod"])
        place = path or "/".join([*(each for _, each in inner), name])
        yield Import(f"./{place}", alias=name, line=row)
    elif found["included"] is not None:
        yield Import("./" + from_bytes(found["included"]), line=row)
    elif found["use"] is not None:
        for parts, bound in _leaves(found["use"]):
            module, name = _split(parts, len(inner))
            if name and module.partition("::")[0] not in _ELSEWHERE:
                yield Import(module, names=(Name(name, bound or name),), exported=True, line=row)


def _loose(found: re.Match[bytes], n_inner: int) -> Iterator[tuple[str, Name]]:
    if found["macro"] is not None:
        name = from_bytes(found["macro"])
        if name not in _STANDARD_MACROS:
            yield "", Name(name, MACRO)
    elif found["path"] is not None:
        parts = from_bytes(found["path"]).split("::")
        if parts[0] not in _ELSEWHERE:
            # What follows a type is looked for in the type.
            end = next((n for n, part in enumerate(parts) if part[:1].isupper()), len(parts))
            module, name = _split(parts[: end + 1], n_inner)
            yield module, Name(name, "")


def _split(parts: list[str], n_inner: int) -> tuple[str, str]:
    """The module and the name that a path leads to, as seen from the file's top."""
    n_up = next((n for n, part in enumerate(parts) if part != "super"), len(parts))
    if n_inner and (n_up or parts[:1] == ["self"]):
        ups = ["super"] * (n_up - n_inner) or ["self"]
        parts = ups + parts[max(n_up, 1) :]
    return "::".join(parts[:-1]), parts[-1] if parts else ""


def _leaves(tree: bytes) -> Iterator[tuple[list[str], str]]:
    """Each path of a `use`, with what it is called here where that differs."""
    heads: list[list[str]] = [[]]
    path: list[str] = []
    bound: str | None = None
    words = [from_bytes(word) for word in _TREE.findall(tree) if not word.startswith(b"//")]
    for word in [*words, ","]:
        if word == "{":
            heads.append(path)
            path = list(path)
        elif word in {",", "}", "use"}:
            if path != heads[-1]:
                yield _without_self(path), bound or ""
            if word == "}" and len(heads) > 1:
                heads.pop()
                path, bound = list(heads[-1]), None
                # The braces' own path was no leaf.
                continue
            path, bound = list(heads[-1]), None
        elif word == "as":
            bound = ""
        elif bound == "":
            bound = word
        elif word != "r":
            path.append(word)


def _without_self(path: list[str]) -> list[str]:
    """`a::{self}` is `a`."""
    return path[:-1] if len(path) > 1 and path[-1] == "self" else path
