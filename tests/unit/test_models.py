"""Models are found by exact name, and nothing about them is guessed."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace

import pytest
import tiny_bpe

from inference.errors import UnknownModelError
from inference.models import DEFAULT_MODEL, define_model, find_model, known_models
from inference.tokens.tokenizer import load_tokenizer, mismatch


@pytest.mark.parametrize(
    "name",
    [
        "deepseek-coder-v2-lite-base",
        "deepseek-ai/DeepSeek-Coder-V2-Lite-Base",
        "DEEPSEEK-AI/deepseek-coder-v2-lite-BASE ",
    ],
)
def test_names_and_hub_names_in_any_case(name):
    assert find_model(name) is find_model(DEFAULT_MODEL)


@pytest.mark.parametrize(
    "name", ["deepseek-coder-v2", "v2-lite-base", "my-deepseek-coder-v2-lite-base", ""]
)
def test_part_of_a_name_is_not_a_name(name):
    with pytest.raises(UnknownModelError, match="unknown model"):
        find_model(name)


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(UnknownModelError) as caught:
        find_model("deepseek-coder-v2-light-base")
    assert "deepseek-coder-v2-lite-base" in str(caught.value)
    assert "deepseek-v2" in str(caught.value)


@pytest.mark.parametrize("kind", ["base", "instruct"])
def test_the_large_one_has_no_fim(kind):
    """DeepSeek-Coder-V2 236B was trained without it."""
    spec = find_model(f"deepseek-coder-v2-{kind}")
    assert not spec.has_fim
    assert "suffix" not in spec.format.layout


def test_every_name_and_alias_is_one_models_own():
    names = [name.lower() for spec in known_models() for name in spec.names]
    assert len(names) == len(set(names))


def test_the_default_models_sentinels_are_as_published():
    spec = find_model(DEFAULT_MODEL)
    assert dict(spec.token_ids) == {
        "<\uff5cbegin\u2581of\u2581sentence\uff5c>": 100_000,
        "<\uff5cend\u2581of\u2581sentence\uff5c>": 100_001,
        "<\uff5cfim\u2581hole\uff5c>": 100_002,
        "<\uff5cfim\u2581begin\uff5c>": 100_003,
        "<\uff5cfim\u2581end\uff5c>": 100_004,
    }
    assert spec.context_tokens == 131_072
    assert spec.licence


@pytest.mark.parametrize("size", ["1.3b", "6.7b", "33b"])
@pytest.mark.parametrize("kind", ["base", "instruct"])
def test_the_first_generations_sentinels_are_as_published(size, kind):
    """They follow the thirteen single letters that its vocabulary adds at 32,000."""
    assert dict(find_model(f"deepseek-coder-{size}-{kind}").token_ids) == {
        "<\uff5cbegin\u2581of\u2581sentence\uff5c>": 32_013,
        "<\uff5cend\u2581of\u2581sentence\uff5c>": 32_014,
        "<\uff5cfim\u2581hole\uff5c>": 32_015,
        "<\uff5cfim\u2581begin\uff5c>": 32_016,
        "<\uff5cfim\u2581end\uff5c>": 32_017,
    }


def test_no_stop_text_could_stand_in_plain_code():
    """Each is a control token in its brackets, never such as `//`, which begins a comment."""
    stops = {stop for spec in known_models() for stop in spec.stops}
    assert all(re.fullmatch(r"▁?<[^<>]+>|\[[A-Z]+\]", stop) for stop in stops)


def test_a_model_of_the_users_own():
    spec = define_model("tiny", "deepseek-v2", context_tokens=2_048)
    assert (spec.name, spec.context_tokens, spec.has_fim) == ("tiny", 2_048, True)
    with pytest.raises(UnknownModelError, match="known are deepseek-v1"):
        define_model("tiny", "deepseek")


@pytest.mark.parametrize("name", [DEFAULT_MODEL, "deepseek-coder-6.7b-base", "qwen2.5-coder-7b"])
def test_published_ids_tell_another_models_tokenizer(tmp_path, name):
    """The families' texts are alike, and their ids are not."""
    spec = find_model(name)
    path = tiny_bpe.write(tmp_path, format_name=spec.format.name)
    described = json.loads(path.read_text("utf-8"))
    spare = itertools.count(900_000)
    for token in described["added_tokens"]:
        token["id"] = dict(spec.token_ids).get(token["content"]) or next(spare)
    vocabulary = described["model"]["vocab"]
    described["model"]["vocab"] = {text: 200_000 + place for place, text in enumerate(vocabulary)}
    path.write_text(json.dumps(described), "utf-8")
    tokenizer = load_tokenizer(path, spec)
    assert mismatch(tokenizer, spec) is None
    other = replace(spec, token_ids=tuple((mark, number + 1) for mark, number in spec.token_ids))
    assert "is it the tokenizer of another model?" in mismatch(tokenizer, other)
