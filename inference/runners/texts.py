"""Texts to ids and back, as the model's process needs them: whole prompts in, answers bit by bit.

The prompt maker's tokenizer never makes a control token of what stands in somebody's
source; here it is the other way round, as what comes is a whole prompt (see `Ask.text`).
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import tokenizers

from inference.errors import BackendError
from inference.tokens.spelling import SPELLINGS, Spelling, spelt_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TOKENIZER_FILE = "tokenizer.json"
_SETTINGS_FILE = "tokenizer_config.json"
# Text with letters of two and more bytes, line ends and blanks, which must come back as it went.
_PROBE = "def f(x):\n    return x + 1  # äöü, 一二, 🙂\n\tif x:\r\n"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A model's tokens.

    Attributes:
        tokenizer: of the `tokenizers` library, control tokens known.
        spelling: how it writes bytes.
        controls: the ids of control tokens by their texts.
        bos: what it wants in front of every prompt: one id, or none.
        ends: texts that its makers name as an answer's end.
    """

    tokenizer: tokenizers.Tokenizer
    spelling: Spelling
    controls: dict[str, int]
    bos: tuple[int, ...]
    ends: tuple[str, ...]
    _spelt: dict[int, bytes] = field(default_factory=dict[int, bytes])

    @property
    def n_ids(self) -> int:
        """One more than its highest id."""
        return max(self.tokenizer.get_vocab(with_added_tokens=True).values()) + 1

    def encode(self, text: str) -> list[int]:
        """The prompt's ids, control tokens read as such and the BOS token in front."""
        return [*self.bos, *self.tokenizer.encode(whole_text(text), add_special_tokens=False).ids]

    def spell(self, number: int) -> bytes:
        """The bytes that a token stands for; a control token's are its text's."""
        spelt = self._spelt.get(number)
        if spelt is None:
            spelt = self._spelt[number] = self._look_up(number)
        return spelt

    def _look_up(self, number: int) -> bytes:
        token = self.tokenizer.id_to_token(number)
        # Makers round vocabularies up: a model may, however unlikely, say what isn't one.
        if token is None:
            return b""
        if token in self.controls:
            return token.encode()
        return spelt_bytes(token, self.spelling) or token.encode()


def whole_text(text: str) -> str:
    """The text with a `?` for each half of a character; editors that count in UTF-16 send such."""
    return text.encode("utf-8", "replace").decode()


class Speller:
    """An answer's text, of which half a character waits for its other half."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, numbers: Sequence[int]) -> str:
        """What these ids add to the text."""
        return self._decoder.decode(b"".join(map(self._vocabulary.spell, numbers)))


def open_vocabulary(weights: Path, tokenizer: Path | None = None) -> Vocabulary:
    """The tokenizer that was asked for, else the one that lies with the weights.

    `transformers` isn't asked, as its loading ignores `add_bos_token`.

    Raises:
        BackendError: cause "tokenizer": there is none, or it doesn't give texts back.
    """
    file = tokenizer or weights / TOKENIZER_FILE
    file = file / TOKENIZER_FILE if file.is_dir() else file
    loaded = _load(file)
    settings = _settings(file.parent / _SETTINGS_FILE)
    added = loaded.get_added_tokens_decoder()
    controls = {token.content: number for number, token in added.items() if token.content.strip()}
    _check_settings(settings, added, file)
    return Vocabulary(
        tokenizer=loaded,
        spelling=_spelling(loaded, controls, file),
        controls=controls,
        bos=_bos(loaded, settings),
        ends=tuple(filter(None, [_text(settings.get("eos_token"))])),
    )


def _load(file: Path) -> tokenizers.Tokenizer:
    if not file.is_file():
        raise BackendError(
            f"{file} is missing; fetch it with the model's weights, or set `tokenizer`",
            cause="tokenizer",
        )
    try:
        return tokenizers.Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing narrower
        raise BackendError(
            f"the `tokenizers` library can't read {file}: {error}", cause="tokenizer"
        ) from error


def _settings(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _check_settings(settings: dict[str, Any], added: dict[int, Any], file: Path) -> None:
    """Fails where the file beside it gives a control token another id."""
    told = settings.get("added_tokens_decoder")
    for number, entry in (cast("dict[str, Any]", told) if isinstance(told, dict) else {}).items():
        known = added.get(int(number)) if number.isdigit() else None
        if known is not None and known.content != _text(entry):
            raise BackendError(
                f"{file} calls the token {number} {known.content!r}, and {_SETTINGS_FILE} beside "
                f"it {_text(entry)!r}; they are of two models: fetch both anew",
                cause="tokenizer",
            )


def _bos(loaded: tokenizers.Tokenizer, settings: dict[str, Any]) -> tuple[int, ...]:
    """What stands before each prompt, by the settings, else by what the tokenizer itself does."""
    number = loaded.token_to_id(_text(settings.get("bos_token")) or "")
    wanted = settings.get("add_bos_token")
    if wanted is None:
        own = loaded.encode("", add_special_tokens=True).ids[:1]
        return tuple(one for one in own if number in {None, one})
    return (number,) if wanted and number is not None else ()


def _spelling(loaded: tokenizers.Tokenizer, controls: dict[str, int], file: Path) -> Spelling:
    """How it writes bytes, found out by a text that must come back."""
    tokens = loaded.encode(_PROBE, add_special_tokens=False).tokens
    for spelling in SPELLINGS:
        spelt = [
            token.encode() if token in controls else spelt_bytes(token, spelling)
            for token in tokens
        ]
        # Some put a blank before each text.
        if b"".join(one or b"" for one in spelt).removeprefix(b" ") == _PROBE.encode():
            return spelling
    raise BackendError(
        f"the tokenizer {file} doesn't give back the text it was given, which would garble code; "
        "take the tokenizer.json that the model's makers published",
        cause="tokenizer",
    )


def _text(token: object) -> str:
    """A token's text, which stands alone or in an object."""
    if isinstance(token, dict):
        return _text(cast("dict[str, Any]", token).get("content"))
    return token if isinstance(token, str) else ""
