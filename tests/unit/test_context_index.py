"""The graph has an order, and a changed text changes no more than it must."""

from __future__ import annotations

import marked
from indexed import facts_of, index_of

from context.circles import circles
from context.graph import order
from context.index import build, overlaid
from context.parsing.parse import parse
from context.resolve import Resolver

CHAIN = """
    //- /a.py
    from b import B
    //- /b.py
    from c import C
    class B(C): ...
    //- /c.py
    class C: ...
    //- /d.txt
"""


def test_dependencies_come_first_and_ties_go_by_path() -> None:
    graph = {"z": ["m"], "a": ["m"], "m": [], "b": []}
    assert order(graph).paths == ("b", "m", "a", "z")


def test_inside_a_circle_the_file_that_waits_for_fewest_comes_first() -> None:
    """The rule of DeepSeek-Coder's data: least in-degree, not zero."""
    graph = {"a": ["b", "c"], "b": ["c"], "c": ["a"], "d": ["a"]}
    found = order(graph)
    assert found.paths == ("b", "a", "c", "d")
    assert found.component["a"] == found.component["b"] < found.component["d"]


def test_a_long_chain_needs_no_recursion() -> None:
    graph = {f"{n:05}": [f"{n + 1:05}"] for n in range(20_000)}
    assert order(graph).paths[-1] == "00000"


def test_the_index_answers_both_ways() -> None:
    index = index_of(CHAIN)
    assert index.imports["a.py"] == {"b.py": ("B",)}
    assert index.importers["c.py"] == ("b.py",)
    assert index.order == ("c.py", "b.py", "a.py", "d.txt")
    assert index.definers("C") == ("c.py",)
    assert index.definers("nobody") == ()
    assert index.depends("a.py", "c.py")
    assert not index.depends("c.py", "a.py")


def test_an_empty_index_has_empty_answers() -> None:
    index = build({})
    assert (index.order, index.n_edges, index.definers("x")) == ((), 0, ())


def test_a_changed_text_is_seen_and_the_old_index_stays() -> None:
    old = index_of(CHAIN)
    new = old.with_texts({"c.py": parse("c.py", "Python", "class D: ...\n")})
    assert (new.definers("D"), new.definers("C")) == (("c.py",), ())
    assert (old.definers("D"), old.definers("C")) == ((), ("c.py",))
    assert new.with_texts({}) is new


def test_a_changed_reexport_moves_the_edges_of_others() -> None:
    before = facts_of(
        marked.parse("""
        //- /pkg/__init__.py
        from .old import Thing
        //- /pkg/old.py
        class Thing: ...
        //- /pkg/new.py
        class Thing: ...
        //- /use.py
        from pkg import Thing
    """).files
    )
    init = parse("pkg/__init__.py", "Python", "from .new import Thing\n")
    changed = build(before).with_texts({"pkg/__init__.py": init})
    assert changed.imports["use.py"] == {"pkg/__init__.py": (), "pkg/new.py": ("Thing",)}
    assert changed.imports == build(before | {"pkg/__init__.py": init}).imports


WORKSPACE = """
    //- /package.json
    {"name": "all", "private": true}
    //- /lib/package.json
    {"name": "lib"}
    //- /lib/index.js
    export function helper() {}
    //- /app.js
    import { helper } from "lib"
    //- /main.py
    import lib
"""


def test_a_manifest_moves_what_it_says(monkeypatch) -> None:
    """Another name leads elsewhere; a text on other matters costs no edge its time."""
    before = facts_of(marked.parse(WORKSPACE).files)
    index = build(before)
    assert index.imports["app.js"] == {"lib/index.js": ("helper",)}
    manifest = parse("lib/package.json", "JSON", '{"name": "other"}')
    moved = index.with_texts({manifest.path: manifest})
    assert moved.imports == build(before | {manifest.path: manifest}).imports
    assert moved.imports["app.js"] == {}
    monkeypatch.setattr(Resolver, "edges", lambda _, facts: {facts.path: ()})
    text = '{"name": "lib", "version": "1"}'
    same = index.with_texts({manifest.path: parse(manifest.path, "JSON", text)})
    assert same.imports == index.imports
    # What isn't saved leads nowhere else: whoever builds the repository reads it from the disk.
    typed = overlaid(index, index, {manifest.path: parse(manifest.path, "JSON", '{"name": "oth')})
    assert typed.imports == index.imports


def test_what_follows_is_as_the_whole_order_has_it() -> None:
    """For some of the files, through those that weren't asked about, and inside a circle."""
    imports = {"a": {"b": ()}, "b": {"c": (), "d": ()}, "c": {"b": ()}, "d": {"e": ()}, "e": {}}
    found = circles(imports)
    assert found.following(["a", "e", "c"]) == {"a": set(), "c": {"a"}, "e": {"a", "c"}}
    assert found.following(["b", "c"]) == {"b": {"c"}, "c": set()}
    assert found.depends("a", "e")
    assert not found.depends("b", "c")
    opened = found.changed({**imports, "c": {}}, ["c"])
    assert opened.depends("b", "c")
    closed = opened.changed({**imports, "c": {}, "e": {"a": ()}}, ["e"])
    assert not closed.depends("a", "e")
    assert closed.depends("a", "c")


def test_a_new_file_is_found_by_those_who_waited_for_it() -> None:
    index = index_of("from later import x\n")
    index = index.with_texts({"later.py": parse("later.py", "Python", "x = 1\n")})
    assert index.imports["main.py"] == {"later.py": ("x",)}
