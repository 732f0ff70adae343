"""What `infill context` makes of a prompt."""

from __future__ import annotations

from types import SimpleNamespace

from context.types import LeftOut, Selection, Snippet
from inference.types import Prompt, PromptPart
from lsp_server.preparation import Prepared
from lsp_server.preview import described, preview

WORKSPACE = SimpleNamespace(
    settings=SimpleNamespace(context=SimpleNamespace(budget_tokens=100)),
    spec=SimpleNamespace(name="model"),
    tokenizer=lambda: SimpleNamespace(name="estimate"),
)


def _snippet(path, reason):
    return Snippet(path, "text\n", "excerpt", reason, 1)


def _described(snippets, parts, **more):
    prompt = Prompt("text", None, 40, (), tuple(PromptPart(*part) for part in parts), **more)
    selection = Selection("", "", tuple(snippets), None, (LeftOut("gone.py", "no room"),))
    return described(WORKSPACE, Prepared(selection, prompt, None, 1.0, 2.0), None)


def test_a_path_that_stands_twice_is_told_twice():
    """What is missing of a file comes behind what is shown of it already."""
    chosen = [_snippet("a.py", "first"), _snippet("b.py", "other"), _snippet("a.py", "later")]
    parts = [("snippet", "a.py", 5), ("snippet", "b.py", 6), ("snippet", "a.py", 7)]
    shown = _described(chosen, parts)
    told = [(file["path"], file["tokens"], file["reason"]) for file in shown["files"]]
    assert told == [("a.py", 5, "first"), ("b.py", 6, "other"), ("a.py", 7, "later")]


def test_what_was_not_packed_is_not_told_among_the_files():
    chosen = [_snippet("a.py", "first"), _snippet("b.py", "other")]
    shown = _described(chosen, [("snippet", "b.py", 6)], left_out=(LeftOut("a.py", "no room"),))
    assert [file["reason"] for file in shown["files"]] == ["other"]
    assert [item["path"] for item in shown["left_out"]] == ["gone.py", "a.py"]


def test_a_part_from_before_is_told_although_nothing_chose_it_now():
    (file,) = _described([], [("snippet", "a.py", 5)])["files"]
    assert (file["path"], file["tokens"], file["depth"]) == ("a.py", 5, None)


def test_every_part_of_the_document_has_its_share():
    parts = [("prefix", "", 10), ("suffix", "", 20), ("typed", "", 3)]
    shown = _described([], parts, healing="fo")
    shares = [shown[f"{name}_tokens"] for name in ("prefix", "suffix", "typed")]
    assert shares == [10, 20, 3]
    assert shown["healing"] == "fo"
    assert shown["budget"] == 100
    assert shown["refusal"] is None


def test_of_a_document_that_may_not_be_sent_there_is_no_prompt():
    """But why: who looks at it wants to know what leaves this machine."""
    there = SimpleNamespace(**vars(WORKSPACE), refusal=lambda _: "main.py stays: a reason")
    shown, memory = preview(there, None)
    assert shown["refusal"] == "main.py stays: a reason"
    assert (shown["prompt"], shown["tokens"], shown["files"], memory) == ("", 0, [], None)
