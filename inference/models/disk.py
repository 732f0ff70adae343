"""A model's folder on disk, read for what it says of itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

from inference.errors import UnknownModelError
from inference.models.folder import ModelFolder

# Far more than any known: tokenizers have up to 20 million characters.
_LARGEST_FILE = 200_000_000
# How the hub's cache calls a model's folder, which holds a folder for each revision.
_CACHED = re.compile(r"models--(?P<owner>[^/\\]+?)--(?P<name>[^/\\]+)")


def read_folder(folder: str | Path) -> ModelFolder:
    """What the folder says of its model.

    Raises:
        UnknownModelError: it has no `config.json` that can be read.
    """
    path = Path(folder)
    config = _object(path / "config.json")
    if not config:
        raise UnknownModelError(
            f"{path} is no model's folder: it has no config.json that can be read; "
            "set `model` to a folder with one, or to a name that `infill models` lists"
        )
    tokenizer = _object(path / "tokenizer.json")
    return ModelFolder(
        path=str(path),
        names=_names(path),
        config=config,
        control_ids=_control_ids(tokenizer) if tokenizer else None,
        chat_template=_chat_template(path),
    )


def _names(path: Path) -> tuple[str, ...]:
    cached = (_CACHED.fullmatch(part) for part in path.parts)
    return (path.name, *(f"{one['owner']}/{one['name']}" for one in cached if one))


def _control_ids(tokenizer: dict[str, Any]) -> dict[str, int]:
    """Ids by text: the vocabulary, where some families have control tokens, and what is added."""
    vocabulary = _fields(_fields(tokenizer.get("model")).get("vocab"))
    added = {
        token.get("content"): token.get("id") for token in _rows(tokenizer.get("added_tokens"))
    }
    return cast("dict[str, int]", vocabulary | added)


def _chat_template(path: Path) -> str:
    """The template, which newer folders keep in a file of its own; all where there are several."""
    apart = _text(path / "chat_template.jinja")
    if apart is not None:
        return apart
    written = _object(path / "tokenizer_config.json").get("chat_template")
    if isinstance(written, str):
        return written
    return "".join(str(entry.get("template")) for entry in _rows(written))


def _object(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty where there is none."""
    text = _text(path)
    try:
        return _fields(json.loads(text)) if text is not None else {}
    except (ValueError, RecursionError):
        return {}


def _fields(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _rows(value: object) -> list[dict[str, Any]]:
    rows = cast("list[object]", value) if isinstance(value, list) else []
    return [_fields(row) for row in rows]


def _text(path: Path) -> str | None:
    """A regular file's text; None where there is none that can be read."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_FILE:
            return None
        return path.read_text("utf-8-sig")
    except (OSError, ValueError):
        return None
