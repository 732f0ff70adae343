"""What a tokenizer's file says, and what of it encodes plain text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, cast

from inference.errors import TokenizerError
from inference.models.gguf import is_gguf
from inference.tokens.gguf import describe_gguf

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]

# Far more than any known: they have up to 40 million.
_LARGEST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Description:
    """A tokenizer, as its file describes it.

    Attributes:
        controls: the ids of the added tokens that aren't white space, by their texts.
        bare: the description of a tokenizer that knows none of these and puts nothing
            before or behind a text.
    """

    controls: dict[str, int]
    bare: str


def read_description(file: Path, name: str) -> Description:
    """What that file says, be it a `tokenizer.json` or a `.gguf` that holds a tokenizer.

    Raises:
        TokenizerError: it is missing or no tokenizer of the `tokenizers` library.
    """
    described = describe_gguf(file) if is_gguf(file) else _read(file)
    try:
        added = [_entry(token) for token in described.get("added_tokens") or ()]
    except (TypeError, KeyError) as error:
        raise TokenizerError(
            f"the tokenizer {name} has `added_tokens` that aren't a list of objects with `content` "
            "and `id`; take the tokenizer.json as the model's makers published it"
        ) from error
    blanks = {text: number for text, number in added if _is_blank(text)}
    controls = {text: number for text, number in added if text not in blanks}
    return Description(controls, json.dumps(_bare(described, blanks)))


def _read(file: Path) -> Json:
    _check(file)
    try:
        described = json.loads(file.read_bytes())
    except OSError as error:
        raise TokenizerError(
            f"can't read the tokenizer {file.name}: {error.strerror}; `tokenizer` should name "
            "a tokenizer.json or a folder that holds one"
        ) from error
    except (ValueError, RecursionError) as error:
        raise TokenizerError(
            f"the tokenizer {file.name} isn't JSON; `tokenizer` should name a tokenizer.json of "
            "the `tokenizers` library (a tokenizer.model or .gguf is another format)"
        ) from error
    if "model" not in _json(described):
        raise TokenizerError(
            f"the tokenizer {file.name} holds no `model`; tokenizer_config.json and others "
            "lie beside the tokenizer.json that is wanted"
        )
    return _json(described)


def _check(file: Path) -> None:
    """Let pass only what can be read to its end; what is missing is told by reading it."""
    try:
        status = file.stat()
    except (OSError, ValueError):
        return
    if not S_ISREG(status.st_mode) or status.st_size > _LARGEST_BYTES:
        raise TokenizerError(
            f"the tokenizer {file.name} isn't a regular file of {_LARGEST_BYTES:,} bytes at "
            "most; `tokenizer` should name a tokenizer.json or a folder that holds one"
        )


def _entry(token: Any) -> tuple[str, int]:
    text, number = token["content"], token["id"]
    if not isinstance(text, str) or not isinstance(number, int):
        raise TypeError
    return text, number


def _is_blank(text: str) -> bool:
    """Whether an added token is plain white space.

    Some vocabularies hold their runs of blanks so (GPT-NeoX, Gemma), and without them
    code would be spelled as the model has never seen it.
    """
    return not text.strip("▁ \t\r\n")


def _bare(described: Json, blanks: dict[str, int]) -> Json:
    bare: Json = {**described, "post_processor": None, "padding": None, "truncation": None}
    bare["added_tokens"] = [
        token for token in described.get("added_tokens") or () if token["content"] in blanks
    ]
    # The library numbers added tokens anew unless the vocabulary has them.
    model = _json(bare["model"])
    vocabulary = _json(model.get("vocab"))
    if vocabulary and blanks:
        bare["model"] = {**model, "vocab": {**vocabulary, **blanks}}
    # A prompt is put together from pieces, and a space that the tokenizer invents before
    # each text, for the sake of words, would stand in the middle of the document.
    for step in ("normalizer", "pre_tokenizer", "decoder"):
        bare[step] = _unspaced(bare.get(step))
    return bare


def _unspaced(step: Any) -> Any:
    """A step of the tokenizer that neither puts a space before a text nor takes one away."""
    described = _json(step)
    if described.get("type") in {"Prepend", "Strip"}:
        return None
    if described.get("type") == "Metaspace":
        kept = {key: value for key, value in described.items() if key != "add_prefix_space"}
        return {**kept, "prepend_scheme": "never"}
    if "add_prefix_space" in described:
        return {**described, "add_prefix_space": False}
    for parts in ("normalizers", "pretokenizers", "decoders"):
        if isinstance(described.get(parts), list):
            unspaced = (_unspaced(part) for part in described[parts])
            return {**described, parts: [part for part in unspaced if part is not None]}
    return step


def _json(value: Any) -> Json:
    """The object; an empty one for anything else, which the library will refuse."""
    return cast("Json", value) if isinstance(value, dict) else {}
