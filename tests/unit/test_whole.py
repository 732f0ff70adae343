"""Weights that aren't all there are found before anything is loaded."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import pytest

from inference.errors import BackendError
from inference.runners.safetensors.whole import whole_weights

if TYPE_CHECKING:
    from pathlib import Path


def _file(path: Path, **sizes: int) -> Path:
    """A safetensors file with tensors of so many bytes."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, size in sizes.items():
        header[name] = {
            "dtype": "BF16",
            "shape": [size // 2],
            "data_offsets": [end, end + size],
        }
        end += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))
    return path


def _index(folder: Path, **where: str) -> Path:
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"weight_map": where}), encoding="utf-8")
    return path


def _refused(folder: Path) -> str:
    with pytest.raises(BackendError) as caught:
        whole_weights(folder)
    assert caught.value.cause == "weights"
    return str(caught.value).replace(str(folder), "DIR").replace("\\", "/")


def test_whole_weights_tell_what_they_are(tmp_path: Path) -> None:
    _file(tmp_path / "a.safetensors", x=8, y=4)
    _file(tmp_path / "b.safetensors", z=2)
    _index(tmp_path, x="a.safetensors", y="a.safetensors", z="b.safetensors")
    found = whole_weights(tmp_path)
    assert [path.name for path in found.files] == ["a.safetensors", "b.safetensors"]
    assert (found.n_tensors, found.n_bytes, found.dtypes) == (3, 14, {"BF16"})


def test_a_single_file_needs_no_index(tmp_path: Path) -> None:
    _file(tmp_path / "model.safetensors", x=8)
    assert whole_weights(tmp_path).n_bytes == 8


def test_a_file_cut_off_is_named_with_both_sizes(tmp_path: Path) -> None:
    path = _file(tmp_path / "model.safetensors", x=800)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-100])
    assert _refused(tmp_path) == (
        f"DIR/model.safetensors has {size - 100:,} bytes, and its header says {size:,}; "
        "download it again"
    )


@pytest.mark.parametrize("kept", [0, 5, 8, 20])
def test_a_file_cut_off_in_its_header_is_named(tmp_path: Path, kept: int) -> None:
    path = _file(tmp_path / "model.safetensors", x=8)
    path.write_bytes(path.read_bytes()[:kept])
    assert "DIR/model.safetensors is cut off" in _refused(tmp_path)


def test_a_missing_file_of_the_index_is_named(tmp_path: Path) -> None:
    _file(tmp_path / "a.safetensors", x=8)
    _index(tmp_path, x="a.safetensors", y="b.safetensors")
    assert "DIR/b.safetensors is missing" in _refused(tmp_path)


def test_a_tensor_that_the_index_promises_is_missed(tmp_path: Path) -> None:
    _file(tmp_path / "a.safetensors", x=8)
    _index(tmp_path, x="a.safetensors", y="a.safetensors")
    assert "DIR/a.safetensors lacks y" in _refused(tmp_path)


def test_what_git_left_in_place_of_weights_is_told_apart(tmp_path: Path) -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 8590000000\n"
    (tmp_path / "model.safetensors").write_text(text, encoding="utf-8")
    assert "is a pointer of Git LFS" in _refused(tmp_path)


def test_formats_that_can_run_code_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")
    assert "only pytorch_model.bin, whose format can run code" in _refused(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {}}'])
def test_an_index_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(text, encoding="utf-8")
    assert "model.safetensors.index.json" in _refused(tmp_path)


def test_an_index_points_nowhere_else(tmp_path: Path) -> None:
    _index(tmp_path, x="../other.safetensors")
    assert "outside of its folder" in _refused(tmp_path)


@pytest.mark.parametrize(
    "header", [b"[1]", b'{"x": 1}', b'{"x": {"data_offsets": [9, 2]}}', b"\xff"]
)
def test_a_header_of_nonsense_is_named(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    assert "header" in _refused(tmp_path)


def test_no_folder_is_said_so(tmp_path: Path) -> None:
    assert "is no folder" in _refused(tmp_path / "gone").replace(str(tmp_path), "DIR")
