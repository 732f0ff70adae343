"""The runner of `.gguf` files, as far as it needs no llama.cpp: rows, choices, arithmetic."""

from __future__ import annotations

import math
from importlib.util import find_spec

import numpy as np
import pytest
from gguf_file import write_gguf
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import BackendError
from inference.runners.gguf.choose import chosen_of
from inference.runners.gguf.fit import (
    check_memory,
    context_of,
    rows_of,
    stretch_of,
    token_bytes,
    working_bytes,
)
from inference.runners.gguf.header import GgufHeader
from inference.runners.gguf.library import Log, forget_log, load_fault
from inference.runners.gguf.load import load
from inference.runners.gguf.rows import Rows
from inference.runners.runner import Ask, Plan

LATENT = {
    "general.architecture": "deepseek2",
    "deepseek2.block_count": 27,
    "deepseek2.context_length": 163_840,
    "deepseek2.embedding_length": 2048,
    "deepseek2.attention.head_count": 16,
    "deepseek2.attention.head_count_kv": 1,
    "deepseek2.attention.key_length": 576,
    "deepseek2.attention.value_length": 512,
    "deepseek2.attention.key_length_mla": 192,
}
PLAIN = {
    "general.architecture": "qwen2",
    "qwen2.block_count": 28,
    "qwen2.context_length": 32_768,
    "qwen2.embedding_length": 3584,
    "qwen2.attention.head_count": 28,
    "qwen2.attention.head_count_kv": 4,
}
GB = 1_000_000_000


class Memory:
    """What the library would keep, written down."""

    def __init__(self, n_rows: int, *, takes_back: bool = True) -> None:
        self.rows: list[list[int]] = [[] for _ in range(n_rows)]
        self.takes_back = takes_back

    def crop(self, sequence: int, length: int) -> bool:
        """As the library, or as its recurrent models."""
        row = self.rows[sequence]
        if not self.takes_back and 0 < length < len(row):
            row.clear()
            return False
        del row[length:]
        return True

    def copy(self, source: int, target: int) -> None:
        """As the library."""
        self.rows[target] = list(self.rows[source])


def read(rows: Rows, memory: Memory, prompt: list[int]) -> int:
    """Read a prompt to its end; how many of its tokens were there already."""
    row = rows.take(np.array(prompt, np.int32))
    known = memory.rows[row.number]
    assert known == list(row.tape.ids) == prompt[: len(known)]
    assert len(known) < len(prompt)
    n_cached = len(known)
    memory.rows[row.number].extend(prompt[n_cached:])
    row.tape.extend(prompt[n_cached:])
    row.n_prompt = len(prompt)
    return n_cached


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=9), max_size=12),
    st.integers(1, 3),
    st.booleans(),
)
def test_a_row_holds_the_prompts_beginning_whatever_came_before(prompts, n_rows, takes_back):
    memory = Memory(n_rows, takes_back=takes_back)
    rows = Rows(memory, n_rows)
    for prompt in prompts:
        read(rows, memory, prompt)


def test_two_files_that_begin_alike_are_both_kept():
    """The second is read on from a copy of the first's beginning, so that neither is lost."""
    memory = Memory(2)
    rows = Rows(memory, 2)
    head, one, other = [1] * 300, [2] * 200, [3] * 200
    assert read(rows, memory, head + one) == 0
    assert read(rows, memory, head + other) == 300
    assert read(rows, memory, [*head, *one, 4]) == 500
    assert read(rows, memory, [*head, *other, 4]) == 500


def test_a_new_prompt_takes_the_place_of_the_one_longest_unused():
    memory = Memory(2)
    rows = Rows(memory, 2)
    first, second, third = ([number] * 200 for number in (1, 2, 3))
    for prompt in (first, second, first, third):
        read(rows, memory, prompt)
    assert read(rows, memory, first) == 199
    assert read(rows, memory, second) == 0


def test_the_likeliest_is_chosen_and_of_equals_the_first():
    row = np.array([0.0, 2.0, 2.0, 1.0], np.float32)
    chance = np.random.default_rng(0)
    found = chosen_of(row, Ask((1,)), chance)
    assert found.number == 1
    assert found.logprob == pytest.approx(2 - math.log(1 + 2 * math.e**2 + math.e))
    assert chosen_of(row, Ask((1,)), chance, (0, 3)).number == 3


@pytest.mark.parametrize(
    ("ask", "drawn"),
    [
        (Ask((1,), temperature=1.0, top_k=2), {1, 2}),
        (Ask((1,), temperature=1.0, top_p=0.5), {1, 2}),
        (Ask((1,), temperature=1e-6), {1}),
        (Ask((1,), temperature=1e-40), {1}),
        (Ask((1,), temperature=5.0), {0, 1, 2, 3}),
    ],
)
def test_what_is_drawn_is_among_what_may_be(ask, drawn):
    row = np.array([0.0, 2.5, 2.4, 1.0], np.float32)
    chance = np.random.default_rng(0)
    assert {chosen_of(row, ask, chance).number for _ in range(300)} == drawn


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_no_numbers_are_told(bad):
    row = np.array([0.0, bad], np.float32)
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(BackendError, match="NaN") as caught,
    ):
        chosen_of(row, Ask((1,)), np.random.default_rng(0))
    assert caught.value.cause == "numbers"


def test_a_token_of_latent_attention_takes_one_row_a_layer():
    """DeepSeek-Coder-V2-Lite's 31,104 bytes, and Qwen2.5-Coder-7B's 57,344."""
    assert token_bytes(GgufHeader(LATENT, 0, 0)) == 31_104
    assert token_bytes(GgufHeader(PLAIN, 0, 0)) == 57_344


def test_a_context_is_as_asked_and_no_longer_than_the_models(tmp_path):
    plan = Plan(tmp_path / "m.gguf", context_tokens=40_000)
    assert context_of(plan, GgufHeader(PLAIN, 0, 0)) == 32_768
    assert context_of(plan, GgufHeader(LATENT, 0, 0)) == 40_000


def test_rows_are_as_many_as_there_is_room_for(tmp_path):
    header = GgufHeader(LATENT, 0, 10 * GB)
    plan = Plan(tmp_path / "m.gguf", context_tokens=8_192)
    assert rows_of(plan, header, 14 * GB) == 3
    assert rows_of(plan, header, 11 * GB) == 1
    assert rows_of(plan, header, None) == 1
    assert rows_of(plan, header, 100 * GB) == 8


def test_what_cannot_fit_is_refused_with_the_arithmetic(tmp_path):
    header = GgufHeader(LATENT, 0, 31 * GB)
    plan = Plan(tmp_path / "m.gguf", context_tokens=8_192)
    check_memory(plan, header, 40 * GB)
    check_memory(plan, header, None)
    with pytest.raises(BackendError, match=r"31\.0 GB.*8,192 tokens x 31,104 B") as caught:
        check_memory(plan, header, 16 * GB)
    assert caught.value.cause == "memory"


def test_without_the_library_a_file_is_told_what_runs_it(tmp_path):
    path = write_gguf(tmp_path / "m.gguf", PLAIN)
    if find_spec("llama_cpp") is not None:
        pytest.skip("llama-cpp-python is installed here")
    with pytest.raises(BackendError, match=r"infill-ls\[gguf\].*`local\.python`"):
        load(Plan(path))


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (b"ggml_aligned_malloc: insufficient memory, failed to allocate buffer", "memory"),
        (b"error loading model: unknown model architecture: 'x'", "weights"),
        (b"tensor 'x' data is not within the file bounds", "weights"),
        (b"something new", "weights"),
    ],
)
def test_the_librarys_log_becomes_a_cause(monkeypatch, said, cause):
    log = Log()
    monkeypatch.setattr("inference.runners.gguf.library._LOG", log)
    forget_log()
    log.note(2, b"all is well")
    log.note(4, said)
    assert log.lines == [said.decode()]
    assert load_fault("load", "m.gguf").cause == cause


def test_a_long_context_is_read_in_shorter_stretches(tmp_path):
    """As attention's scores of 512 tokens over 128K of context would take 4 GB."""
    header = GgufHeader(LATENT, 0, 0)
    assert stretch_of(Plan(tmp_path / "m.gguf", context_tokens=8_192), header) == 512
    assert stretch_of(Plan(tmp_path / "m.gguf", context_tokens=131_072), header) == 64
    assert working_bytes(Plan(tmp_path / "m.gguf", context_tokens=131_072), header) < GB
