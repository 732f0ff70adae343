"""Whatever is done at the keyboard: what is kept leads to the document that it was made for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from context.types import Snapshot
from inference.types import Completion
from lsp_server.inline.asked import Asked
from lsp_server.inline.cache import Cache

_CODE = st.text("ab(){}[]\"' \n\t,.", max_size=12)
_PAIRS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'"}
_KEYS = st.lists(
    st.one_of(
        st.sampled_from(("through", "through", "through", "back", "delete", "left", "right")),
        st.sampled_from("ab() \n"),
    ),
    max_size=14,
)


@dataclass
class _Editor:
    """An editor that closes brackets, types over them, and indents."""

    text: str
    cursor: int
    closed: str = ""

    def press(self, key: str, target: str) -> None:
        text, at = self.text, self.cursor
        if key == "through":
            rest = target[at:] if target.startswith(text[:at]) else ""
            self._type(rest[:1] or "a")
        elif key == "back" and at:
            self._put(text[: at - 1] + text[at:], at - 1)
        elif key == "delete":
            self._put(text[:at] + text[at + 1 :], at)
        elif key in ("left", "right"):
            self._put(text, min(len(text), max(0, at + (1 if key == "right" else -1))))
        elif len(key) == 1:
            self._type(key)

    def _type(self, sign: str) -> None:
        text, at = self.text, self.cursor
        if self.closed.startswith(sign):
            self.cursor, self.closed = at + 1, self.closed[1:]
            return
        closing = _PAIRS.get(sign, "")
        self.text, self.cursor = text[:at] + sign + closing + text[at:], at + 1
        self.closed = closing + self.closed

    def _put(self, text: str, cursor: int) -> None:
        self.text, self.cursor, self.closed = text, cursor, ""


def _asked(text: str, cursor: int, *, uri: str = "file:///a.py", world: Any = 1) -> Asked:
    document: Any = SimpleNamespace(uri=uri)
    workspace: Any = SimpleNamespace(supersede=lambda *_: None)
    return Asked(document, workspace, Snapshot("a.py", "Python", 1, text, cursor), world)


def _put(text: str, completion: Completion) -> str:
    start, end = completion.replace
    return text[:start] + completion.text + text[end:]


@given(_CODE, _CODE, st.lists(_CODE, min_size=1, max_size=3), st.integers(0, 3), _KEYS)
def test_what_is_left_gives_what_the_whole_would_have(prefix, suffix, texts, n_replaced, keys):
    """But for blanks in lines that were typed already, which stay as they were typed."""
    line = suffix.split("\n", 1)[0]
    end = len(prefix) + min(n_replaced, len(line))
    made = tuple(Completion(text, (len(prefix), end)) for text in texts)
    cache, first = Cache(), _asked(prefix + suffix, len(prefix))
    cache.keep(first, made, is_whole=True)
    wanted = [_put(prefix + suffix, each) for each in made]
    editor = _Editor(prefix + suffix, len(prefix))
    for key in keys:
        editor.press(key, wanted[0])
        found = cache.look(_asked(editor.text, editor.cursor))
        for left in found.completions if found else ():
            start, end = left.replace
            assert start <= editor.cursor <= end
            assert "\n" not in editor.text[start:end]
            become = _put(editor.text, left)
            assert become in wanted or _bare(become) in map(_bare, wanted)
            if editor.text != first.snapshot.text:
                assert left.text.strip()


@given(_CODE, _CODE, _CODE.filter(str.strip), st.integers(0, 12))
def test_typing_through_always_finds_the_rest(prefix, suffix, text, n_typed):
    typed, rest = text[:n_typed], text[n_typed:]
    cache = Cache()
    cache.keep(
        _asked(prefix + suffix, len(prefix)),
        (Completion(text, (len(prefix), len(prefix))),),
        is_whole=True,
    )
    found = cache.look(_asked(prefix + typed + suffix, len(prefix + typed)))
    is_same = not typed
    if rest.strip() or is_same:
        assert found is not None
        assert [each.text for each in found.completions] == [rest]
    else:
        assert found is None


@given(_CODE, _CODE, _CODE.filter(str.strip), _CODE, st.sampled_from(("world", "uri", "suffix")))
def test_nothing_is_offered_elsewhere(prefix, suffix, text, other, what):
    cache, first = Cache(), _asked(prefix + suffix, len(prefix))
    made = (Completion(text, (len(prefix), len(prefix))),)
    cache.keep(first, made, is_whole=True)
    if what == "world":
        there = replace(first, world=2)
    elif what == "uri":
        there = _asked(prefix + suffix, len(prefix), uri="file:///b.py")
    elif other.strip(" \t\n)]}\"'") and not suffix.endswith(other) and not other.endswith(suffix):
        there = _asked(prefix + other, len(prefix))
    else:
        return
    assert cache.look(there) is None


def _bare(text: str) -> str:
    """The text without what blanks may differ in."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))
