"""Texts as the engine's model reads them, for prompts that come without ids."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Encode = Callable[[str], tuple[int, ...]]


def load_encoder(folder: Path, config: Mapping[str, object]) -> Encode:
    """A function from a prompt's text, without BOS, to its ids with it.

    Control tokens in the text are read as such. What a tokenizer of transformers would put
    around a text isn't asked of it, as that ignores `add_bos_token`: BOS is set here,
    where the folder or the file itself says that the model wants it.

    Raises:
        BackendError: a tokenizer that can't be read.
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # It raises nothing narrower.
        raise BackendError(f"{path} can't be read: {error}", cause="tokenizer") from error
    head = _head(tokenizer, folder, config)

    def encode(text: str) -> tuple[int, ...]:
        return (*head, *tokenizer.encode(text, add_special_tokens=False).ids)

    return encode


def _head(tokenizer: Any, folder: Path, config: Mapping[str, object]) -> tuple[int, ...]:
    """The BOS token's id, as often as the model wants it: once or not at all."""
    wanted = _settings(folder).get("add_bos_token")
    bos = config.get("bos_token_id")
    if wanted is None:
        wanted = tokenizer.encode("a").ids[:1] == [bos]
    return (bos,) if wanted and isinstance(bos, int) else ()


def _settings(folder: Path) -> dict[str, Any]:
    try:
        found: Any = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
