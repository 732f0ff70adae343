"""The model's own process: prompts to ids, answers bit by bit, and the tokenizer that fits."""

from __future__ import annotations

import json

import pytest
import tiny_bpe
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import BackendError
from inference.runners.safetensors.fit import check_fit, config_ends, end_ids, longest_context
from inference.runners.texts import Speller, open_vocabulary

BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"  # noqa: RUF001 -- as published
BEGIN = "<｜fim▁begin｜>"  # noqa: RUF001 -- as published


def opened(folder, kind="deepseek-v2", **settings):
    tiny_bpe.write(folder, kind=kind)
    if settings:
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return open_vocabulary(folder)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    """DeepSeek's, small."""
    folder = tmp_path_factory.mktemp("tokenizer")
    return opened(folder, add_bos_token=True, bos_token=BOS, eos_token={"content": EOS})


def test_a_prompts_control_tokens_are_read_as_such_and_bos_goes_in_front(vocabulary):
    ids = vocabulary.encode(f"{BEGIN}x")
    assert ids[:2] == [vocabulary.controls[BOS], vocabulary.controls[BEGIN]]
    assert b"".join(map(vocabulary.spell, ids)).decode() == f"{BOS}{BEGIN}x"


def test_half_a_character_in_a_prompt_is_a_question_mark(vocabulary):
    """Editors that count in UTF-16 may cut one in two."""
    assert vocabulary.encode("a\ud83d b") == vocabulary.encode("a? b")


def test_without_the_setting_there_is_no_bos(tmp_path):
    assert opened(tmp_path, add_bos_token=False, bos_token=BOS).bos == ()
    assert open_vocabulary(tmp_path / "elsewhere", tmp_path / "tokenizer.json").bos == ()
    (tmp_path / "tokenizer_config.json").unlink()
    assert open_vocabulary(tmp_path).bos == ()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_an_answer_comes_bit_by_bit_whole(vocabulary, text):
    speller = Speller(vocabulary)
    said = [speller.feed([number]) for number in vocabulary.encode(text)[1:]]
    assert "".join(said) == text


def test_half_a_character_waits(vocabulary):
    speller = Speller(vocabulary)
    ids = vocabulary.encode("\N{SLIGHTLY SMILING FACE}")[1:]
    assert len(ids) > 1
    assert [speller.feed([number]) for number in ids[:-1]] == [""] * (len(ids) - 1)
    assert speller.feed(ids[-1:]) == "\N{SLIGHTLY SMILING FACE}"


def test_an_id_that_is_no_token_says_nothing(vocabulary):
    assert Speller(vocabulary).feed([vocabulary.n_ids + 5]) == ""


@pytest.mark.parametrize("kind", tiny_bpe.KINDS)
def test_every_familys_texts_come_back(kind, tmp_path):
    known = opened(tmp_path, kind)
    text = "def f(x):\n    return 'äöü 日本 🙂'  # x\r\n\t"
    said = Speller(known).feed(known.encode(text))
    # The sentence kind puts a blank before each text.
    assert said.removeprefix(" ") == text


def test_a_file_that_is_missing_or_none_is_told(tmp_path):
    for content in (None, "{}", "no json"):
        if content is not None:
            (tmp_path / "tokenizer.json").write_text(content)
        with pytest.raises(BackendError, match=r"tokenizer\.json") as failed:
            open_vocabulary(tmp_path)
        assert failed.value.cause == "tokenizer"


def test_one_that_garbles_code_is_refused(tmp_path):
    path = tiny_bpe.write(tmp_path)
    described = json.loads(path.read_text())
    described["normalizer"] = {"type": "Replace", "pattern": {"String": "\n"}, "content": " "}
    path.write_text(json.dumps(described))
    with pytest.raises(BackendError, match="garble"):
        open_vocabulary(tmp_path)


def test_files_of_two_models_are_refused(tmp_path):
    known = opened(tmp_path)
    told = {str(known.controls[BOS]): {"content": "<other>"}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": told}))
    with pytest.raises(BackendError, match="they are of two models") as failed:
        open_vocabulary(tmp_path)
    assert failed.value.cause == "tokenizer"


def config(vocabulary, **more):
    return {
        "vocab_size": vocabulary.n_ids + 7,
        "hidden_size": 8,
        "bos_token_id": vocabulary.controls[BOS],
        "eos_token_id": vocabulary.controls[EOS],
        **more,
    }


@pytest.mark.parametrize("n_rows", [8, 500, 1_000_000])
def test_a_tokenizer_of_another_size_doesnt_fit(vocabulary, n_rows):
    with pytest.raises(BackendError, match=f"the model {n_rows:,}") as failed:
        check_fit(vocabulary, config(vocabulary, vocab_size=n_rows), frozenset())
    assert failed.value.cause == "tokenizer"


def test_nor_one_with_other_control_tokens(vocabulary):
    fitting = config(vocabulary)
    check_fit(vocabulary, fitting, config_ends(fitting, {}))
    other = config(vocabulary, bos_token_id=3, eos_token_id=4)
    with pytest.raises(BackendError, match="and the model with 3 and 4"):
        check_fit(vocabulary, other, config_ends(other, {}))
    # Makers of finetunes end answers otherwise.
    check_fit(vocabulary, config(vocabulary, eos_token_id=4), frozenset([4]))


def test_every_file_may_name_an_answers_end(vocabulary):
    told = config_ends(config(vocabulary, eos_token_id=[5, 6]), {"eos_token_id": 7})
    assert told == {5, 6, 7}
    assert end_ids(told, vocabulary) == {5, 6, 7, vocabulary.controls[EOS]}
    assert config_ends({"hidden_size": 1, "eos_token_id": None}, {}) == frozenset()


def test_positions_that_turn_with_the_length_bound_the_context():
    assert longest_context({"hidden_size": 1}) == 0
    assert longest_context({"hidden_size": 1, "max_position_embeddings": 9}) == 9
    turning = {"rope_type": "longrope", "original_max_position_embeddings": 4}
    long = {"hidden_size": 1, "max_position_embeddings": 9, "rope_parameters": turning}
    assert longest_context(long) == 4
