"""A model's own tokenizer, from its `tokenizer.json`."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any

import tokenizers

from inference.errors import TokenizerError
from inference.normalise import encodable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# An encoder's time grows faster than the line: 420,000 characters in one take 1.2 s.
_LINE = re.compile(r"[^\n]{0,4095}\n|[^\n]{1,4096}")
_MAX_BLOCK = 32_768
_MAX_CACHED = 50_000
# Whole texts that are counted again with each keystroke: snippets and windows.
_MAX_TEXTS, _MAX_TEXT = 256, 65_536
_PROBE = (
    "def f(a):\n\n    '''x  \n\t'''\n\n\n    return [a, 12345,\n"
    "        'é世界🙂 ']  \n\r\nClass\r\n }\n} // \n  \nend"
)


class FileTokenizer:
    """Exact counts and ids; whatever is in a text, it never becomes a control token.

    The library turns a fill-in-the-middle sentinel in somebody's source into the control token as
    soon as it knows it as an added token, and its switch `encode_special_tokens`
    only covers those marked special, which DeepSeek's are not. So it is loaded
    without its added tokens, and those are looked up here.

    Ids of lines are kept, as between two keystrokes one line differs; where a
    probe shows that lines can't be encoded apart, ids of whole texts are.

    Raises:
        TokenizerError: the file is missing, isn't a tokenizer, or loses text.
    """

    exact = True

    def __init__(self, path: Path, name: str | None = None) -> None:
        file = path / "tokenizer.json" if path.is_dir() else path
        self.name = name or file.parent.name + "/" + file.name
        described = _read(file)
        self._ids = _added_ids(described, self.name)
        self._texts = {number: text for text, number in self._ids.items()}
        self._bare = _without_added(described, self.name)
        self._pieces_ids: dict[str, tuple[int, ...]] = {}
        self._counted = lru_cache(_MAX_TEXTS)(self._count)
        self._additive = self._check()
        # Where a tokenizer joins line ends, another text behind can split the last token.
        self.seam_tokens = 0 if self._additive else 1

    def encode(self, text: str, /) -> tuple[int, ...]:
        """The text's ids."""
        return tuple(chain.from_iterable(self._encode_pieces(text)))

    def count(self, text: str, /) -> int:
        """How many tokens the text takes, exactly."""
        return self._counted(text) if len(text) <= _MAX_TEXT else self._count(text)

    def _count(self, text: str) -> int:
        return sum(map(len, self._encode_pieces(text)))

    def decode(self, ids: Sequence[int], /) -> str:
        """The text of ids, control tokens spelled out."""
        runs = groupby(ids, key=self._texts.get)
        return "".join(
            self._bare.decode(list(run), skip_special_tokens=False)
            if control is None
            else control * len(list(run))
            for control, run in runs
        )

    def control_id(self, text: str, /) -> int | None:
        """The id of a control token; None where it has no such token."""
        return self._ids.get(text)

    def _encode_pieces(self, text: str) -> list[tuple[int, ...]]:
        known = self._pieces_ids
        if len(known) > _MAX_CACHED:
            # Another thread may be reading the old one, so it isn't emptied.
            known = self._pieces_ids = {}
        pieces = _cut_lines(text) if self._additive else list(_cut_blocks(text))
        new = list(set(pieces).difference(known))
        if new:
            known.update(zip(new, self._encode_whole(new), strict=True))
        return [known[piece] for piece in pieces]

    def _encode_whole(self, texts: list[str]) -> list[tuple[int, ...]]:
        clean = [encodable(text) for text in texts]
        encoded = self._bare.encode_batch_fast(clean, add_special_tokens=False)
        return [tuple(entry.ids) for entry in encoded]

    def _check(self) -> bool:
        """Whether lines can be encoded apart; fails where ids don't lead back to the text."""
        [whole] = self._encode_whole([_PROBE])
        if self._bare.decode(list(whole), skip_special_tokens=False) != _PROBE:
            raise TokenizerError(
                f"the tokenizer {self.name} doesn't give back the text it was given, which "
                "would garble code; use the tokenizer.json of a byte-level model"
            )
        lines = self._encode_whole(_cut_lines(_PROBE))
        return whole == tuple(chain.from_iterable(lines))


def _read(file: Path) -> dict[str, Any]:
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
    if not isinstance(described, dict) or "model" not in described:
        raise TokenizerError(
            f"the tokenizer {file.name} holds no `model`; tokenizer_config.json and others "
            "lie beside the tokenizer.json that is wanted"
        )
    return described  # pyright: ignore[reportUnknownVariableType] - JSON


def _added_ids(described: dict[str, Any], name: str) -> dict[str, int]:
    """The ids of the added tokens, by their texts."""
    try:
        return dict(map(_entry, described.get("added_tokens") or ()))
    except (TypeError, KeyError) as error:
        raise TokenizerError(
            f"the tokenizer {name} has `added_tokens` that aren't a list of objects with `content` "
            "and `id`; take the tokenizer.json as the model's makers published it"
        ) from error


def _entry(token: Any) -> tuple[str, int]:
    text, number = token["content"], token["id"]
    if not isinstance(text, str) or not isinstance(number, int):
        raise TypeError
    return text, number


def _without_added(described: dict[str, Any], name: str) -> tokenizers.Tokenizer:
    bare: dict[str, Any] = {**described, "added_tokens": [], "post_processor": None}
    bare |= {"padding": None, "truncation": None}
    try:
        return tokenizers.Tokenizer.from_str(json.dumps(bare))
    except Exception as error:  # the library raises nothing narrower
        raise TokenizerError(
            f"the `tokenizers` library can't read the tokenizer {name}: {error}"
        ) from error


def _cut_lines(text: str) -> list[str]:
    """Lines with their ends; one that is too long, in pieces."""
    return _LINE.findall(text)


def _cut_blocks(text: str) -> Iterator[str]:
    """The text in pieces that aren't too long, cut after a line where there is one."""
    start = 0
    while len(text) - start > _MAX_BLOCK:
        end = text.rfind("\n", start, start + _MAX_BLOCK) + 1 or start + _MAX_BLOCK
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]
