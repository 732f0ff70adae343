"""A model's weights: where they are looked for, and what is fetched when asked."""

from __future__ import annotations

import os
import re
from dataclasses import replace

import pytest

from inference.models import find_model
from inference.weights.find import find_weights, no_weights

NAME = "maker/model"
SPEC = replace(find_model("deepseek-coder-v2-lite-base"), hub=(NAME,))


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The hub's local cache, empty."""
    folder = tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    return folder


def put(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def revision(hub, commit, *names, name=NAME):
    return put(hub / f"models--{name.replace('/', '--')}" / "snapshots" / commit, *names)


def test_a_path_is_taken_as_it_is(tmp_path, hub):
    folder = put(tmp_path / "a", "model.safetensors")
    shards = put(tmp_path / "b", "model.safetensors.index.json")
    file = put(tmp_path / "c", "x.GGUF") / "x.GGUF"
    assert find_weights(str(folder)) == folder
    assert find_weights(str(shards)) == shards
    assert find_weights(str(file)) == file
    assert find_weights(str(file.parent)) == file


def test_what_holds_none_is_none(tmp_path, hub):
    put(tmp_path / "a", "pytorch_model.bin")
    put(tmp_path / "b", "x.gguf", "y.gguf")
    put(tmp_path, "notes.txt")
    for name in ("a", "b", "notes.txt", "nowhere"):
        assert find_weights(str(tmp_path / name)) is None
    assert find_weights("") is None


def test_of_a_model_in_several_files_the_first_is_named(tmp_path):
    folder = put(tmp_path / "a", "x-00002-of-00002.gguf", "x-00001-of-00002.gguf")
    assert find_weights(str(folder)) == folder / "x-00001-of-00002.gguf"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "holds no weights; set `model` to"),
        (("pytorch_model.bin",), "only pytorch_model.bin, whose format can run code; set"),
        (("y.gguf", "x.gguf"), r"2 \.gguf files; set `model` to one of them, as x\.gguf"),
    ],
)
def test_of_a_folder_without_weights_it_is_told_what_it_holds(tmp_path, names, said):
    assert re.search(said, no_weights(str(put(tmp_path / "a", *names))))


def test_what_isnt_there_and_what_is_another_file(tmp_path):
    assert "no weights of 'nowhere' were found" in no_weights("nowhere")
    assert "neither a .gguf" in no_weights(str(put(tmp_path, "notes.txt") / "notes.txt"))


def test_a_name_is_looked_for_in_the_hubs_cache(hub):
    assert find_weights(NAME) is None
    there = revision(hub, "1" * 40, "model.safetensors")
    assert find_weights(NAME) == there
    assert find_weights("deepseek-coder-v2-lite-base", SPEC) == there


def test_the_branch_goes_before_the_newest_and_both_before_what_is_empty(hub):
    old, new = (revision(hub, sign * 40, "model.safetensors") for sign in "12")
    revision(hub, "3" * 40, "tokenizer.json")
    os.utime(old, (1, 1))
    assert find_weights(NAME) == new
    refs = put(old.parents[1] / "refs")
    (refs / "main").write_text("1" * 40)
    assert find_weights(NAME) == old
    (refs / "main").write_text("3" * 40)
    assert find_weights(NAME) == new


def test_what_the_user_named_goes_before_what_the_table_names(hub):
    revision(hub, "1" * 40, "model.safetensors")
    other = revision(hub, "2" * 40, "model.safetensors", name="other/finetune")
    assert find_weights("other/finetune", SPEC) == other
