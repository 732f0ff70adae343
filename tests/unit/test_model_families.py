"""What the families' entries promise users."""

from __future__ import annotations

import pytest

from inference.models import FORMATS, find_model, known_models
from inference.models.formats import fill
from inference.models.languages import language_name

OURS = [spec for spec in known_models() if not spec.format.name.startswith("deepseek")]


@pytest.mark.parametrize("spec", OURS, ids=lambda spec: spec.name)
def test_every_entry_says_what_one_must_know_before_choosing_it(spec):
    assert spec.licence
    assert spec.hub
    assert spec.parameters_b > 0
    assert spec.context_tokens >= 2_048
    # Who is best at code actions is asked in conversations.
    assert spec.use == "completion" or spec.chat is not None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("qwen2.5-coder-3b", "non-commercial"),
        ("qwen2.5-coder-7b", "Apache-2.0"),
        ("codestral-22b-v0.1", "Non-Production"),
        ("codegemma-2b", "Gemma Terms"),
        ("granite-8b-code-base-4k", "Apache-2.0"),
        ("codegeex4-all-9b", "registration"),
        ("seed-coder-8b-base", "MIT"),
    ],
)
def test_licences_that_differ_from_what_one_would_think(name, words):
    assert words in find_model(name).licence


@pytest.mark.parametrize(
    ("name", "fills"),
    [
        ("codellama-7b", True),
        ("codellama-13b-instruct", True),
        ("codellama-34b", False),
        ("codegemma-7b", True),
        ("codegemma-7b-it", False),
        ("qwen3-coder-30b-a3b-instruct", True),
    ],
)
def test_who_fills_in_the_middle(name, fills):
    assert find_model(name).has_fim == fills


def test_granite_3_and_4_are_told_apart():
    """Their names begin alike, their sentinels don't."""
    assert find_model("granite-3.3-8b-base").format.marks[0].text == "<fim_prefix>"
    assert find_model("granite-4.0-micro-base").format.marks[0].text == "<|fim_prefix|>"


def test_ids_as_published():
    """Qwen2.5-Coder's README; the ids of CodeLlama's first example prompt."""
    ids = dict(find_model("qwen2.5-coder-7b").token_ids)
    marks = [ids[mark.key] for mark in FORMATS["qwen2.5-coder"].marks]
    assert marks == [151_659, 151_661, 151_660]
    ids = dict(find_model("codellama-7b").token_ids)
    assert [ids[key] for key in FORMATS["codellama"].keys] == [1, 32_007, 32_008, 32_009]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.py", "Python"),
        ("B.CPP", "C++"),
        ("x.tsx", "TypeScript"),
        ("Makefile", ""),
        (".py", ""),
        ("a.py/b", ""),
        ("odd.zzz", ""),
    ],
)
def test_the_languages_name(path, name):
    assert language_name(path) == name
    assert fill(("###LANGUAGE:{language}\n",), path) == (f"###LANGUAGE:{name}\n",)
