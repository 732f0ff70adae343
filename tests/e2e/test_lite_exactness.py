"""What the in-process model says is what it would say from scratch, token by token."""

from __future__ import annotations

import subprocess

import engines
import pytest
import tiny_bpe

SCRIPTS = engines.ROOT / "tests" / "lite"

pytestmark = pytest.mark.needs_lite


@pytest.fixture(scope="module")
def wordy_model(tmp_path_factory):
    """A tiny DeepSeek-V2 that says more than one word again and again."""
    return engines.make_tiny(tmp_path_factory.mktemp("wordy"), "--set", "initializer_range=0.1")


def exactness(folder, **options):
    arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
    return engines.answer(engines.lite_python(), SCRIPTS / "exactness.py", folder, *arguments)


def test_over_random_edits_reuse_and_drafts_change_nothing(wordy_model):
    """With latent attention on the cache as it is, against the library's own."""
    found = exactness(wordy_model, edits=20, seed=4)
    assert (found["same"], found["wrong"]) == (20 - found["ties"], 0)
    assert found["ties"] <= 1
    assert found["cached_tokens"] > found["prompt_tokens"] / 2
    assert found["right"] > 0


@pytest.mark.parametrize("family", ["llama", "qwen2", "starcoder2", "qwen3_next"])
def test_of_other_families_too(family, tmp_path):
    """Sliding windows among them, and one whose state can't be taken back."""
    command = [engines.lite_python(), SCRIPTS / "families.py", family]
    model = tmp_path / family
    subprocess.run(
        [*command, "--tokenizer", tiny_bpe.write(tmp_path), "--to", model],
        env=engines.environment(),
        capture_output=True,
        check=True,
    )
    found = exactness(model, edits=8)
    assert found["wrong"] == 0
    if family != "qwen3_next":
        assert found["cached_tokens"] > found["prompt_tokens"] / 2


def test_a_model_in_process_does_as_it_should(wordy_model):
    """Reuse, healing, drawing, leaving, ends; and what can't be, by its cause."""
    found = engines.answer(engines.lite_python(), SCRIPTS / "behaviour.py", wordy_model)
    assert found.pop("longest_breath_s") < 5
    assert found.pop("kept_of_left") > 0
    assert 2 <= found.pop("read_when_typed") <= 8
    assert found.pop("breaths") > 0
    assert found.pop("drawn") > 1
    assert found == {
        "same_again": True,
        "cached_again": 1,
        "length": ["length", 12],
        "told_first": True,
        "logprobs": True,
        "only_read": ["length", 0],
        "healed": [True] * 6,
        "sure_is_greedy": True,
        "stopped": True,
        "before_end": True,
        "too_long": "context",
        "foreign_ids": "tokenizer",
        "empty": "context",
        "just_fits": ["length", 2],
        "numbers": "numbers",
        "memory": "memory",
        "kept_after": 0,
        "well_again": True,
        "unloadable": {
            "whole": "",
            "cut": "weights",
            "missing": "weights",
            "shape": "weights",
            "incomplete": "weights",
            "unknown_type": "weights",
        },
    }
