"""What stands in a prompt, what is cut first, and what stays where it was."""

from __future__ import annotations

import pytest
import tiny_bpe
from marked import parse

from context.types import Selection, Snippet
from inference.errors import BudgetError, TokenizerError
from inference.models import FORMATS, define_model, find_model
from inference.prompt.budget import ceiling, split_budget
from inference.prompt.pack import PackState, SnippetCounter, pack
from inference.tokens.tokenizer import EstimatingTokenizer, load_tokenizer

SPEC = find_model("deepseek-coder-v2-lite-base")
FORM = SPEC.format
BEGIN, HOLE, END = (mark.text for mark in FORM.marks)
ESTIMATE = EstimatingTokenizer()


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return load_tokenizer(tiny_bpe.write(tmp_path_factory.mktemp("bpe")), SPEC)


def _selection(fixture, *snippets):
    marked = parse(fixture)
    cursor = marked.cursor
    return Selection(marked.text[:cursor], marked.text[cursor:], snippets, None, ())


def _snippet(path, text, rank=0):
    return Snippet(path, text, "full", "imported here", 1, rank)


def _pack(selection, *, spec=SPEC, tokenizer=ESTIMATE, budget=4_096, state=None, **more):
    return pack(
        selection,
        state or PackState(),
        path=more.pop("path", "main.py"),
        spec=spec,
        tokenizer=tokenizer,
        budget_tokens=budget,
        **more,
    )


def test_the_format_to_the_letter(exact):
    selection = _selection(
        "x = $0\ny = 2\n", _snippet("a.py", "A = 1\n"), _snippet("b.py", "B = 2")
    )
    prompt, _ = _pack(selection, tokenizer=exact, anchoring="off")
    assert prompt.text == (f"{BEGIN}#a.py\nA = 1\n#b.py\nB = 2\n#main.py\nx = {HOLE}\ny = 2\n{END}")
    anchored, _ = _pack(selection, tokenizer=exact)
    assert anchored.text == (
        f"{BEGIN}#a.py\nA = 1\n#b.py\nB = 2\n#main.py\n{HOLE}\ny = 2\n{END}x = "
    )
    assert exact.decode(anchored.token_ids) == anchored.bos + anchored.text
    assert prompt.bos == FORM.bos
    assert exact.decode(prompt.token_ids) == prompt.bos + prompt.text
    assert prompt.n_tokens == len(prompt.token_ids)
    assert prompt.stops == SPEC.stops


def test_parts_say_what_each_costs(exact):
    prompt, _ = _pack(_selection("x = $0\n", _snippet("a.py", "A = 1\n")), tokenizer=exact)
    assert [(part.role, part.path) for part in prompt.parts] == [
        ("snippet", "a.py"),
        ("prefix", ""),
        ("suffix", ""),
        ("typed", ""),
    ]
    assert sum(part.n_tokens for part in prompt.parts) + len(FORM.sentinels) == prompt.n_tokens
    assert prompt.parts[1].n_tokens == exact.count("#main.py\n")
    assert prompt.parts[3].n_tokens == exact.count("x = ")


def test_a_model_without_fim_reads_only_what_precedes_the_cursor():
    spec = find_model("deepseek-coder-v2-base")
    prompt, _ = _pack(_selection("x = $0\ny\n", _snippet("a.py", "A = 1\n")), spec=spec)
    assert prompt.text == "#a.py\nA = 1\n#main.py\nx = "
    assert [part.role for part in prompt.parts] == ["snippet", "prefix", "typed"]


def test_carriage_returns_and_lone_surrogates_do_not_reach_the_model():
    prompt, _ = _pack(Selection("a\r\nb = '\ud83d", " + c\r\n", (), None, ()))
    assert prompt.text == f"{BEGIN}#main.py\na\n{HOLE} + c\n{END}b = '\ufffd"


def test_the_highest_rank_goes_first_and_order_stays():
    snippets = [
        _snippet(f"{name}.py", "x = 1\n" * 40, rank)
        for name, rank in (("a", 2), ("b", 0), ("c", 3), ("d", 1))
    ]
    prompt, _ = _pack(_selection("x = $0", *snippets), budget=520)
    assert [part.path for part in prompt.parts if part.role == "snippet"] == ["b.py", "d.py"]
    assert [(entry.path, entry.reason) for entry in prompt.left_out] == [
        ("c.py", "no room in the prompt's budget"),
        ("a.py", "no room in the prompt's budget"),
    ]


def test_what_select_was_promised_is_kept():
    """Snippets that fill the repository's share exactly all stay."""
    counter = SnippetCounter(ESTIMATE, FORM)
    prefix, suffix = "x = 1\n" * 400, "y = 2\n" * 400
    shares = split_budget(
        2_000, prefix=prefix, suffix=suffix, path="main.py", spec=SPEC, tokenizer=ESTIMATE
    )
    text = "z = 3\n"
    while counter.snippet("a.py", text + "z = 3\n") <= shares.repository:
        text += "z = 3\n"
    prompt, _ = _pack(Selection(prefix, suffix, (_snippet("a.py", text),), None, ()), budget=2_000)
    assert prompt.left_out == ()
    assert prompt.n_tokens <= 2_000


@pytest.mark.parametrize("as_ids", [True, False])
def test_a_sentinel_in_a_snippet_travels_only_as_ids(exact, as_ids):
    selection = _selection("x = $0", _snippet("a.py", f"MARK = '{HOLE}'\n"))
    prompt, _ = _pack(selection, tokenizer=exact, as_ids=as_ids)
    hole = exact.control_id(HOLE)
    assert prompt.token_ids.count(hole) == 1
    assert (HOLE in prompt.text.replace(HOLE, "", 1)) is as_ids
    assert [entry.path for entry in prompt.left_out] == ([] if as_ids else ["a.py"])


def test_without_ids_no_sentinel_travels_even_where_ids_are_taken():
    selection = _selection("x = $0", _snippet("a.py", f"MARK = '{HOLE}'\n"))
    prompt, _ = _pack(selection, as_ids=True)
    assert prompt.token_ids is None
    assert prompt.text.count(HOLE) == 1


def test_the_window_ends_before_a_sentinel_in_the_document():
    prompt, _ = _pack(_selection(f"a = '{END}'\nb = 1\nc = $0\nd = 2\ne = '{BEGIN}'\n"))
    assert prompt.text == f"{BEGIN}#main.py\nb = 1\n{HOLE}\nd = 2\n{END}c = "


def test_a_sentinel_on_the_cursors_line_cuts_the_line():
    prompt, _ = _pack(_selection(f"b = 1\na = '{END}' + $0 + '{END}'\n"))
    assert prompt.text == f"{BEGIN}#main.py\n' + {HOLE} + '{END}"


def test_a_path_with_a_sentinel_is_not_named():
    prompt, _ = _pack(_selection("x = $0"), path=f"{END}.py")
    assert prompt.text == f"{BEGIN}{HOLE}{END}x = "


def test_the_prefix_loses_its_beginning_and_the_suffix_its_end():
    lines = "".join(f"line_{number} = {number}\n" for number in range(500))
    cursor = len(lines) // 2
    cursor = lines.index("\n", cursor) - 3
    prompt, _ = _pack(
        Selection(lines[:cursor], lines[cursor:], (), None, ()), budget=600, anchoring="off"
    )
    inner = prompt.text.removeprefix(BEGIN + "#main.py\n").removesuffix(END)
    prefix, suffix = inner.split(HOLE)
    assert prefix.startswith("line_")
    assert lines[:cursor].endswith("\n" + prefix)
    assert lines[cursor:].startswith(suffix)
    assert suffix.endswith("\n")
    assert 300 < prompt.n_tokens <= 600


@pytest.mark.parametrize("anchoring", ["off", "line", "block"])
def test_the_windows_start_stays_while_lines_are_typed(anchoring):
    """Over 120 typed lines it moves a few times only, and never back."""
    text = "".join(f"    value_{number} = compute({number})\n" for number in range(400))
    state, starts = PackState(), []
    for number in range(120):
        text += f"    typed_{number} = {number}\n"
        selection = Selection(text, "\n", (), None, ())
        prompt, state = _pack(selection, budget=2_000, state=state, anchoring=anchoring)
        begin = prompt.text.removeprefix(BEGIN + "#main.py\n")[:60]
        starts.append(text.index(begin))
    assert starts == sorted(starts)
    assert len(set(starts)) <= 5


@pytest.mark.parametrize("budget", [2_048, 4_096, 8_192])
def test_little_of_a_budget_is_left(budget):
    """Reserves and a start that may stay: on average no more than a sixth together."""
    text = "".join(f"    value_{number} = compute({number})\n" for number in range(4_000))
    fill = (_snippet("a.py", "x = 1\n" * (budget // 11)),)
    used = []
    for cursor in range(len(text) // 3, len(text) // 3 + 9_000, 617):
        prompt, _ = _pack(Selection(text[:cursor], text[cursor:], fill, None, ()), budget=budget)
        used.append(prompt.n_tokens / budget)
    assert sum(used) / len(used) >= 5 / 6


def test_another_files_anchors_are_not_kept():
    text = "x = 1\n" * 2_000
    _, state = _pack(Selection(text, "", (), None, ()), budget=500)
    _, other = _pack(Selection("y = 1\n", "", (), None, ()), state=state, path="other.py")
    assert other.path == "other.py"
    assert [anchor.before for anchor in other.anchors] == ["y = 1\n"]


def test_one_endless_line_is_cut_where_it_must_be():
    """A minified file of 5 MB costs no more than what fits."""
    line = "var a=1;" * 650_000
    prompt, _ = _pack(Selection(line, line, (), None, ()), budget=1_000)
    assert 500 < prompt.n_tokens <= 1_000


@pytest.mark.parametrize("budget", [-1, 0, 3, 4])
def test_a_budget_for_sentinels_alone_is_refused(budget):
    with pytest.raises(BudgetError, match="4 sentinels"):
        _pack(_selection("x = $0"), budget=budget)


def test_the_smallest_budget_still_holds_every_sentinel():
    prompt, _ = _pack(_selection("x = $0y"), budget=5)
    assert prompt.n_tokens <= 5
    assert prompt.text.startswith(BEGIN)
    assert HOLE in prompt.text
    assert prompt.text.endswith(END)


def test_a_small_document_leaves_the_rest_to_the_repository():
    small = split_budget(
        8_000, prefix="x = 1\n", suffix="", path="a", spec=SPEC, tokenizer=ESTIMATE
    )
    large = split_budget(
        8_000,
        prefix="x = 1\n" * 9_000,
        suffix="y\n" * 9_000,
        path="a",
        spec=SPEC,
        tokenizer=ESTIMATE,
    )
    assert small.repository > 6_800
    assert abs(large.repository - large.prefix - large.suffix) <= 1
    assert abs(large.prefix - 3 * large.suffix) <= 3


def test_shares_do_not_change_with_a_keystroke():
    shares = {
        split_budget(
            8_000,
            prefix="x = 1\n" * 300 + "y" * typed,
            suffix="",
            path="a",
            spec=SPEC,
            tokenizer=ESTIMATE,
        )
        for typed in range(60)
    }
    assert len(shares) <= 2


def test_the_completion_has_its_place_in_the_context():
    spec = define_model("tiny", "deepseek-v2", context_tokens=1_000)
    assert ceiling(8_000, spec, 64) == 936
    assert ceiling(500, spec, 64) == 500


def test_the_counter_counts_what_pack_packs(exact):
    counter = SnippetCounter(exact, FORMATS["deepseek-v2"])
    prompt, _ = _pack(_selection("$0", _snippet("a.py", "A = 1\r\n")), tokenizer=exact)
    assert counter.snippet("a.py", "A = 1\r\n") == prompt.parts[0].n_tokens
    assert counter.text("A = 1\r\n") == exact.count("A = 1\n")


def test_what_can_not_be_given_ids_is_not_lost(exact, monkeypatch):
    """A prompt without what was typed would look as good as one with it."""
    _, state = _pack(_selection("x = $0\n"), tokenizer=exact, as_ids=True)
    monkeypatch.setattr(type(exact), "encode", lambda *_: None)
    with pytest.raises(TokenizerError, match="gives no ids for what was typed"):
        _pack(_selection("x = 1$0\n"), tokenizer=exact, as_ids=True, state=state)
    with pytest.raises(TokenizerError, match="gives no ids"):
        _pack(_selection("x = 1$0\n"), tokenizer=exact, as_ids=True)


def test_another_tokenizer_of_that_name_has_prompts_of_its_own(exact, tmp_path):
    """A server may be exchanged for one of another model at the same address."""
    other = load_tokenizer(tiny_bpe.write(tmp_path, kind="qwen2"), SPEC)
    other.name = exact.name
    selection = _selection("def one():\n    return 1\n\n\nx = $0\n")
    _, state = _pack(selection, tokenizer=exact, as_ids=True)
    prompt, _ = _pack(selection, tokenizer=other, as_ids=True, state=state)
    anew, _ = _pack(selection, tokenizer=other, as_ids=True)
    assert prompt.token_ids == anew.token_ids
