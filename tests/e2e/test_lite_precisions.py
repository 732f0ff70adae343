"""A model in less than 16 bits a number is smaller, answers nearly the same, and still runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from engines import ROOT, answer, lite_python, make_tiny

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    python = lite_python()
    model: Path = make_tiny(tmp_path_factory.mktemp("tiny"))
    script = ROOT / "tests" / "lite" / "precisions.py"
    return answer(python, script, model, tmp_path_factory.mktemp("scratch"))


@pytest.mark.needs_lite
def test_the_experts_shrink_by_what_the_bits_say(found: Any) -> None:
    """They are nine tenths of a real model, and quantisers that know only layers miss them."""
    wide = found["float32"]["experts"]
    shares = [found[each]["experts"] / wide for each in ("bf16", "int8", "int4")]
    # Rows of 64 and 128 numbers share a scale of 16 bits; groups of 64 a step and a middle.
    assert shares == pytest.approx([0.5, 0.255, 0.1406], abs=0.003)


@pytest.mark.needs_lite
def test_the_whole_model_is_smaller_at_each_step(found: Any) -> None:
    sizes = [found[each]["bytes"] for each in ("float32", "bf16", "int8", "int4")]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)


@pytest.mark.needs_lite
@pytest.mark.parametrize(("precision", "least"), [("bf16", 0.999), ("int8", 0.995), ("int4", 0.9)])
def test_logits_stay_near_those_of_full_precision(found: Any, precision: str, least: float) -> None:
    assert found[precision]["alike"] > least
    assert found[precision]["n_new"] == 4


@pytest.mark.needs_lite
def test_torch_has_kernels_for_this_processor(found: Any) -> None:
    assert found["kernels"] == [True, True]


@pytest.mark.needs_lite
def test_a_device_that_is_not_there_is_named_with_those_that_are(found: Any) -> None:
    cause, text = found["refused"]["device"]
    assert cause == "failed"
    assert "local.device is cuda" in text


@pytest.mark.needs_lite
def test_what_can_not_fit_is_refused_with_the_sum(found: Any) -> None:
    cause, text = found["refused"]["memory"]
    assert cause == "memory"
    assert "parameters x 2 bytes" in text
    assert "2 MB are free: choose" in text


@pytest.mark.needs_lite
@pytest.mark.parametrize("precision", ["float32", "int4"])
@pytest.mark.parametrize("what", ["lacks", "shape"])
def test_weights_the_library_would_make_up_are_refused(
    found: Any, what: str, precision: str
) -> None:
    cause, text = found["refused"][f"{what} {precision}"]
    assert cause == "weights"
    assert "model.layers.0.self_attn.o_proj.weight" in text
