"""Whatever comes, goes and is changed: an index that was made out of another is a fresh one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.index import Index, build, overlaid
from context.languages import of
from context.parsing.parse import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts

PYTHON = (
    "from .a import one, two as deux\n", "from .b import *\n", "from . import a\n",
    "from pkg import one, deux, three\n", "from pkg.b import *\n", "import pkg.a\npkg.a.one\n",
    "from pkg import a\na.two\n", "from .sub import one as three\n", "def one(): ...\n",
    "def two(): ...\n", "class three: ...\n", "from pkg.sub import a, two\n", "deux\n",
    "import a\na.one()\n", "from a import one, sub\n", "from .. import a\n", "import sub.a\n",
    "from .sub.a import *\n",
)  # fmt: skip
TYPESCRIPT = (
    'import { one, two as deux } from "./a"\n', 'export * from "./a"\n', 'import "./a.js"\n',
    'export { one as three } from "./sub"\n', 'import * as a from "./sub/a"\na.one()\n',
    'import a from ".."\n', 'import { one } from "kit"\n', 'import { two } from "@/a"\n',
    "export function one() {}\n", "export class two {}\n", 'const b = require("../b")\n',
    'export { deux, two } from "./b"\n', 'import one from "./a.vue"\n', 'export * from "."\n',
)  # fmt: skip
JAVA = (
    "package p;\n", "package p.q;\n", "import p.A;\n", "import p.q.*;\n",
    "import static p.A.one;\n",
    "class A { B b; void one() {} }\n", "class B extends A { class C {} }\n", "interface C {}\n",
    "import p.B.C;\n", "import static p.B.*;\n", "class D { p.q.A a; C c; }\n", "import A.C;\n",
)  # fmt: skip
GO = (
    "package a\n", "package b\n", "package a_test\n", 'import "m/a"\n', 'import b "m/sub"\n',
    "type One struct{}\n", "func two() { a.One() }\n", "var three = One{}\n", 'import . "m"\n',
    "func Four(x b.One) { two() }\n", 'import _ "m/sub"\n', 'import "n/a"\n',
)  # fmt: skip
C = (
    '#include "a.h"\n', "#include <sub/a.h>\n", '#include "../b.h"\n', "void one(void);\n",
    "int two(int x) { return one(); }\n", '#include "b.h"\n', "#include <a.h>\n",
)  # fmt: skip
OTHERS = (
    "require_relative 'a'\n", "require 'sub/a'\n", "class A; end\n", "A.new\n", "end\n",
    "mod a;\n", "mod sub;\n", "use crate::a::A;\n", "pub struct A;\n", "pub use sub::*;\n",
    "<?php\n", "use N\\A;\n", "new A();\n", 'local a = require("a")\n', "source ./a.sh\n",
)  # fmt: skip


@cache
def _parsed(path: str, text: str) -> FileFacts:
    return parse(path, of(path), text)


def _facts_of(files: Mapping[str, str]) -> dict[str, FileFacts]:
    return {path: _parsed(path, text) for path, text in files.items()}


def _at(ending: str, *more: str) -> tuple[str, ...]:
    return (*(f"{place}.{ending}" for place in ("a", "b", "sub/a", "sub/b", "lib/sub/c")), *more)


CASES = {
    "python": (PYTHON, (*_at("py"), *(f"pkg/{path}" for path in _at("py")), "pkg/__init__.py",
                        "pkg/sub/__init__.py", "sub/__init__.py", "src/a.py")),
    "typescript": (TYPESCRIPT, _at("ts", "a.js", "index.ts", "sub/index.ts", "a.vue", "kit/x.ts")),
    "java": (JAVA, _at("java")),
    "go": (GO, _at("go", "a/a.go", "a/b_test.go", "sub/doc.go")),
    "c": (C, _at("h", "a.c", "sub/b.c", "b.inc")),
    "others": (OTHERS, ("a.rb", "sub/a.rb", "a.rs", "sub/mod.rs", "lib.rs", "a.php",
                        "A.php", "a.lua", "a.sh", "b.sh", "b.lua")),
}  # fmt: skip
MANIFESTS: Mapping[str, tuple[str, ...]] = {
    "go.mod": ("module m\n", "module n\n"),
    "package.json": ('{"name": "kit", "main": "a.ts"}', '{"name": "kit", "main": "kit/x.ts"}'),
    "tsconfig.json": ('{"compilerOptions": {"paths": {"@/*": ["./sub/*"]}}}', "{"),
    "x/x.toml": ("x = 1\n",),
    "README.md": ("# a\n",),
}


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_files_that_come_and_go_lead_where_a_new_start_would(
    case: str, data: st.DataObject
) -> None:
    """On disk, and in documents that are open in front of it."""
    lines, paths = CASES[case]
    texts = st.lists(st.sampled_from(lines), max_size=5).map("".join)
    places = st.sampled_from(paths)
    said = {path: data.draw(st.sampled_from(texts_of)) for path, texts_of in MANIFESTS.items()}
    files = data.draw(st.dictionaries(places, texts, max_size=6)) | said
    may_go = sorted({*paths, *MANIFESTS})
    index = build(_facts_of(files))
    if data.draw(st.booleans()):
        index.prepare()
        _ = index.places
    for _ in range(data.draw(st.integers(1, 4))):
        gone = data.draw(st.sets(st.sampled_from(may_go), max_size=2)) & set(files)
        news: dict[str, str] = {**data.draw(st.dictionaries(places, texts, max_size=2))}
        if not gone and data.draw(st.booleans()):
            path = data.draw(st.sampled_from(sorted(MANIFESTS)))
            news |= {path: data.draw(st.sampled_from(MANIFESTS[path]))}
        files = {path: text for path, text in files.items() if path not in gone} | news
        index = index.with_texts(_facts_of(news), gone)
        _compare(index, files)
        opened = data.draw(st.dictionaries(places, texts, max_size=2))
        seen = overlaid(index, index, _facts_of(opened))
        _compare(seen, files | opened)
        closed = dict(list(opened.items())[:1])
        _compare(overlaid(seen, index, _facts_of(closed)), files | closed)


def _compare(index: Index, files: Mapping[str, str]) -> None:
    fresh = build(_facts_of(files))
    assert index.facts == fresh.facts
    assert index.imports == fresh.imports
    assert (index.order, index.folders) == (fresh.order, fresh.folders)
    assert index.importers == fresh.importers
    names = set(fresh.names) | {"A", "one", "two"}
    assert {name: index.definers(name) for name in names} == {
        name: fresh.definers(name) for name in names
    }
    paths = sorted(files)
    assert index.following(paths) == fresh.following(paths)
