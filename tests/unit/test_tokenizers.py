"""Counting with a tokenizer file, and without one."""

from __future__ import annotations

import json
import os

import pytest
import tiny_bpe

from inference.errors import TokenizerError
from inference.models import FORMATS, define_model, find_model
from inference.tokens import description
from inference.tokens.tokenizer import EstimatingTokenizer, load_tokenizer, mismatch

SPEC = find_model("deepseek-coder-v2-lite-base")
FORM = FORMATS["deepseek-v2"]
_, HOLE, _ = (mark.text for mark in FORM.marks)
CODE = "def f(a):\n\n    '''x  \n\t'''\r\n    return [a, 12345, 'é世界🙂']\n\n\n"


@pytest.fixture(scope="module", params=[True, False], ids=["by lines", "whole"])
def tokenizer(request, tmp_path_factory):
    """One whose lines can be encoded apart, and one whose can't."""
    path = tiny_bpe.write(tmp_path_factory.mktemp("bpe"), additive=request.param)
    return load_tokenizer(path, SPEC)


def test_ids_lead_back_to_the_text(tokenizer):
    assert tokenizer.exact
    assert tokenizer.decode(tokenizer.encode(CODE)) == CODE
    assert tokenizer.count(CODE) == len(tokenizer.encode(CODE))


def test_a_sentinel_in_a_text_stays_text(tokenizer):
    """Its own id never comes out of somebody's source."""
    for mark in FORM.reserved:
        ids = tokenizer.encode(f"x = '{mark}'\n")
        assert tokenizer.control_id(mark) not in ids
        assert tokenizer.decode(ids) == f"x = '{mark}'\n"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_sentinels_of_every_format_stay_text(name, tmp_path):
    """What every family's tokenizer would read as a control token, were it asked as it is."""
    form = FORMATS[name]
    tokenizer = load_tokenizer(tiny_bpe.write(tmp_path, format_name=name), define_model("x", name))
    marks = (*form.reserved, *form.keys, form.eos)
    text = "".join(f"x = '{mark}'{mark}\n" for mark in marks)
    ids = tokenizer.encode(text)
    assert not {tokenizer.control_id(mark) for mark in marks} & set(ids)
    assert tokenizer.decode(ids) == text
    controls = [tokenizer.control_id(mark) for mark in form.keys]
    assert None not in controls
    assert tokenizer.decode(controls) == "".join(form.keys)


def test_white_space_that_was_added_is_no_control_token(tmp_path):
    """Some vocabularies hold runs of blanks as added tokens, and code is spelled with them."""
    path = tiny_bpe.write(tmp_path)
    described = json.loads(path.read_text(encoding="utf-8"))
    first = max(token["id"] for token in described["added_tokens"]) + 1
    blank = described["added_tokens"][0] | {"content": " " * 23, "id": first}
    described["added_tokens"].append(blank)
    path.write_text(json.dumps(described), encoding="utf-8")
    tokenizer = load_tokenizer(path, SPEC)
    text = "x\n" + " " * 23 + "y\n"
    assert first in tokenizer.encode(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_no_space_is_invented_before_a_piece(tmp_path):
    """As vocabularies of sentences do, which would put it into the middle of the document."""
    tokenizer = load_tokenizer(tiny_bpe.write(tmp_path, kind="sentences"), SPEC)
    for text in ("return x\n", " x", "    y = '🙂'", "", "\n"):
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_control_tokens_are_spelled_out(tokenizer):
    hole = tokenizer.control_id(HOLE)
    assert tokenizer.decode([*tokenizer.encode("a"), hole, hole, *tokenizer.encode("b")]) == (
        f"a{HOLE}{HOLE}b"
    )
    assert tokenizer.control_id("<nothing>") is None


def test_a_lone_surrogate_is_counted_as_the_sign_that_stands_for_it(tokenizer):
    assert tokenizer.decode(tokenizer.encode("a\ud800b")) == "a\ufffdb"


def test_a_long_line_is_encoded_in_pieces(tokenizer):
    line = "abc = 1; " * 10_000
    assert tokenizer.decode(tokenizer.encode(line)) == line


def test_lines_encode_as_the_whole_text_does(tmp_path):
    """What is kept for each line is what the library makes of the text at once."""
    import tokenizers

    path = tiny_bpe.write(tmp_path)
    whole = tokenizers.Tokenizer.from_file(str(path)).encode(CODE, add_special_tokens=False)
    tokenizer = load_tokenizer(path, SPEC)
    assert tokenizer.encode(CODE) == tuple(whole.ids)
    assert tokenizer.seam_tokens == 0


def test_a_folder_is_as_good_as_the_file(tmp_path):
    tiny_bpe.write(tmp_path)
    assert load_tokenizer(tmp_path, SPEC).name == f"{tmp_path.name}/tokenizer.json"


def test_another_models_ids_are_told(tmp_path):
    tokenizer = load_tokenizer(tiny_bpe.write(tmp_path), SPEC)
    assert "100000" in mismatch(tokenizer, SPEC)
    assert mismatch(tokenizer, define_model("tiny", "deepseek-v2")) is None
    assert mismatch(EstimatingTokenizer(), SPEC) is None


def _broken(tmp_path, change):
    path = tiny_bpe.write(tmp_path)
    described = json.loads(path.read_text(encoding="utf-8"))
    change(described)
    path.write_text(json.dumps(described), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda found: found.update(added_tokens=[]), "has no token"),
        (lambda found: found.pop("model"), "holds no `model`"),
        (lambda found: found.update(added_tokens=5), "`added_tokens` that aren't"),
        (lambda found: found.update(added_tokens=[5]), "`added_tokens` that aren't"),
        (lambda found: found["added_tokens"][0].pop("id"), "`added_tokens` that aren't"),
        (lambda found: found["added_tokens"][0].update(id="7"), "`added_tokens` that aren't"),
        (lambda found: found["added_tokens"][0].update(content=None), "`added_tokens` that"),
        (lambda found: found.update(model=5), "can't read"),
        (lambda found: found.update(model={"type": "Unheard"}), "can't read"),
        (lambda found: found.update(normalizer={"type": "Lowercase"}), "garble code"),
    ],
)
def test_a_tokenizer_that_does_not_fit_is_refused(tmp_path, change, expected):
    with pytest.raises(TokenizerError, match=expected):
        load_tokenizer(_broken(tmp_path, change), SPEC)


@pytest.mark.parametrize("content", [b"\x00\xff", b"[1]", b'"x"', b"[" * 30_000])
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(TokenizerError, match=r"tokenizer\.json"):
        load_tokenizer(path, SPEC)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TokenizerError, match=r"can't read the tokenizer nowhere"):
        load_tokenizer(tmp_path / "nowhere", SPEC)


def test_without_a_file_tokens_are_estimated():
    estimate = load_tokenizer(None, SPEC)
    assert (estimate.name, estimate.exact, estimate.encode("x")) == ("estimate", False, None)
    with pytest.raises(TokenizerError, match="set `tokenizer`"):
        estimate.decode([1])


@pytest.mark.parametrize("text", ["", "a\n", "\n\n\n", "x\ud800", "🙂🙂", "\t\tif x:\n"])
def test_the_estimate_is_never_below_a_tokens_worth_of_text(text):
    """A token can't hold two lines' code, nor can a character beyond ASCII be free."""
    assert EstimatingTokenizer().count(text) >= text.count("\n") + sum(ord(x) > 127 for x in text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("0f343b0931126a20f133d67c2b018a3b" * 2, 58),  # of a digest, nearly every sign is one
        ("iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4", 50),
        ("a_long_name_of_ordinary_words_with_2_digits", 14),
        ("AbstractUserRegistrationServiceFactoryBean2", 12),
        ("1234567890" * 3, 30),
    ],
)
def test_the_estimate_knows_digests_from_names(text, tokens):
    assert tokens <= EstimatingTokenizer().count(text) <= tokens * 1.4


def test_the_estimate_is_above_a_small_vocabulary_of_code_by_little():
    """The tiny vocabulary of a thousand takes more tokens than any real one would."""
    import argparse
    import inspect

    source = inspect.getsource(argparse)
    assert len(source) / 4 < EstimatingTokenizer().count(source) < len(source) / 2.5


def test_what_has_no_end_is_not_read(tmp_path, monkeypatch):
    """A device, a pipe that nobody writes into, a file that would fill the memory."""
    with pytest.raises(TokenizerError):
        load_tokenizer(os.devnull, SPEC)
    file = tiny_bpe.write(tmp_path)
    monkeypatch.setattr(description, "_LARGEST_BYTES", 1_000)
    with pytest.raises(TokenizerError, match="isn't a regular file of 1,000 bytes at most"):
        load_tokenizer(file, SPEC)
    assert load_tokenizer(None, SPEC, folder=tmp_path).name == "estimate"
