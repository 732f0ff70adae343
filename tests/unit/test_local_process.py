"""A model's process: what it is called, given, held back from and buried with."""

from __future__ import annotations

import os
import re
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import BackendError
from inference.local.description import (
    Description,
    is_proof,
    proof,
    read_description,
    remove_description,
    write_description,
)
from inference.local.launch import environment
from inference.local.needs import check_libraries, parsed
from inference.local.obituary import obituary
from inference.local.recipe import Recipe, key_of, title_of
from inference.local.setbacks import LONGEST_PAUSE_S, Setbacks, died, paused, remaining_s
from inference.registry import LocalPlan
from inference.runners.runner import Plan
from inference.runners.threads import n_threads

DESCRIBED = Description(1, "0.1.0", 4711, 5000, "0a1b")


def test_what_is_described_is_found_and_removed_by_who_wrote_it_alone(tmp_path):
    path = tmp_path / "a.json"
    assert read_description(path) is None
    write_description(path, DESCRIBED)
    assert read_description(path) == DESCRIBED
    remove_description(path, "another's")
    assert read_description(path) == DESCRIBED
    remove_description(path, DESCRIBED.token)
    assert not list(tmp_path.iterdir())
    assert "0a1b" not in repr(DESCRIBED)


@pytest.mark.parametrize("text", ["", "[]", '{"protocol": 1}', "\xff"])
def test_what_is_no_description_is_none(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="latin-1")
    assert read_description(path) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_what_others_may_write_is_not_believed(tmp_path):
    path = tmp_path / "a.json"
    write_description(path, DESCRIBED)
    path.chmod(0o666)
    assert read_description(path) is None


def test_each_side_proves_for_itself_alone():
    shown = proof("token", "host", "1", "2")
    assert is_proof(shown, shown)
    for other in (proof("token", "user", "1", "2"), proof("other", "host", "1", "2"), None, 5):
        assert not is_proof(other, shown)


def _key(tmp_path: Path, *, runner: str = "gguf", version: str = "1", **changes) -> str:
    local = LocalPlan(**changes.pop("local", {}))
    return key_of(Recipe(runner, Plan(tmp_path / "model.gguf", **changes), local, version))


def test_who_wants_the_same_model_shares_it(tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"1")
    same = _key(tmp_path)
    assert _key(tmp_path, context_tokens=9) == same
    assert _key(tmp_path, local={"idle_s": 5.0}) == same
    others = (
        _key(tmp_path, precision="int8"),
        _key(tmp_path, runner="engine"),
        _key(tmp_path, version="2"),
        _key(tmp_path, local={"python": "python3"}),
    )
    assert len({same, *others}) == 5
    (tmp_path / "model.gguf").write_bytes(b"12")
    assert _key(tmp_path) != same


@pytest.mark.parametrize(
    ("weights", "title"),
    [
        ("/c/hub/models--deepseek-ai--Lite/snapshots/0a1b", "deepseek-ai/Lite"),
        ("/models/lite.gguf", "lite.gguf"),
    ],
)
def test_what_a_model_is_called(weights, title):
    assert title_of(Path(weights)) == title


def test_the_process_knows_nothing_of_our_settings_and_asks_nobody():
    given_ours = environment(
        {"PATH": "/bin", "PYTHONPATH": "/w", "PYTHONHOME": "/w", "INFILL_API": "k"}
    )
    assert given_ours["PATH"] == "/bin"
    assert given_ours["HF_HUB_OFFLINE"] == "1"
    assert not {"PYTHONPATH", "PYTHONHOME", "INFILL_API"} & given_ours.keys()


def test_threads_that_wait_sleep_unless_the_user_has_them_spin():
    assert environment({})["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment({"OMP_WAIT_POLICY": "ACTIVE"})["OMP_WAIT_POLICY"] == "ACTIVE"


@pytest.mark.parametrize(
    ("n_seen", "n_taken"), [(1, 1), (2, 1), (4, 3), (6, 4), (8, 4), (16, 8), (64, 32)]
)
def test_a_model_leaves_the_editor_a_core(monkeypatch, n_seen, n_taken):
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: n_seen)
    assert n_threads() == n_taken
    assert n_threads(n_seen) == n_seen


def _no_such(name):
    raise PackageNotFoundError(name)


@pytest.mark.parametrize(
    ("runner", "has", "said"),
    [
        ("safetensors", {"torch": "2.13.0+cpu", "transformers": "5.14.1"}, "transformers 5.14.1"),
        ("safetensors", {"torch": "2.8"}, r"\[lite\]"),
        ("gguf", {}, "has no llama-cpp-python"),
        ("engine", {"vllm": "0.9.1"}, r"0.32 or newer .* `local.python`"),
    ],
)
def test_a_library_that_is_missing_or_too_old(runner, has, said):
    with pytest.raises(BackendError, match=said):
        check_libraries(runner, lambda name: has.get(name) or _no_such(name))


def test_libraries_that_are_new_enough():
    check_libraries("safetensors", {"torch": "2.13.0+cpu", "transformers": "5.22.0"}.__getitem__)
    assert parsed("0.32rc1") == (0, 32)


@pytest.mark.parametrize(
    ("code", "log", "said"),
    [
        (None, "", "without a word"),
        (1, "x = 'my code'", "with exit code 1"),
        (-9, "", "by SIGKILL, as systems do when memory runs out"),
        (-11, "Fatal Python error: Segmentation fault\nThread", "Fatal Python error"),
        (134, "ggml.c:7: GGML_ASSERT(n > 0) failed\n\x1b[0m\n", r"GGML_ASSERT\(n > 0\) failed\)$"),
    ],
)
def test_how_a_process_ended(code, log, said):
    assert re.search(said, obituary(code, log))
    assert "my code" not in obituary(code, log)


def test_two_deaths_are_bad_luck_and_a_third_is_not():
    state = died(died(Setbacks(), 1000.0), 1010.0)
    assert remaining_s(state, 1010.0) == 0
    state = died(state, 1020.0)
    assert remaining_s(state, 1030.0) == 20


def test_deaths_far_apart_dont_count():
    state = Setbacks()
    for n in range(20):
        state = died(state, 1000.0 * (n + 1))
        assert remaining_s(state, 1000.0 * (n + 1)) == 0


def test_pauses_grow_up_to_an_hour_and_begin_anew_after_a_good_while():
    state, now_s, pauses = Setbacks(), 0.0, []
    for _ in range(10):
        state = paused(state, now_s)
        pauses.append(remaining_s(state, now_s))
        now_s = state.until_s
    assert pauses[:4] == [30, 60, 120, 240]
    assert pauses[-1] == LONGEST_PAUSE_S
    assert remaining_s(paused(state, now_s + 700), now_s + 700) == 30


@given(st.lists(st.floats(0, 500), max_size=40))
def test_it_never_dies_more_than_three_times_within_a_pause(gaps):
    """Whenever questions come, starts are held back as said."""
    state, now_s, starts = Setbacks(), 0.0, []
    for gap in gaps:
        now_s += gap
        if remaining_s(state, now_s) == 0:
            starts.append(now_s)
            state = died(state, now_s)
    for first, fourth in zip(starts, starts[3:], strict=False):
        assert fourth - first >= 30
