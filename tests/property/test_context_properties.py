"""What holds for any text, any graph, any order of discovery and any budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import marked
from hypothesis import given, settings
from hypothesis import strategies as st
from indexed import facts_of

from context.disk.ignore import Ignores
from context.graph import order
from context.index import build, overlaid
from context.languages import of
from context.parsing.parse import parse
from context.selection.scope import enclosing
from context.selection.select import SelectState, select
from context.text import from_bytes, lines, offsets, to_bytes
from context.types import Snapshot

if TYPE_CHECKING:
    import random

    from context.facts import FileFacts

PATHS = st.sampled_from(["a.py", "pkg/__init__.py", "a.js", "a.ts", "a.tsx", "a.go", "a.rs"])
PIECES = st.sampled_from(
    [
        "def f(x):\n", "    return x\n", "class A(B):\n", "    '''doc'''\n", "import a.b as c\n",
        "from . import *\n", "from pkg import (", "}", "{", "(", '"""', "'", "`${", "\n", "  ",
        "\t",
        "import {x as y} from './z'\n", "export * from '.'\n", "func (t *T) M() {",
        "type T struct {",
        "\u00e4", "\U0001f600", "\ud800", "\r\n", "\u2028", "\0", "@d\n", "self.x = 1\n", "//", "#",
    ]
)  # fmt: skip
CODE = st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join)
NODES = st.sampled_from([f"n{number}" for number in range(12)])
GRAPHS = st.dictionaries(NODES, st.lists(NODES, max_size=4), max_size=12)

FILES = marked.parse("""
    //- /pkg/__init__.py
    from .one import One
    from .two import *
    //- /pkg/one.py
    from .two import Two
    class One(Two):
        '''One.'''
        def first(self, a, b):
            return self.second(a) + b
    //- /pkg/two.py
    from . import one
    class Two:
        def second(self, a):
            return a * 2
    def helper(x): ...
    //- /pkg/lone.py
    LONE = 1
    //- /main.py
    from pkg import One, Two, helper
    import pkg.lone

    def run(one: One):
        one.first(helper(1), pkg.lone.LONE)
        return one

    class Three(Two):
        def third(self):
            return self.second(3)
""").files


class Characters:
    """A counter for which a token is a character, and a header costs the path."""

    def text(self, text: str, /) -> int:
        """One a character."""
        return len(text)

    def snippet(self, path: str, text: str, /) -> int:
        """The text and its header."""
        return len(path) + len(text)


@given(PATHS, CODE)
def test_no_text_is_too_strange_to_parse(path: str, text: str) -> None:
    """Facts point into the text, parents stand before their members, and coding loses nothing."""
    facts = parse(path, of(path), text)
    rows = text.count("\n") + 1
    for index, item in enumerate(facts.definitions):
        assert 0 <= item.start <= item.end <= len(text)
        assert item.line <= item.last < rows
        assert item.line <= item.head <= item.last
        assert item.parent < index
    assert all(item.line < rows for item in facts.imports)
    assert isinstance(facts.words, frozenset)


@given(PATHS, CODE, st.integers(0, 200))
def test_what_is_around_a_cursor_lies_around_it(path: str, text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    around = enclosing(parse(path, of(path), text), text, cursor)
    assert all(item.start <= cursor for item in around)


@given(st.text(), st.data())
def test_bytes_and_offsets_agree(text: str, data: st.DataObject) -> None:
    at = data.draw(st.lists(st.integers(0, len(text))))
    places = {len(to_bytes(text[:place])): place for place in at}
    assert offsets(to_bytes(text), places) == places
    assert "".join(lines(text)) == text
    assert text.isascii() is False or from_bytes(to_bytes(text)) == text


@given(GRAPHS, st.randoms(use_true_random=False))
def test_the_order_is_one_and_dependencies_come_first(
    graph: dict[str, list[str]], shuffle: random.Random
) -> None:
    """However the files were found; inside a circle nobody can be first by right."""
    graph = {node: [to for to in links if to != node] for node, links in graph.items()}
    found = order(graph)
    keys = list(graph)
    shuffle.shuffle(keys)
    assert order({key: graph[key][::-1] for key in keys}) == found
    assert sorted(found.paths) == sorted(graph)
    place = {path: index for index, path in enumerate(found.paths)}
    for node, links in graph.items():
        for to in links:
            if to in graph and found.component[to] != found.component[node]:
                assert place[to] < place[node]
                assert found.component[to] < found.component[node]


@given(st.randoms(use_true_random=False), st.integers(0, 2_000), st.data())
def test_selection_is_one_and_within_its_budget(
    shuffle: random.Random, budget: int, data: st.DataObject
) -> None:
    """Whatever the order of discovery, the place of the cursor, and what was asked before."""
    path = data.draw(st.sampled_from(sorted(FILES)))
    cursor = data.draw(st.integers(0, len(FILES[path])))
    keys = list(FILES)
    shuffle.shuffle(keys)
    snapshot = Snapshot(path, of(path), 1, FILES[path], cursor)
    earlier = Snapshot("main.py", "Python", 1, FILES["main.py"], data.draw(st.integers(0, 100)))
    cost = Characters()
    results = []
    for files in (FILES, {key: FILES[key] for key in keys}):
        index = build(facts_of(files))
        state = SelectState()
        if files is not FILES:
            asked = select(index, earlier, state, budget_tokens=700, cost=cost, read=FILES.get)[1]
            state = SelectState(memo=asked.memo)
        results.append(
            select(index, snapshot, state, budget_tokens=budget, cost=cost, read=FILES.get)[0]
        )
    assert results[0] == results[1]
    snippets = results[0].snippets
    assert sum(cost.snippet(item.path, item.text) for item in snippets) <= budget
    assert path not in [item.path for item in snippets]
    assert all(item.text.endswith("\n") for item in snippets)
    assert sorted(item.rank for item in snippets) == list(range(len(snippets)))


@given(CODE, st.integers(0, 300), st.integers(0, 3_000))
@settings(max_examples=60, deadline=None)
def test_selecting_never_raises(text: str, cursor: int, budget: int) -> None:
    """For a document in any state, and with files that can't be read."""
    index = build(facts_of(FILES))
    cost = Characters()
    snapshot = Snapshot("main.py", "Python", 1, text, min(cursor, len(text)))
    for read in (FILES.get, lambda _: None, lambda _: text):
        selection, state = select(
            index, snapshot, SelectState(), budget_tokens=budget, cost=cost, read=read
        )
        assert selection.prefix + selection.suffix == text
        again, kept = select(index, snapshot, state, budget_tokens=budget, cost=cost, read=read)
        assert (again, kept) == (selection, state)


@given(CODE, st.sampled_from(sorted(FILES)))
@settings(max_examples=60)
def test_a_changed_text_gives_the_index_that_a_new_start_would(text: str, path: str) -> None:
    facts: dict[str, FileFacts] = facts_of(FILES)
    news = {path: parse(path, "Python", text)}
    changed, fresh = build(facts).with_texts(news), build(facts | news)
    assert changed.imports == fresh.imports
    assert changed.order == fresh.order
    names = {"One", "Two", "helper", "f", "A"} | set(fresh.names)
    assert {name: changed.definers(name) for name in names} == {
        name: fresh.definers(name) for name in names
    }


PYTHON_LINES = st.sampled_from(
    [
        "from .a import one, two as deux\n", "from .b import *\n", "from . import a\n",
        "from pkg import one, deux, three\n", "from pkg.b import *\n", "import pkg\npkg.one\n",
        "from pkg import a\na.two\n", "from .sub import one as three\n", "def one(): ...\n",
        "def two(): ...\n", "class three: ...\n", "from pkg.sub import one, two\n", "deux\n",
    ]
)  # fmt: skip
PYTHON_PATHS = ("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/sub/__init__.py", "use.py")
PYTHON_TEXTS = st.lists(PYTHON_LINES, max_size=4).map("".join)


@given(st.tuples(*[PYTHON_TEXTS] * len(PYTHON_PATHS)), st.sampled_from(PYTHON_PATHS), PYTHON_TEXTS)
@settings(max_examples=300, deadline=None)
def test_reexports_are_followed_through_any_change(
    texts: tuple[str, ...], path: str, text: str
) -> None:
    """However packages pass names on to each other, an edit leads where a new start would."""
    files = dict(zip(PYTHON_PATHS, texts, strict=True))
    changed = build(facts_of(files)).with_texts({path: parse(path, "Python", text)})
    fresh = build(facts_of(files | {path: text}))
    assert changed.imports == fresh.imports
    assert changed.order == fresh.order


EDITED = st.sampled_from([*PYTHON_PATHS, "new.py", "pkg/new.py"])


@given(
    st.tuples(*[PYTHON_TEXTS] * len(PYTHON_PATHS)),
    st.lists(st.tuples(EDITED, st.none() | PYTHON_TEXTS), min_size=1, max_size=6),
)
@settings(max_examples=200, deadline=None)
def test_typing_leads_where_a_new_start_would(
    texts: tuple[str, ...], edits: list[tuple[str, str | None]]
) -> None:
    """Files that are on disk and new ones, opened, changed and closed again in any order."""
    files = dict(zip(PYTHON_PATHS, texts, strict=True))
    seen = ground = build(facts_of(files))
    opened: dict[str, str] = {}
    for path, text in edits:
        opened.pop(path, None)
        opened |= {path: text} if text is not None else {}
        seen = overlaid(seen, ground, facts_of(opened))
        fresh = build(facts_of(files | opened))
        assert (seen.facts, seen.imports) == (fresh.facts, fresh.imports)
        assert (seen.order, seen.folders) == (fresh.order, fresh.folders)
        names = ("one", "two", "three")
        assert [*map(seen.definers, names)] == [*map(fresh.definers, names)]


@given(st.lists(st.text(max_size=12), max_size=6), st.text(min_size=1, max_size=12))
def test_any_lines_may_stand_in_an_ignore_file(rows: list[str], path: str) -> None:
    ignores = Ignores().deeper("", {".gitignore": "\n".join(rows)})
    assert ignores.reason(path) in {None, ".gitignore"}
