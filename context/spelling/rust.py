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
# What leads nowhere, in one go, so that no letter of it is looked at twice: comments, strings,
# characters, lifetimes, and words that are followed by neither `::` nor `!`.
_PASSED = (
    rb"(?:[^\w/\"'{}#]++|[A-Z0-9]\w*+(?:::\w++)*+|//[^\n]*+|/\*.*?(?:\*/|\Z)"
    rb"|r(?P<hash>#*)\".*?(?:\"(?P=hash)|\Z)|br(?P<hashes>#*)\".*?(?:\"(?P=hashes)|\Z)"
    rb"|\"(?:\\.|[^\"\\])*+\"?"
    rb"|'(?:\\(?:u\{[^}\n]*+\}|.)[^'\n]{0,2}|[^'\\\n\x80-\xff]|[\xc0-\xff][\x80-\xbf]{1,3})'"
    rb"|'[a-z_]\w*+|[a-df-ln-tv-z_]\w*+(?!::\w|!\s*[(\[{])"
    rb"|(?!(?:use|mod|extern)\b)[emu]\w*+(?!::\w|!\s*[(\[{]))*+"
)
_TOKENS = re.compile(
    _PASSED + rb"(?:(?P<brace>[{}])"
    rb"|(?:use|extern\s+crate)\b\s*(?P<use>(?:[\w\s:,*{}#]|//[^\n]*+)++)"
    rb"|mod\s+(?:r#)?(?P<mod>\w+)\s*(?P<open>[;{])"
    rb"|#\[(?:cfg_attr\([^\]\n]{0,200}?,\s*)?path\s*=\s*\"(?P<file>[^\"\n]+)\"\s*\)?\s*\]"
    rb"|include!\s*[(\[{]\s*\"(?P<included>[^\"\n]+)\""
    rb"|(?P<path>[a-z_]\w*+(?:::\w++)++)"
    rb"|(?P<macro>[a-z_]\w*+)!"
    rb"|.|\Z)",
    re.DOTALL,
)
# What ends each kind of spot -> what names it.
_KINDS = {"use": "use", "open": "mod", "included": "included", "path": "path", "macro": "macro"}
_TREE = re.compile(rb"//[^\n]*|::|[{},*]|(?:r#)?\w+")
_STOPS = frozenset({",", "}", "use"})
_JOINTS = frozenset({"::", "{", "as"}) | _STOPS
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
    loose: dict[str, dict[Name, int]] = {}
    for found, inner, path, row in _spots(data):
        yield from _declared(found, inner, path, row)
        for module, name in _loose(found, len(inner)):
            loose.setdefault(module, {}).setdefault(name, row)
    for module, names in loose.items():
        yield Import(module, names=tuple(names), line=min(names.values()))


def _spots(data: bytes) -> Iterator[tuple[re.Match[bytes], Sequence[str], str, int]]:
    """What may take something: the modules it stands in, its `#[path]`, and its line."""
    inner: list[str] = []
    depths: list[int] = []
    depth = at = row = 0
    path = ""
    for found in _TOKENS.finditer(data):
        kind = found.lastgroup
        if kind == "brace":
            depth += 1 if found["brace"] == b"{" else -1
            if depths and depths[-1] > depth:
                inner.pop()
                depths.pop()
        elif kind == "file":
            path = from_bytes(found["file"])
        elif kind == "open" and found["open"] == b"{":
            depth += 1
            depths.append(depth)
            inner.append(from_bytes(found["mod"]))
        elif kind in _KINDS:
            row += data.count(b"\n", at, found.start(_KINDS[kind]))
            at = found.start(_KINDS[kind])
            yield found, inner, path, row
            path = ""


def _declared(
    found: re.Match[bytes], inner: Sequence[str], path: str, row: int
) -> Iterator[Import]:
    if found["mod"] is not None:
        name = from_bytes(found["mod"])
        place = path or "/".join([*inner, name])
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
            if name not in {"self", "super"}:
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
    bound = before = ""
    for word in _words(tree):
        if word == "{":
            heads.append(path)
            path = list(path)
        elif word in _STOPS:
            if path != heads[-1]:
                yield _without_self(path), bound
            heads = _closed(heads, word)
            # After its braces a path is no leaf of its own.
            path, bound = list(heads[-1]), ""
        elif before == "as":
            bound = word
        elif word not in {"as", "::"}:
            path.append(word.removeprefix("r#"))
        before = word


def _words(tree: bytes) -> Iterator[str]:
    """What a `use` is made of, to where it ends or, unfinished, where something else begins."""
    before = ","
    for token in _TREE.findall(tree):
        word = from_bytes(token)
        if word.startswith("//"):
            continue
        if before not in _JOINTS and word not in _JOINTS:
            break
        yield word
        before = word
    yield ","


def _closed(heads: list[list[str]], word: str) -> list[list[str]]:
    if word == "use":
        return [[]]
    return heads[:-1] if word == "}" and len(heads) > 1 else heads


def _without_self(path: list[str]) -> list[str]:
    """`a::{self}` is `a`."""
    return path[:-1] if len(path) > 1 and path[-1] == "self" else path
