"""C, C++ and Rust without the macros that no grammar can make sense of.

A parser that doesn't run the preprocessor takes `class API Name {` for a function
called `Name`, and loses what stands in it. Such macros are recognised by their
capitals and their place, and replaced by blanks: every offset stays what it was.
Rust's `cfg_x! { ... }` around whole definitions goes the same way, with its brace.
"""

from __future__ import annotations

import re

from context.parsing import scripts
from context.parsing.branches import first_branches
from context.parsing.unclosed import (
    without_angles,
    without_arrows,
    without_openers,
    without_pipes,
)

_MACRO = re.compile(
    rb"[A-Z](?<!\w[A-Z])[A-Z0-9_]{2,}+(?![a-z])(?P<call>\([^()\n]{0,200}\))?"
    # `class API Name {`, `struct PACKED(4) name {`.
    rb"(?:(?P<type>(?=\s+[A-Za-z_]\w*\s*[:{<]|\s+\w+\s+final\b))"
    # `API int f(void)`: a name in capitals at the start of a line, then two more words.
    rb"|(?P<line>(?=[ \t]+[a-z_]\w*[ \t*&]+[A-Za-z_]))"
    # `int f(void) NOEXCEPT_IF(x);`, `int a GUARDED_BY(m);`.
    rb"|(?P<tail>(?=\s*(?:[;{]|=[^=]))))"
)
_CONDITION = re.compile(
    rb"^(?P<indent>[ \t]*+)(?:(?P<macro>cfg_(?!if!)\w+!\s*\{)(?=[ \t]*$)|\})", re.MULTILINE
)
# What tells C++ from C in a header, at the start of a line and not in a sentence.
_CPP = re.compile(
    rb"^[ \t]*(?:namespace(?:[ \t]+[\w:]+)?\s*\{|template[ \t]*<"
    rb"|(?:public|private|protected)[ \t]*:"
    rb"|class[ \t]+[\w \t]+(?:[:{]|;[ \t]*$)|using[ \t]+[\w \t:=<>]+;)",
    re.MULTILINE,
)

_MANY_OPEN = 50


def readable(language: str, path: str, data: bytes) -> tuple[str, bytes]:
    """The language to parse a text as, and the text to parse: as long as `data`."""
    if language == "C#":
        return language, without_angles(first_branches(data))
    if language == "Shell":
        return language, without_pipes(data)
    if language == "Java":
        return language, without_angles(without_arrows(data))
    if language == "Swift":
        return language, without_openers(data)
    if language == "Rust":
        return language, without_conditions(data)
    if language == "Ruby":
        return language, without_open_comment(data)
    if language == "Lua":
        return language, without_open_strings(data)
    if language in scripts.LANGUAGES:
        return "TypeScript", scripts.scripts(data)
    if language not in {"C", "C++"}:
        return language, data
    is_header = language == "C" and path.endswith(".h")
    return "C++" if is_header and is_cpp(data) else language, without_arrows(without_macros(data))


def without_open_comment(data: bytes) -> bytes:
    """A Ruby text with blanks from a `=begin` on that nothing ends.

    Its grammar reads to the end of the text for each of them and then takes it for code.
    """
    start = data.find(b"\n=begin", max(0, data.rfind(b"\n=end")))
    if start < 0 and data.startswith(b"=begin") and b"\n=end" not in data:
        start = 0
    return data if start < 0 else data[:start] + data[start:].translate(scripts.BLANKS)


def without_open_strings(data: bytes) -> bytes:
    """A Lua text with blanks from a heap of long brackets on that nothing ends.

    Its grammar reads to the end of the text for each, over and over. A few may stand in
    strings of another kind, which is none of this.
    """
    start = data.find(b"[[", data.rfind(b"]]") + 1)
    if start < 0 or data.count(b"[[", start) < _MANY_OPEN:
        return data
    return data[:start] + data[start:].translate(scripts.BLANKS)


def without_conditions(data: bytes) -> bytes:
    """A Rust text with blanks for macros that only say when definitions are there.

    One ends with the first brace that closes a line's start as far in as the macro's.
    """
    if b"cfg_" not in data:
        return data
    made = bytearray(data)
    opened: list[tuple[bytes, int, int]] = []
    for found in _CONDITION.finditer(data):
        indent, macro = found["indent"], found["macro"]
        if macro is not None:
            opened.append((indent, found.start("macro"), found.end("macro")))
        elif opened and opened[-1][0] == indent:
            _, start, end = opened.pop()
            made[start:end] = b" " * (end - start)
            made[found.end() - 1] = ord(" ")
    return bytes(made)


def without_macros(data: bytes) -> bytes:
    """The text with blanks for such macros."""
    return _MACRO.sub(lambda found: _blank(found, data), data)


def _blank(found: re.Match[bytes], data: bytes) -> bytes:
    at, text = found.start(), found.group()
    before = data[max(0, at - 7) : at]
    if found["type"] is not None:
        is_macro = before.endswith((b"class ", b"struct ", b"union "))
    elif found["line"] is not None:
        is_macro = not before or before.endswith(b"\n")
    else:
        is_macro = found["call"] is not None and before.endswith(b" ") and _ends_word(before[:-1])
    return b" " * len(text) if is_macro else text


def _ends_word(data: bytes) -> bool:
    return data[-1:].isalnum() or data.endswith((b"_", b")", b"]"))


def is_cpp(data: bytes) -> bool:
    """Whether a header is written in C++, though its name could be C's."""
    return _CPP.search(data) is not None
