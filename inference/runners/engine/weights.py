"""Whether a folder holds a whole model, found out before an engine is started in vain.

vLLM says in its log what was wrong with a folder, from a process of its own, which then
is gone: whoever waits hears nothing but that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from inference.errors import BackendError

if TYPE_CHECKING:
    from pathlib import Path

    from inference.runners.parameters import Config

_INDEX = "model.safetensors.index.json"
_LENGTH_BYTES = 8
_MOST_HEADER = 100_000_000


def read_config(folder: Path) -> Config:
    """The folder's `config.json`.

    Raises:
        BackendError: it isn't there or no such file.
    """
    path = folder / "config.json"
    try:
        return _object(path)
    except FileNotFoundError:
        raise BackendError(
            f"{folder} has no config.json; name the folder that a model was downloaded to",
            cause="weights",
        ) from None
    except (OSError, ValueError) as error:
        raise BackendError(f"{path} can't be read: {error}", cause="weights") from error


def check_whole(folder: Path) -> None:
    """Return where every file of weights is there and as long as its own header says.

    Raises:
        BackendError: one is missing or was cut off.
    """
    try:
        files = _files(folder)
        for file in files:
            _check(file)
    except (OSError, ValueError) as error:
        said = f"the weights in {folder} can't be read: {error}"
        raise BackendError(said, cause="weights") from error
    if not files:
        raise BackendError(
            f"{folder} holds no safetensors; download the model's weights there", cause="weights"
        )


def check_tokenizer(folder: Path) -> None:
    """Return where there is a tokenizer.

    Raises:
        BackendError: there is none.
    """
    if not (folder / "tokenizer.json").is_file():
        raise BackendError(
            f"{folder} has no tokenizer.json; download the model's there", cause="tokenizer"
        )


def _files(folder: Path) -> list[Path]:
    """Those that the index names, else all that lie there."""
    index = folder / _INDEX
    if not index.is_file():
        return sorted(folder.glob("*.safetensors"))
    named = _object(index).get("weight_map", {})
    files = cast("dict[str, str]", named).values()
    return [folder / name for name in sorted(set(files))]


def _check(file: Path) -> None:
    """A safetensors file is a length, so much JSON, and what that says is there."""
    if not file.is_file():
        raise ValueError(f"{file.name} is missing")
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        if length > min(size, _MOST_HEADER):
            raise ValueError(f"{file.name} is cut off or no safetensors file")
        header: Any = json.loads(stream.read(length))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    wanted = _LENGTH_BYTES + length + max(ends, default=0)
    if size < wanted:
        raise ValueError(f"{file.name} has {size:,} of {wanted:,} bytes: download it again")


def _object(path: Path) -> dict[str, Any]:
    found: Any = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} holds no object")  # noqa: TRY004 -- what it holds is wrong
    return cast("dict[str, Any]", found)
