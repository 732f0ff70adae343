"""Absorbed attention gives what transformers' own gives, however the text is cut."""

from __future__ import annotations

from typing import Any

import pytest
from engines import ROOT, answer, lite_python

SCRIPTS = ROOT / "tests" / "lite"
# In full precision only the order of additions differs.
EXACT = 1e-4


@pytest.fixture(scope="module")
def found() -> Any:
    return answer(lite_python(), SCRIPTS / "absorbed_equality.py")


@pytest.mark.needs_lite
@pytest.mark.parametrize("shape", ["v2", "v3"])
def test_logits_are_the_same_in_full_precision(found: Any, shape: str) -> None:
    told = found[f"{shape} float32"]
    assert told["absorbed"]
    for way, (plain, absorbed) in told["away"].items():
        assert max(plain, absorbed) < EXACT, way


@pytest.mark.needs_lite
@pytest.mark.parametrize("shape", ["v2", "v3"])
def test_in_16_bits_it_is_no_further_from_the_truth_than_the_library(
    found: Any, shape: str
) -> None:
    """Experts are chosen by numbers that are rounded, so both differ from full precision."""
    told = found[f"{shape} bfloat16"]
    assert told["absorbed"]
    plain, absorbed = (max(pair[i] for pair in told["away"].values()) for i in (0, 1))
    assert absorbed < 1.5 * plain


@pytest.mark.needs_lite
def test_greedy_answers_are_the_same(found: Any) -> None:
    assert found["greedy"]["same"] == found["greedy"]["prompts"] > 0


@pytest.mark.needs_lite
def test_ordinary_attention_is_left_alone(found: Any) -> None:
    assert found["others"] is False
