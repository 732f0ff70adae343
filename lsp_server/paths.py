"""Paths as users write them, made to mean the same in every process and folder of ours."""

from __future__ import annotations

import os
from pathlib import Path

from inference.models.gguf import is_gguf
from inference.tokens.hub import is_hub_name

# Settings that may be paths, and the variables that carry them.
PATH_SETTINGS = {
    "tokenizer": "INFILL_TOKENIZER",
    "model": "INFILL_MODEL",
    "server.ca_file": "INFILL_SERVER_CA_FILE",
    "local.python": "INFILL_LOCAL_PYTHON",
}


def real(path: Path) -> Path:
    """The absolute path with links followed; a link that leads to itself stays as it is.

    `Path.resolve` raises RuntimeError there before Python 3.13.
    """
    return Path(os.path.realpath(path))


def located(text: str, folder: Path | None) -> str:
    """The path with `~` expanded and, given a folder, counted from there; nothing stays nothing."""
    if not text:
        return text
    # pathlib's raises where the user after `~` doesn't exist.
    expanded = os.path.expanduser(text)  # noqa: PTH111
    return str(folder / expanded) if folder else expanded


def located_setting(name: str, text: str, folder: Path | None) -> str:
    """The value of a setting of `PATH_SETTINGS`, located unless it is a name.

    A model is named unless it is written as a path; a tokenizer by a name as the hub
    has them, where no such file or folder is there; a program by a name without folders.
    """
    path = located(text, folder)
    if name == "model":
        return path if is_path(text) else text
    if name == "local.python":
        return path if {"/", "\\"}.intersection(text) else text
    if name != "tokenizer":
        return path
    is_name = is_hub_name(text) and not Path(path).exists()
    return text if is_name else path


def is_path(model: str) -> bool:
    """Whether a model is named by its folder or file: absolute, or `~`, `./` or `../` in front.

    Or by what it ends with, as a file of weights for llama.cpp does.

    Anything else may be a name on the hub, which holds a slash, too.
    """
    begins = model.startswith(("~", "./", "../", ".\\", "..\\"))
    return begins or is_gguf(model) or Path(model).is_absolute()
