"""What stays of a prompt, and what moves, while somebody types, deletes, pastes and jumps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
import tiny_bpe
from marked import parse

from context.types import Selection, Snippet
from inference.models import find_model
from inference.models.formats import Control, FimFormat
from inference.prompt.pack import PackState, goes_on, pack
from inference.tokens.tokenizer import EstimatingTokenizer, load_tokenizer

SPEC = find_model("deepseek-coder-v2-lite-base")
BEGIN, HOLE, END = (mark.text for mark in SPEC.format.marks)
ESTIMATE = EstimatingTokenizer()
PREFIX_LAST = FimFormat(
    name="suffix-first",
    bos="",
    eos="",
    layout=(Control("<S>"), "suffix", Control("<P>"), "header", "prefix"),
    file=("#{path}\n",),
    header=("#{path}\n",),
    stops=(),
    reserved=("<S>", "<P>"),
)
FILES = (Snippet("a.py", "A = 1\n", "full", "imported here", 1),)
LINES = "".join(f"line_{number} = {number}\n" for number in range(60))


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return load_tokenizer(tiny_bpe.write(tmp_path_factory.mktemp("bpe")), SPEC)


@dataclass
class Editor:
    """A document that is edited and asked about, the way an editor and a server do it."""

    before: str
    after: str
    options: dict = field(default_factory=dict)
    state: PackState = field(default_factory=PackState)
    files: tuple = FILES
    heads: list = field(default_factory=list)

    def __post_init__(self):
        self.tokenizer = self.options.pop("tokenizer", ESTIMATE)
        self.options = {"spec": SPEC, "budget_tokens": 4_096, **self.options}
        self.ask()

    def ask(self, **more):
        """The prompt of what is there now."""
        selection = Selection(self.before, self.after, self.files, None, ())
        self.prompt, self.state = pack(
            selection,
            self.state,
            path="main.py",
            tokenizer=self.tokenizer,
            **{**self.options, **more},
        )
        anchor = self.state.anchors[0] if self.state.anchors else None
        self.heads.append(anchor.head.text if anchor else "")
        return self

    def type(self, text, closers=""):
        """Keystroke by keystroke; then the editor puts closers behind the cursor."""
        for char in text:
            self.before += char
            self.ask()
        self.after = closers + self.after
        return self.ask()

    def back(self, n_chars):
        """Backspace, so many times."""
        for _ in range(n_chars):
            self.before = self.before[:-1]
            self.ask()
        return self

    def jump(self, after):
        """The cursor behind the first place that reads so."""
        text = self.before + self.after
        cursor = text.index(after) + len(after)
        self.before, self.after = text[:cursor], text[cursor:]
        return self.ask()

    @property
    def goes_on(self):
        """Whether the next request here is one more keystroke."""
        places = (self.before, self.after)
        return goes_on(self.state, "main.py", *places, tokenizer=self.tokenizer)

    @property
    def tail(self):
        """What the prompt holds behind the frozen suffix."""
        return self.prompt.text.rpartition(END)[2]

    @property
    def n_heads(self):
        """How many heads a server had to read."""
        return len(set(self.heads))


def _editor(fixture, **options):
    marked = parse(fixture)
    return Editor(marked.text[: marked.cursor], marked.text[marked.cursor :], options)


def test_typing_adds_behind_the_end_sentinel_and_moves_nothing():
    editor = _editor("a = 1\nb = $0\nc = 3\n").type("a + 1")
    assert editor.n_heads == 1
    assert editor.prompt.text == (
        f"{BEGIN}#a.py\nA = 1\n#main.py\na = 1\n{HOLE}\nc = 3\n{END}b = a + 1"
    )


def test_ids_of_the_head_are_kept_as_they_are(exact):
    editor = _editor("a = 1\nb = $0\nc = 3\n", tokenizer=exact, as_ids=True)
    first = editor.state.anchors[0].head
    editor.type("foo")
    assert editor.state.anchors[0].head is first
    assert editor.prompt.token_ids == first.token_ids + exact.encode("b = foo")
    assert editor.prompt.n_tokens == len(editor.prompt.token_ids)


@pytest.mark.parametrize(("anchoring", "n_heads"), [("block", 1), ("line", 3)])
def test_a_new_line_moves_the_anchor_of_a_line_only(anchoring, n_heads):
    editor = _editor("a = 1\n$0\nz = 3\n", anchoring=anchoring).type("b = 1\nc = 2\nd")
    assert editor.n_heads == n_heads
    assert editor.tail == {"block": "b = 1\nc = 2\nd", "line": "d"}[anchoring]


def test_nothing_is_anchored_when_it_is_off():
    editor = _editor("a = 1\nb = $0\nc = 3\n", anchoring="off").type("a")
    assert editor.prompt.text == f"{BEGIN}#a.py\nA = 1\n#main.py\na = 1\nb = a{HOLE}\nc = 3\n{END}"
    assert editor.goes_on


def test_the_anchor_moves_when_its_reserve_is_typed_full():
    editor = _editor("a = 1\n$0\nz = 3\n", budget_tokens=1_200)
    reserve = editor.state.anchors[0].reserve
    for number in range(reserve // 4):
        editor.type(f"v{number} = 1\n")
        assert ESTIMATE.count(editor.tail) <= reserve
        assert editor.prompt.n_tokens <= 1_200
    assert 2 <= editor.n_heads <= 4


def test_a_model_that_reads_the_prefix_last_has_a_longer_prefix():
    spec = replace(SPEC, format=PREFIX_LAST)
    editor = _editor("a = 1\nb = $0\nc = 3\n", spec=spec).type("a")
    assert editor.prompt.text == "<S>\nc = 3\n<P>#main.py\na = 1\nb = a"
    assert editor.n_heads == 1


@pytest.mark.parametrize(
    ("opened", "closed"),
    [("(", ")"), ("f('", "')"), ("[{", "}]"), ('"""', '"""'), ("{\n    ", "\n}"), ("<b>", "</b>")],
)
def test_what_the_editor_closes_by_itself_is_no_change_of_the_suffix(opened, closed):
    editor = _editor("a = 1\nb = $0\nc = 3\n").type(opened, closed).type("x")
    assert editor.n_heads == 1
    assert editor.tail == "b = " + opened + "x"


def test_typing_over_a_closed_bracket_moves_nothing():
    editor = _editor("a = 1\nb = $0\nc = 3\n").type("f(", ")").type("x")
    editor.after = editor.after.removeprefix(")")
    editor.type(")")
    assert editor.n_heads == 1
    assert editor.tail == "b = f(x)"


def test_a_bracket_that_closes_the_cursors_line_is_left_to_be_typed():
    """It stands in no prompt, as typing over it would change the suffix."""
    editor = _editor("b = f($0)\nc = 3\n")
    assert editor.prompt.text.endswith(f"#main.py\n{HOLE}\nc = 3\n{END}b = f(")
    editor.type("x")
    editor.after = editor.after.removeprefix(")")
    assert editor.type(")").n_heads == 1


@pytest.mark.parametrize("fixture", ["b = f($0) + 1\n", "b = f($0]\n", "b = $0)\n", "f($0, x)\n"])
def test_what_else_stands_right_of_the_cursor_is_shown(fixture):
    editor = _editor(fixture)
    rest = fixture.partition("$0")[2]
    assert HOLE + rest + END in editor.prompt.text


def test_a_bracket_that_closes_nothing_typed_is_a_change():
    editor = _editor("a = 1\nb = $0\nc = 3\n")
    editor.after = ")" + editor.after
    editor.ask()
    assert editor.n_heads == 2
    assert f"{HOLE})\nc" in editor.prompt.text


def test_typing_where_the_line_goes_on_moves_nothing():
    editor = _editor("a = 1\nfoo(a, $0c)\nd = 3\n").type("bb, ")
    assert editor.n_heads == 1
    assert f"{HOLE}c)\nd = 3\n{END}foo(a, bb, " in editor.prompt.text


def test_deleting_what_was_typed_moves_nothing():
    editor = _editor("a = 1\nb = $0\nc = 3\n").type("abc\nd").back(5)
    assert editor.n_heads == 1
    assert editor.tail == "b = "


def test_deleting_to_before_the_anchor_moves_it_there():
    editor = _editor("a = 1\nb = 2\n$0\nc = 3\n").back(3)
    assert editor.n_heads == 2
    assert editor.prompt.text.endswith(f"#main.py\na = 1\n{HOLE}\nc = 3\n{END}b =")


def test_deleting_forward_changes_the_suffix():
    editor = _editor("a = 1\nb = $0xyz\nc = 3\n")
    editor.after = editor.after[1:]
    editor.ask()
    assert editor.n_heads == 2
    assert f"{HOLE}yz\nc = 3\n{END}b = " in editor.prompt.text


def test_deleting_forward_keeps_a_brief_suffix():
    """As it is read anew for each character, where it could have half of the prompt."""
    editor = Editor("a = 1\n", "xyz\n" + LINES * 9, {"budget_tokens": 2_000}, files=())
    first = editor.state.anchors[0]
    editor.after = editor.after[1:]
    editor.ask()
    second = editor.state.anchors[0]
    assert first.behind[1:].startswith(second.behind)
    assert ESTIMATE.count(second.behind) * 3 <= ESTIMATE.count(first.behind)


def test_deleting_forward_pushes_no_other_place_out():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    editor = Editor("", text, {"budget_tokens": 2_000})
    first = editor.jump("line_1000 = ").heads[-1]
    editor.jump("line_3000 = ")
    for _ in range(9):
        editor.after = editor.after[1:]
        editor.ask()
    assert editor.jump("line_1000 = ").heads[-1] == first


def test_a_pause_shows_all_of_the_suffix_again():
    editor = Editor("a = 1\n", "xyz\n" + LINES * 9, {"budget_tokens": 2_000}, files=())
    first = editor.state.anchors[0]
    editor.after = editor.after[1:]
    editor.ask(is_idle=True)
    assert first.behind[1:] == editor.state.anchors[0].behind


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nb =", "xyz\nc = 3\n"),
        ("a = 1\nb = ", "yz\nc = 3\n"),
        ("a = 1\nb = xy", "z\nc = 3\n"),
        ("a = 1\n", "b = xyz\nc = 3\n"),
        ("a =", "xyz\nc = 3\n"),
        ("a = 1\nb = 1\nd = ", "xyz\nc = 3\n"),
    ],
)
def test_what_is_done_in_a_line_or_right_before_it_goes_on(before, after):
    """Nothing is selected anew for it, though the prompt's head may have to move."""
    editor = _editor("a = 1\nb = $0xyz\nc = 3\n")
    editor.before, editor.after = before, after
    assert editor.goes_on


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nb = xyz\nc", " = 3\n"),
        ("a", " = 1\nb = xyz\nc = 3\n"),
        ("a = 2\nb = ", "xyz\nc = 3\n"),
        ("a = 1\nb = ", "xyz\nc = 4\n"),
        ("a = 1\nb = ", "xyz"),
    ],
)
def test_another_place_is_no_going_on(before, after):
    editor = _editor("a = 1\nb = $0xyz\nc = 3\n")
    editor.before, editor.after = before, after
    assert not editor.goes_on


@pytest.mark.parametrize("anchoring", ["off", "line"])
def test_files_stay_while_the_document_grows(anchoring):
    """Though it would take its room from them if it were opened as it has become."""
    files = tuple(Snippet(f"{n}.py", f"{n} = 1\n" * 6, "full", "", 1, n) for n in range(200))
    editor = Editor("a = 1\n" * 36, "z = 3\n", {"anchoring": anchoring}, files=files)
    editor.files = editor.state.anchors[0].shown or editor.files
    editor.files = editor.files[: sum(part.role == "snippet" for part in editor.prompt.parts)]
    n_parts = len(editor.ask().prompt.parts)
    for _ in range(30):
        assert editor.type("value = 1\n").goes_on
    snippets = [part for part in editor.prompt.parts if part.role == "snippet"]
    assert [part.path for part in snippets] == [snippet.path for snippet in editor.files]
    opened, _ = pack(
        Selection(editor.before, editor.after, editor.files, None, ()),
        PackState(),
        path="main.py",
        tokenizer=ESTIMATE,
        **editor.options,
    )
    assert len(opened.parts) < n_parts


def test_undo_finds_the_anchor_again():
    editor = _editor("a = 1\nb = $0\nc = 3\n").type("xy")
    head, before = editor.heads[-1], editor.before
    editor.before += "".join(f"p{number} = {number}\n" for number in range(500))
    editor.ask()
    assert editor.heads[-1] != head
    editor.before = before
    editor.ask()
    assert editor.heads[-1] == head
    assert editor.tail == "b = xy"


def test_a_paste_of_500_lines_moves_the_anchor_behind_it():
    editor = _editor("a = 1\n$0\nc = 3\n")
    editor.before += "".join(f"pasted_{number} = {number}\n" for number in range(500))
    editor.ask()
    assert editor.n_heads == 2
    assert editor.prompt.n_tokens <= 4_096
    assert "pasted_499 = 499\n" + HOLE in editor.prompt.text
    assert editor.tail == ""


def test_a_paste_of_a_few_lines_is_typed_text():
    editor = _editor("a = 1\n$0\nc = 3\n")
    editor.before += "b = 1\nc = 2\n"
    editor.ask()
    assert editor.n_heads == 1


def test_jumping_to_and_fro_finds_both_heads_again():
    """Each place's window doesn't reach to the other."""
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    editor = Editor(*text.partition("line_700 = ")[:2], {"budget_tokens": 2_000})
    editor.after = text[len(editor.before) :]
    editor.jump("line_1000 = ").type("1")
    first = editor.heads[-1]
    editor.jump("line_3000 = ").type("2")
    second = editor.heads[-1]
    for number in range(3):
        editor.jump("line_1000 = 1" + "x" * number).type("x")
        assert editor.heads[-1] == first
        editor.jump("line_3000 = 2" + "y" * number).type("y")
        assert editor.heads[-1] == second


def test_at_most_four_places_are_remembered():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    editor = Editor("", text, {"budget_tokens": 2_000})
    for number in (500, 1_000, 1_500, 2_000, 2_500):
        editor.jump(f"line_{number} = ")
    assert len(editor.state.anchors) == 4


def test_an_edit_outside_of_the_windows_moves_nothing():
    """Offsets move, as by an import that is added above by the editor; the texts don't."""
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    editor = Editor("", text, {"budget_tokens": 2_000}).jump("line_3000 = ").type("1")
    head = editor.heads[-1]
    editor.before = "import this\n" + editor.before
    editor.ask()
    assert editor.goes_on
    assert editor.type("2").heads[-1] == head


def test_an_edit_in_the_window_makes_a_new_head():
    editor = _editor("a = 1\nb = $0\nc = 3\n").type("x")
    editor.before = editor.before.replace("a = 1", "a = 2")
    assert not editor.goes_on  # What is selected may have to change, too.
    assert f"a = 2\n{HOLE}" in editor.ask().prompt.text


def test_what_comes_above_a_whole_document_is_shown():
    """A window that began with its document still has to."""
    editor = _editor("a = 1\nb = $0\nc = 3\n")
    editor.before = "import os\n" + editor.before
    assert "import os\n" in editor.ask().prompt.text


def test_what_comes_below_a_whole_document_is_shown_but_for_blanks():
    editor = _editor("a = 1\nb = $0\n")
    editor.after += "\n\n"
    assert editor.ask().n_heads == 1
    editor.after += "z = 9\n"
    assert "z = 9\n" in editor.ask().prompt.text


def test_a_pause_moves_an_anchor_whose_reserve_is_half_full():
    editor = _editor("a = 1\n$0\nz = 3\n", budget_tokens=1_200)
    editor.ask(is_idle=True)
    assert editor.n_heads == 1
    editor.type("some_value = 1\n" * 8)
    assert editor.n_heads == 1
    editor.ask(is_idle=True)
    assert editor.n_heads == 2
    assert editor.tail == ""


def test_closers_are_no_reason_to_move_in_a_pause():
    editor = _editor("a = 1\nb = $0\nc = 3\n").type("f(", ")").ask(is_idle=True)
    assert editor.n_heads == 1


def test_other_files_leave_the_windows_where_they_are():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    editor = Editor("", text, {"budget_tokens": 2_000}).jump("line_3000 = ").type("1")
    old = editor.state.anchors[0]
    editor.files = (*FILES, Snippet("b.py", "B = 2\n", "full", "", 1))
    new = editor.ask().state.anchors[0]
    assert "#b.py\nB = 2\n" in new.head.text
    assert (new.before, new.behind) == (old.before, old.behind)


def test_more_files_than_fit_make_the_windows_smaller():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    editor = Editor("", text, {"budget_tokens": 2_000}, files=()).jump("line_3000 = ")
    old = editor.state.anchors[0]
    editor.files = (Snippet("b.py", "B = 2\n" * 100, "full", "", 1),)
    new = editor.ask().state.anchors[0]
    assert "#b.py\nB = 2\n" in new.head.text
    assert len(new.before) < len(old.before)
    assert editor.prompt.n_tokens <= 2_000


def test_who_comes_back_finds_the_head_without_what_was_chosen_elsewhere():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    editor = Editor("", text, {"budget_tokens": 2_000}).jump("line_1000 = ")
    head = editor.heads[-1]
    editor.files = (*FILES, Snippet("b.py", "B = 2\n", "full", "", 1))
    editor.jump("line_3000 = ")
    assert editor.jump("line_1000 = ").heads[-1] == head
    assert editor.type("1").heads[-1] == head
    editor.files = (Snippet("b.py", "B = 2\n", "full", "", 1),)
    assert "#a.py" not in editor.ask().prompt.text


@pytest.mark.parametrize("changed", [{"budget_tokens": 3_000}, {"as_ids": True}])
def test_other_terms_are_another_anchor(changed, exact):
    editor = _editor("a = 1\nb = $0\nc = 3\n", tokenizer=exact)
    anchor = editor.state.anchors[0]
    editor.ask(**changed)
    assert editor.state.anchors[0] is not anchor
    assert editor.prompt.n_tokens <= changed.get("budget_tokens", 4_096)


def test_a_typed_sentinel_is_no_control_token(exact):
    """As ids it is text; on its way as text that request goes without an anchor."""
    editor = _editor("a = 1\nb = $0\nc = 3\n", tokenizer=exact)
    anchors = editor.state.anchors
    editor.before += HOLE
    editor.ask()
    assert editor.prompt.text == f"{BEGIN}#a.py\nA = 1\n#main.py\n{HOLE}\nc = 3\n{END}"
    assert editor.state.anchors == anchors
    editor.ask(as_ids=True)
    assert editor.tail == "b = " + HOLE
    assert editor.prompt.token_ids.count(exact.control_id(HOLE)) == 1


def test_a_line_that_is_too_long_is_anchored_at_the_cursor():
    editor = Editor("var a=1;" * 900, "var b=2;" * 900, {"budget_tokens": 2_000}).type("foo")
    assert editor.n_heads == 1
    assert editor.tail == ";foo"
    assert editor.prompt.n_tokens <= 2_000


def test_a_tiny_budget_has_no_anchor():
    editor = _editor("a = 1\nb = $0\nc = 3\n", budget_tokens=60).type("x")
    assert editor.state.anchors == ()
    assert f"b = x{HOLE}" in editor.prompt.text


def test_carriage_returns_are_recognised():
    editor = Editor("a = 1\r\nb = ", "\r\nc = 3\r\n").type("x")
    assert editor.n_heads == 1
    assert editor.prompt.text.endswith(f"a = 1\n{HOLE}\nc = 3\n{END}b = x")


@pytest.mark.parametrize(
    ("typed", "kept", "healing"),
    [
        ("foo(se", "foo", "(se"),
        ("x = fo", "x =", " fo"),
        ("self.na", "self", ".na"),
        ("((fo", "((", "fo"),
        ("x = ", "x =", " "),
        ("    ", "", "    "),
        ("if x:", "if x", ":"),
        ("x = [", "x =", " ["),
        ("y = 12345", "y = 123", "45"),
        ("y = 123", "y = 123", ""),
        ("z" * 70, "z" * 70, ""),
        ("a\0bc", "a\0", "bc"),
        ("a\0", "a\0", ""),
        ("", "", ""),
    ],
)
def test_a_half_typed_token_is_taken_back(typed, kept, healing):
    editor = Editor("a = 1\n" + typed, "\nc = 3\n", {"heal": True})
    assert (editor.tail, editor.prompt.healing) == (kept, healing)


def test_healing_stays_within_what_stands_last():
    """Before the hole when nothing is anchored; never in what a sentinel follows."""
    loose = Editor("a = 1\nb = fo", "\nc = 3\n", {"heal": True, "anchoring": "off"})
    assert f"\nb ={HOLE}" in loose.prompt.text
    assert loose.prompt.healing == " fo"
    anchored = Editor("a = fo\n", "\nc = 3\n", {"heal": True})
    assert f"a = fo\n{HOLE}" in anchored.prompt.text
    assert anchored.prompt.healing == ""
