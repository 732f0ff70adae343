"""What an editor was offered, and what becomes of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from lsprotocol import types

from context.types import Snapshot
from inference.types import Completion
from lsp_server.documents import Documents
from lsp_server.inline.asked import Asked, Selected
from lsp_server.inline.selected import restored, with_selected
from lsp_server.inline.shown import MAX_CHARS, MAX_OFFERS, REJECTED_S, Shown
from lsp_server.kept import counting
from lsp_server.kept.following import AFTER_S, Following
from lsp_server.kept.tally import Counts, Tally
from lsp_server.settings import Settings, StatsSettings

URI = "file:///a.py"


class Desk:
    """An editor with one document, whose text is put as a whole."""

    def __init__(self, *, counts=True):
        self.now = 1000.0
        self.documents = Documents()
        settings = Settings(stats=StatsSettings(enabled=counts))
        self.workspace = SimpleNamespace(settings=settings)
        self.shown = Shown(Tally(today=lambda: "2026-11-23"), clock=lambda: self.now)

    def asked(self, marked, *, is_invoked=False):
        """A request where `|` stands."""
        cursor = marked.index("|")
        text = marked.replace("|", "")
        self.put(text)
        document = self.documents.get(URI)
        snapshot = Snapshot("a.py", "Python", 1, text, cursor)
        return Asked(document, self.workspace, snapshot, None, is_invoked=is_invoked)

    def put(self, text):
        """What the document holds from now on."""
        self.documents.open(types.TextDocumentItem(URI, "python", 1, text))

    def offer(self, marked, text, **more):
        """Offer a text where `|` stands; its name."""
        asked = self.asked(marked, **more)
        cursor = asked.snapshot.cursor
        return self.shown.offer(asked, Completion(text, (cursor, cursor)))

    @property
    def counts(self):
        """What was counted."""
        return sum(self.shown.tally.take().values(), Counts())


@pytest.fixture
def desk():
    return Desk()


def test_a_suggestion_counts_once_however_one_types_through_it(desk):
    desk.offer("x = |", "foo(bar)")
    desk.offer("x = |", "foo(bar)")
    desk.offer("x = f|", "oo(bar)")
    desk.offer("x = foo(|", "bar)")
    desk.offer("x = foo(q|", "ux)")
    assert desk.counts == Counts(shown=2)


def test_an_editor_that_tells_what_it_shows_is_believed(desk):
    desk.shown.was_shown("nothing that was offered")
    one, _ = desk.offer("x = |", "foo"), desk.offer("y = |", "bar")
    assert desk.counts == Counts()
    assert desk.shown.was_shown(one)
    assert desk.shown.was_shown(one)
    assert desk.counts == Counts(shown=1)


def test_what_was_accepted_is_followed_in_the_document_as_it_is_with_it(desk):
    asked = desk.asked("x = |y\nz\n")
    name = desk.shown.offer(asked, Completion("foo(y)", (4, 5)))
    found = desk.shown.was_accepted(name)
    assert found.text == "x = foo(y)\nz\n"
    assert found.text[found.start : found.end] == "foo(y)"
    assert desk.shown.was_accepted(name) is None
    assert desk.counts == Counts(shown=1, accepted=1)


def test_word_by_word_each_is_followed_and_counts_once(desk):
    name = desk.offer("x = |\n", "foo(bar)\nbaz")
    pieces = [desk.shown.was_accepted(name, "word") for _ in range(2)]
    pieces.append(desk.shown.was_accepted(name, "line"))
    pieces.append(desk.shown.was_accepted(name, "whole", 11))
    assert [p.text[p.start : p.end] for p in pieces] == ["foo", "(", "bar)\n", "ba"]
    assert pieces[1].text == "x = foo(\n"
    assert desk.shown.was_accepted(name, "word", 5) is None
    # What is offered next goes on from it.
    rest = desk.offer("x = foo(bar)\nba|\n", "z")
    assert desk.shown.was_accepted(rest)
    assert desk.counts == Counts(shown=1, accepted=1)


def test_typing_along_brings_nothing_back_be_it_closed(desk):
    assert desk.shown.was_rejected(desk.offer("x = |\n", "f(a, b)"))
    assert desk.shown.rejected_at(desk.asked("x = f(|)\n")) == ("a, b)", "a, b")
    assert desk.shown.rejected_at(desk.asked("x = f(a|\n")) == (", b)",)
    assert desk.shown.rejected_at(desk.asked("x = f(a|]\n")) == ()


def test_what_was_turned_down_isnt_offered_again_there(desk):
    name = desk.offer("x = |\n", "foo")
    assert desk.shown.was_rejected(name)
    assert desk.shown.rejected_at(desk.asked("x = |\n")) == ("foo",)
    assert desk.shown.rejected_at(desk.asked("x = f|\n")) == ("oo",)
    assert desk.shown.rejected_at(desk.asked("x = g|\n")) == ()
    assert desk.shown.rejected_at(desk.asked("x = foo|\n")) == ()
    assert desk.shown.rejected_at(desk.asked("x = |\n", is_invoked=True)) == ()
    far = "\n" * 500
    assert desk.shown.rejected_at(desk.asked("x = |\n" + far)) == ()
    desk.now += REJECTED_S
    assert desk.shown.rejected_at(desk.asked("x = |\n")) == ()
    assert desk.counts == Counts(shown=1, rejected=1)


def test_what_goes_on_from_a_selected_entry_is_known_again(desk):
    """It is offered with the entry, and made without it."""
    asked = with_selected(replace(desk.asked("x = fo|\n"), selected=Selected(4, 6, "foo")))
    name = desk.shown.offer(asked, restored(asked, Completion("(1)", (7, 7))))
    assert desk.shown.text_of(name) == "foo(1)"
    desk.shown.was_rejected(name)
    assert desk.shown.rejected_at(asked) == ("(1)",)


def test_lengths_count_line_ends_as_editors_are_told_them(desk):
    name = desk.offer("x = |\r\n", "foo\r\nbar")
    piece = desk.shown.was_accepted(name, "line", 4)
    assert piece.text == "x = foo\n\r\n"
    assert desk.shown.text_of(name) == "foo\nbar"


def test_what_was_accepted_cant_be_turned_down_any_more(desk):
    name = desk.offer("x = |\n", "foo")
    desk.shown.was_accepted(name, "word")
    assert desk.shown.was_rejected(name)
    assert desk.shown.rejected_at(desk.asked("x = |\n")) == ()


def test_who_wants_nothing_counted_is_obeyed():
    desk = Desk(counts=False)
    name = desk.offer("x = |\n", "foo")
    desk.shown.was_shown(name)
    assert desk.shown.was_accepted(name) is None
    assert desk.shown.was_rejected(desk.offer("y = |\n", "foo"))
    assert not desk.shown.tally
    assert desk.shown.rejected_at(desk.asked("y = |\n")) == ("foo",)


def test_the_oldest_is_forgotten(desk):
    names = [desk.offer(f"x{n} = |\n", "foo") for n in range(MAX_OFFERS + 1)]
    assert desk.shown.text_of(names[0]) is None
    assert desk.shown.was_accepted(names[0]) is None
    assert desk.shown.text_of(names[1]) == "foo"


class Session(Desk):
    """A session as far as counting touches it."""

    def __init__(self):
        super().__init__()
        self.following = Following(clock=lambda: self.now)
        self.tasks = []
        self.at_waking = lambda: None

    def start(self, work):
        """Do something that no message waits for."""
        self.tasks.append(asyncio.ensure_future(work))

    def accept(self, marked, text):
        """Offer a text where `|` stands, and accept it."""
        counting.follow(self, self.shown.was_accepted(self.offer(marked, text)))


@pytest.fixture
async def session(tmp_path, monkeypatch):
    made = Session()
    monkeypatch.setattr(counting, "cache_folder", lambda: tmp_path)

    async def sleep(seconds):
        made.now += seconds
        made.at_waking()

    monkeypatch.setattr(counting.asyncio, "sleep", sleep)
    return made


async def test_after_a_minute_it_is_looked_at_what_is_left(session):
    session.accept("x = |\n", "foo(bar)")
    session.put("# new\nx = foo(bar, 1)\n")
    session.accept("# new\nx = foo(bar, 1)\ny = |\n", "baz")
    session.put("# new\nx = foo(qux, 1)\n")
    await asyncio.gather(*session.tasks)
    assert session.now == 1000.0 + AFTER_S
    assert session.counts == Counts(shown=2, accepted=2, characters=11, kept=4)


async def test_what_is_closed_counts_as_it_is_then(session):
    session.accept("x = |\n", "foo(bar)")
    session.put("x = foo\n")
    counting.closing(session, URI)
    session.documents.close(URI)
    await asyncio.gather(*session.tasks)
    assert session.counts == Counts(shown=1, accepted=1, characters=8, kept=3)


async def test_at_the_end_all_is_counted_and_written_down(session, tmp_path):
    counting.begin(session)
    session.accept("x = |\n", "foo(bar)")
    session.put("x = foo(bar)\n")
    await counting.finish(session)
    assert not session.shown.tally
    (file,) = (tmp_path / "kept").glob("*.jsonl")
    assert '"characters":8,"kept":8' in file.read_text()
    for task in session.tasks:
        task.cancel()
    await asyncio.gather(*session.tasks, return_exceptions=True)


async def test_what_cant_be_written_is_tried_again(session, tmp_path):
    (tmp_path / "kept").write_text("in the way")
    session.offer("x = |\n", "foo")
    session.at_waking = lambda: (tmp_path / "kept").unlink() if session.now > 1041 else None
    await counting._write_later(session.shown.tally)
    assert session.now == 1000 + 3 * counting.WRITE_S
    assert list((tmp_path / "kept").glob("*.jsonl"))


def test_one_that_is_deleted_back_to_is_the_same_still(desk):
    for marked, text in (("x = fo|", "o(1)"), ("x = f|", "oo(1)"), ("x = |", "foo(1)")):
        desk.offer(marked, text)
    assert desk.counts == Counts(shown=1)


def test_typing_through_lines_that_end_otherwise_counts_once(desk):
    desk.offer("x|\r\n", "\r\ny = 1")
    desk.offer("x\r\ny|\r\n", " = 1")
    assert desk.counts == Counts(shown=1)


def test_long_documents_are_not_all_remembered(desk):
    names = [desk.offer(f"{n}" + "x" * (MAX_CHARS // 3) + "|", "foo") for n in range(5)]
    known = [name for name in names if desk.shown.text_of(name) is not None]
    assert known == names[-2:]
    last = desk.offer("y" * (MAX_CHARS + 1) + "|", "foo")
    assert desk.shown.text_of(last) == "foo"
