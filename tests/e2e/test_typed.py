"""The head of a prompt stands still while somebody types, as the command itself shows it."""

from __future__ import annotations

import pytest
import tiny_bpe

from lsp_server import launch
from lsp_server.client import connect
from lsp_server.errors import FailureError
from lsp_server.measuring.asking import ask_context, open_text, type_text

UNITS = "class Length:\n" + "".join(
    f"    def in_unit_{n}(self, factor: float) -> float: ...\n" for n in range(30)
)
OPENING = "from units import Length\n\n\n"
LINES = "".join(
    f"    size_{n} = Length({n}).in_unit_{n}(factor={n}.5)\n    print(size_{n})\n"
    for n in range(12)
)
REST = "\n\nif __name__ == '__main__':\n    measure(Length(3))\n"
LONG = f"    total = [{', '.join(f'length.in_unit_{n}({n}.5)' for n in range(12))}]\n"
N_KEYS = 200


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    """A tokenizer with the sentinels of the default model."""
    return tiny_bpe.write(tmp_path_factory.mktemp("bpe"))


@pytest.fixture
def typed(infill, tmp_path, tokenizer):
    """A function that types the last keystrokes of a body and gives what the command shows."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "units.py").write_text(UNITS)

    def run(body, *arguments, n=N_KEYS):
        before = f"{OPENING}def measure(length):\n{body}".rstrip("\n")
        (tmp_path / "main.py").write_text(before + REST)
        lines = before.split("\n")
        place = f"main.py:{len(lines)}:{len(lines[-1]) + 1}"
        settings = ("--set", f"tokenizer={tokenizer}", "--typed", str(n))
        return infill("context", place, *settings, *arguments, cwd=tmp_path)

    return run


@pytest.mark.parametrize(("anchor", "body"), [("block", LINES), ("line", LONG)])
def test_the_head_is_the_same_after_200_keystrokes(typed, anchor, body):
    """Byte for byte: files, the document before the anchor, what follows the cursor."""
    shown = typed(body, "--json", "--set", f"prompt.anchor={anchor}").json
    what = shown["typed"]
    head = what["prompt_before"]
    if not head.endswith("<｜fim▁end｜>"):  # noqa: RUF001
        head = head[: head.rindex("<｜fim▁end｜>")]  # noqa: RUF001
    assert len(head) > len(UNITS)
    assert shown["prompt"].startswith(head)
    assert what["same_head"]
    assert what["keystrokes"] == N_KEYS
    assert what["head_tokens"] >= shown["tokens"] - shown["typed_tokens"] - N_KEYS
    assert what["read_again"]["mean"] < 3
    assert what["read_again_in_blocks"]["mean"] < 1.5 * what["read_again_in_blocks"]["block"]


def test_a_line_that_ends_moves_its_anchor_and_not_what_stands_before(typed):
    """With `line` the files and the document up to the first anchor are still the same."""
    shown = typed(LINES, "--json", "--set", "prompt.anchor=line").json
    files = sum(file["tokens"] for file in shown["files"])
    assert not shown["typed"]["same_head"]
    assert shown["typed"]["head_tokens"] > files > 0


def test_without_an_anchor_every_keystroke_reads_the_suffix_again(typed):
    shown = typed(LINES, "--json", "--set", "prompt.anchor=off").json
    assert not shown["typed"]["same_head"]
    assert shown["typed_tokens"] == 0
    assert shown["typed"]["read_again"]["mean"] > shown["suffix_tokens"]


def test_what_was_typed_is_said_and_shares_add_up(typed):
    """A sentence below the table, or beside the prompt itself on standard error."""
    table = typed(LINES, n=40)
    assert "tokens stood still over 40 keystrokes; each read " in table.out
    assert "typed since" in table.out
    prompt = typed(LINES, "--prompt", n=40)
    assert "stood still over 40 keystrokes" in prompt.err
    shown = typed(LINES, "--json", n=40).json
    assert prompt.out == shown["prompt"]
    parts = [shown[f"{name}_tokens"] for name in ("prefix", "suffix", "typed")]
    n_sentinels = 4
    files = sum(file["tokens"] for file in shown["files"])
    assert files + sum(parts) + n_sentinels == shown["tokens"] == len(shown["prompt_ids"])


def test_more_keystrokes_than_there_are_begin_with_an_empty_file(typed):
    shown = typed("    pass", "--json", n=10_000).json
    assert shown["typed"]["keystrokes"] == len(f"{OPENING}def measure(length):\n    pass")


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [(("--typed", "0"), 2, "usage"), (("--budget", "3"), 2, "usage")],
    ids=["no keystrokes", "too small a budget"],
)
def test_what_cannot_be_typed_is_refused(typed, arguments, code, kind):
    ran = typed(LINES, "--json", *arguments, n=3)
    assert (ran.code, ran.json["error"]["kind"]) == (code, kind)


def test_where_nothing_can_have_been_typed_there_is_nothing(infill, tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    ran = infill("context", "a.py:1:1", "--typed", "5", cwd=tmp_path)
    assert ran.code == 1
    assert "nothing stands before the cursor" in ran.err


@pytest.mark.usefixtures("isolated")
async def test_only_what_is_to_be_remembered_is(tmp_path):
    """A look at the context leaves the next prompt as it would have been."""
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    async with connect(launch.command("serve"), tmp_path) as server:
        await server.ready()
        opened = open_text(server, file, "x = \n\ny = 2\n", 4)
        await ask_context(opened)
        type_text(opened, "1\nz")
        looked = await ask_context(opened, remember=True)
        assert looked["prompt"].endswith("<｜fim▁end｜>z")  # noqa: RUF001
        type_text(opened, " = 3\n")
        kept = await ask_context(opened)
        assert kept["prompt"] == looked["prompt"] + " = 3\n"
        asked = {**opened.place, "remember": 1}
        with pytest.raises(FailureError, match="expected true or false") as refused:
            await server.request("infill/context", asked)
        assert refused.value.kind == "refused"
