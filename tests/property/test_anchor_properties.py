"""Whatever is typed, deleted, pasted or jumped to: the head stands still, and nothing is torn."""

from __future__ import annotations

import difflib
import inspect
import json
import tempfile
import textwrap
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import tiny_bpe
from hypothesis import event, given, settings
from hypothesis import strategies as st

from context.types import Selection, Snippet
from inference.models import FORMATS, find_model
from inference.models.formats import Control
from inference.normalise import normalise
from inference.prompt.anchor import typed_since
from inference.prompt.heal import heal
from inference.prompt.layout import fixed_cost
from inference.prompt.pack import PackState, goes_on, pack
from inference.tokens.estimate import EstimatingTokenizer
from inference.tokens.file import FileTokenizer

SPEC = find_model("deepseek-coder-v2-lite-base")
PATH = "a.py"
MARKS = sorted({mark for form in FORMATS.values() for mark in form.reserved})
PIECES = [
    *("x = 1", "def f(a, b):", "\n", "\r\n", "    ", "\t", "🙂", "é世", "\ud800", "12345"),
    *("#a.py\n", ")", "a" * 40, " " * 30, "foo.bar(", "\n\n", "'", "value_1 = compute(2)\n" * 30),
]


@cache
def _tokenizer(kind):
    """One that knows the control tokens of every format."""
    if kind == "estimate":
        return EstimatingTokenizer()
    path = tiny_bpe.write(Path(tempfile.mkdtemp()), kind=kind)
    described = json.loads(path.read_text(encoding="utf-8"))
    known = {token["content"]: token["id"] for token in described["added_tokens"]}
    forms = FORMATS.values()
    wanted = [mark for form in forms for mark in (form.bos, *form.keys, *form.reserved) if mark]
    number = max(known.values()) + 1
    for mark in dict.fromkeys(wanted):
        if mark not in known:
            described["added_tokens"].append(
                {**described["added_tokens"][0], "content": mark, "id": number}
            )
            number += 1
    path.write_text(json.dumps(described), encoding="utf-8")
    return FileTokenizer(path)


texts = st.lists(st.sampled_from([*PIECES, *MARKS[:6]]), max_size=4).map("".join)
typed = st.sampled_from(["a", "foo", " ", ".", "(", "1", "\n", "\n    ", "'", "é", "\ud83d"])
edits = st.one_of(
    st.tuples(st.just("type"), typed),
    st.tuples(st.just("type"), typed),
    st.tuples(st.just("closed"), st.sampled_from(["()", "[]", '""', "{\n    \n}", "</b>"])),
    st.tuples(st.just("paste"), texts),
    st.tuples(st.sampled_from(["back", "delete", "right"]), st.integers(1, 12)),
    st.tuples(st.just("jump"), st.floats(0, 1)),
    st.tuples(st.sampled_from(["undo", "idle", "above"]), st.none()),
    st.tuples(st.just("files"), st.integers(0, 3)),
)


@dataclass(frozen=True)
class Setting:
    """Everything about a prompt but the document."""

    form: str
    kind: str
    as_ids: bool
    anchoring: str
    heal: bool
    room: int


set_ups = st.builds(
    Setting,
    form=st.sampled_from(sorted(FORMATS)),
    kind=st.sampled_from(["estimate", "deepseek-v2", "qwen2", "gpt2"]),
    as_ids=st.booleans(),
    anchoring=st.sampled_from(["block", "block", "line", "off"]),
    heal=st.booleans(),
    room=st.integers(1, 80) | st.integers(80, 1_500) | st.integers(1_500, 4_000),
)


@dataclass(frozen=True)
class Place:
    """A document, its cursor, and how many files are chosen beside it."""

    text: str
    cursor: int
    n_files: int = 1

    @property
    def selection(self):
        """What `pack` is given of it."""
        files = tuple(
            Snippet(f"{name}.py", f"{name} = 1\n" * 9, "full", "", None, rank)
            for rank, name in enumerate("bcd"[: self.n_files])
        )
        return Selection(self.text[: self.cursor], self.text[self.cursor :], files, None, ())


def _edited(place, edit):
    kind, what = edit
    text, cursor = place.text, place.cursor
    if kind in {"type", "paste"}:
        return replace(place, text=text[:cursor] + what + text[cursor:], cursor=cursor + len(what))
    if kind == "closed":
        opened = 1 if what != "{\n    \n}" else 6
        whole = text[:cursor] + what + text[cursor:]
        return replace(place, text=whole, cursor=cursor + min(opened, len(what)))
    if kind == "back":
        kept = text[: max(0, cursor - what)]
        return replace(place, text=kept + text[cursor:], cursor=len(kept))
    if kind == "delete":
        return replace(place, text=text[:cursor] + text[cursor + what :])
    if kind == "right":
        return replace(place, cursor=min(len(text), cursor + what))
    if kind == "jump":
        return replace(place, cursor=int(what * len(text)))
    if kind == "above":
        return replace(place, text="import x\n" + text, cursor=cursor + 9)
    return replace(place, n_files=what) if kind == "files" else place


def _steps(first, edits):
    """Each place that is come to, and whether it is a pause."""
    past, place = [], first
    yield place, False
    for edit in edits:
        if edit[0] == "undo" and past:
            place = past.pop()
        elif edit[0] not in {"undo", "idle"}:
            past.append(place)
            place = _edited(place, edit)
        yield place, edit[0] == "idle"


def _budget(form, tokenizer, room):
    return fixed_cost(form, tokenizer) + room


def _pack(place, state, up, *, is_idle=False):
    form, tokenizer = FORMATS[up.form], _tokenizer(up.kind)
    return pack(
        place.selection,
        state,
        path=PATH,
        spec=replace(SPEC, format=form),
        tokenizer=tokenizer,
        budget_tokens=_budget(form, tokenizer, up.room),
        as_ids=up.as_ids,
        anchoring=up.anchoring,
        heal=up.heal,
        is_idle=is_idle,
        repository="shop",
    )


def _check_size(prompt, form, tokenizer, budget):
    assert prompt.n_tokens <= budget
    n_parts = sum(part.n_tokens for part in prompt.parts)
    assert len(form.sentinels) + n_parts <= prompt.n_tokens
    assert bool(prompt.suffix) <= form.suffix_apart
    if form.suffix_apart:
        # The server puts both together, with control tokens of its own.
        assert prompt.token_ids is None
        assert form.added_tokens + n_parts <= prompt.n_tokens
    elif tokenizer.exact:
        assert prompt.n_tokens == len(prompt.token_ids)
        if _spelled_alike(form):
            assert tokenizer.decode(prompt.token_ids) == form.bos + prompt.text


def _check_as_the_server_counts(prompt, form, tokenizer, budget):
    """It encodes the text at once, with its control tokens among it."""
    pieces = [prompt.text, prompt.suffix]
    written = (*form.marks, *_controls((*form.start, *form.file, *form.header)))
    for mark in {control.text for control in written}:
        pieces = [part for piece in pieces for part in piece.split(mark)]
    n_controls = len(form.beginning) + form.added_tokens + len(pieces) - 2
    assert sum(map(tokenizer.count, pieces)) + n_controls <= budget


def _spelled_alike(form):
    around = (*form.marks, *form.start, *form.file, *form.header)
    return all(mark.key == mark.text for mark in around if isinstance(mark, Control))


def _check_sentinels(prompt, form, *, as_text):
    """Each is there, in the layout's order, and on its way as text none is from a source."""
    if not as_text:
        return
    left = prompt.text
    for mark in form.marks:
        _, found, left = left.partition(mark.text)
        assert found
    n_files = sum(part.role == "snippet" for part in prompt.parts)
    written = [*form.marks, *_controls(form.start), *_controls(form.header)]
    written += _controls(form.file) * n_files
    for mark in form.reserved:
        assert prompt.text.count(mark) <= sum(one.text.count(mark) for one in written)


def _controls(words):
    return [item for item in words if isinstance(item, Control)]


def _check_cursor(prompt, form, place, state, up):
    """What the model reads before the cursor ends there, and what it reads behind follows."""
    prefix, suffix = normalise(place.selection.prefix), place.selection.suffix
    anchor = state.anchors[0] if state.anchors else None
    is_anchored = anchor and anchor.head.text and prompt.text.startswith(anchor.head.text)
    if not is_anchored:
        assert prefix.endswith(prompt.healing)
        return
    tail = prompt.text[len(anchor.head.text) :] + prompt.healing
    event("anchored")
    last = [part.role for part in prompt.parts if part.role != "typed"][-1]
    event(f"ends with a {last}")
    # A cursor between a carriage return and its line feed leaves one on each side.
    document = normalise(anchor.before) + tail
    assert prefix.endswith(document) or "\r" in place.text
    assert normalise(anchor.before) in anchor.head.text
    if form.has_fim and not anchor.is_blind:
        gap = suffix.find(anchor.behind)
        assert 0 <= gap <= 64
        assert not any(char.isalnum() for char in suffix[:gap].replace("</b>", ""))


@settings(deadline=None)
@given(up=set_ups, before=texts, behind=texts, edits=st.lists(edits, max_size=12))
def test_any_session_keeps_to_its_budget_and_its_text(up, before, behind, edits):
    _check_session(up, before, behind, edits)


@settings(deadline=None)
@given(
    up=set_ups,
    form=st.sampled_from(["deepseek-v1", "deepseek-v2"]),
    room=st.integers(3_072, 3_300),
    before=texts,
    behind=texts,
    edits=st.lists(edits | st.tuples(st.just("files"), st.integers(1, 3)), max_size=12),
)
def test_so_does_one_in_which_files_come_late(up, form, room, before, behind, edits):
    """Where files may stand behind the suffix."""
    _check_session(replace(up, form=form, room=room), before, behind, edits)


def _check_session(up, before, behind, edits):
    form, tokenizer = FORMATS[up.form], _tokenizer(up.kind)
    budget = _budget(form, tokenizer, up.room)
    state = PackState()
    for place, is_idle in _steps(Place(before + behind, len(before)), edits):
        prompt, after = _pack(place, state, up, is_idle=is_idle)
        assert (prompt, after) == _pack(place, state, up, is_idle=is_idle)
        _check_size(prompt, form, tokenizer, budget)
        _check_sentinels(prompt, form, as_text=not (up.as_ids and tokenizer.exact))
        if tokenizer.exact and not up.as_ids:
            _check_as_the_server_counts(prompt, form, tokenizer, budget)
        _check_cursor(prompt, form, place, after, up)
        assert len(after.anchors) <= 4
        assert prompt.healing == "" or up.heal
        state = after


@settings(deadline=None)
@given(
    up=set_ups, before=texts, behind=texts, keys=st.lists(st.sampled_from("ab (.'1\n"), max_size=30)
)
def test_the_head_stands_as_long_as_typing_goes_on(up, before, behind, keys):
    """The ids of the earlier prompt's head begin the next one's, token for token."""
    tokenizer = _tokenizer(up.kind)
    place = Place(before + behind, len(before))
    _, state = _pack(place, PackState(), up)
    for key in keys:
        place = _edited(place, ("type", key))
        selection = place.selection
        prefix, suffix = selection.prefix, selection.suffix
        found = (typed_since(anchor, prefix, suffix, tokenizer) for anchor in state.anchors)
        typed = next((entry[1] for entry in found if entry), None)
        assert not typed or goes_on(state, PATH, prefix, suffix, tokenizer=tokenizer)
        standing = typed and not (up.anchoring == "line" and typed.leaves_line)
        prompt, after = _pack(place, state, up)
        if standing and up.anchoring != "off" and after.anchors[0].head.text:
            head = after.anchors[0].head
            assert any(anchor.head is head for anchor in state.anchors)
            assert prompt.text.startswith(head.text)
            if head.token_ids is not None:
                assert prompt.token_ids[: len(head.token_ids)] == head.token_ids
            event("stands")
        state = after


@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_healing_takes_little_back_and_never_a_line_end(text):
    kept, healing = heal(text)
    assert kept + healing == text
    assert len(healing) <= 64
    assert "\n" not in healing


SOURCE = inspect.getsource(textwrap) + inspect.getsource(difflib)


@settings(deadline=None)
@given(st.integers(1, len(SOURCE) - 1), st.sampled_from(["deepseek-v2", "qwen2", "llama3"]))
def test_where_a_prompt_is_healed_a_token_ends(cursor, kind):
    """Its ids begin those of the line as it goes on: the model saw it so in training.

    DeepSeek-Coder V1's tokenizer alone joins signs such as `<` with all the blanks before
    them, and is given one of those.
    """
    tokenizer = _tokenizer(kind)
    line = SOURCE.rfind("\n", 0, cursor) + 1
    kept, _ = heal(SOURCE[line:cursor])
    whole = tokenizer.encode(SOURCE[line : SOURCE.index("\n", cursor) + 1])
    ids = tokenizer.encode(kept)
    assert whole[: len(ids)] == ids
