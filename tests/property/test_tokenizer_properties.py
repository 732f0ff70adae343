"""What holds of tokenizers for any text."""

from __future__ import annotations

import unicodedata

import pytest
import tiny_bpe
from hypothesis import example, given
from hypothesis import strategies as st

from inference.models import FORMATS, find_model
from inference.normalise import encodable
from inference.tokens.pieces import RULES, UNCUT
from inference.tokens.tokenizer import load_tokenizer

SPEC = find_model("deepseek-coder-v2-lite-base")
MARKS = FORMATS["deepseek-v2"].reserved
RULE_OF = {
    "deepseek-v1": "lines",
    "deepseek-v2": "lines",
    "sentences": "lines",
    "qwen2": "texts",
    "llama3": "texts",
    "gpt4o": "slashes",
    "gpt2": "ends",
    "starcoder": "ends",
}

words = st.sampled_from(
    [
        *"x1);'\"_é世🙂-/#",
        "return",
        "  ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "\n    ",
        "\r\n",
        " \n",
        "// ",
        "/*",
        "self.",
        "क्",
        "\x1c",
        "\x0b",
        "\x85",
        "\u2028",
        "\xa0",
        "\u3000",
        *MARKS,
    ]
)
codes = st.lists(words | st.characters(), max_size=60).map("".join).map(encodable)


@pytest.fixture(scope="module", params=tiny_bpe.KINDS)
def tokenizer(request, tmp_path_factory):
    """One of each family's way of splitting texts into words."""
    path = tiny_bpe.write(tmp_path_factory.mktemp("bpe"), kind=request.param)
    made = load_tokenizer(path, SPEC)
    assert made._encoder.rule.name == RULE_OF[request.param]
    return made


@given(text=codes)
@example(text="}\n\n    // x\n")
@example(text="x  \n\n\n  y")
@example(text=");\n/")
def test_ids_of_pieces_are_those_of_the_text(tokenizer, text):
    """What is kept for each piece is what the library makes of the text at once."""
    whole = tokenizer._bare.encode(text, add_special_tokens=False).ids
    assert tokenizer.encode(text) == tuple(whole)
    assert tokenizer.count(text) == len(whole)


@given(text=codes)
def test_ids_lead_back_to_the_text(tokenizer, text):
    ids = tokenizer.encode(text)
    # Vocabularies of sentences spell the space with this sign, and so lose it.
    lost = "▁" if tokenizer.decode(tokenizer.encode("▁")) == " " else "\0"
    # Qwen's makes one code point of a letter and its accent.
    if tokenizer.encode("e\u0301") == tokenizer.encode("\u00e9"):
        text = unicodedata.normalize("NFC", text)
    assert tokenizer.decode(ids).replace(lost, " ") == text.replace(lost, " ")
    assert not {tokenizer.control_id(mark) for mark in MARKS} & set(ids)


@pytest.mark.parametrize("rule", [*RULES, *UNCUT], ids=lambda rule: rule.name)
@given(text=codes | st.text("a\n ", max_size=9_000))
def test_pieces_are_the_text(rule, text):
    pieces = rule.cut(text)
    assert "".join(pieces) == text
    assert all(pieces)
