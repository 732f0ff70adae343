"""The tokenizer of the server that completes, asked over its own endpoint."""

from __future__ import annotations

import logging
import re
import time
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING

from inference.errors import TokenizerError
from inference.normalise import encodable
from inference.tokens.asking import DIALECTS, Asked, UnansweredError
from inference.tokens.encoder import PieceEncoder
from inference.tokens.estimate import EstimatingTokenizer
from inference.tokens.pieces import UNCUT
from inference.tokens.probe import PROBE, find_rule_by_asking
from inference.tokens.spelling import SPELLINGS, Token, share_out, spelt_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference.tokens.asking import Told
    from inference.tokens.spelling import Spelling
    from inference.wire.endpoint import Endpoint

    Ids = tuple[int, ...]

_log = logging.getLogger(__name__)

# To get acquainted takes some ten answers, and who types first waits for it.
_ACQUAINT_S = 2.0
_NOTHING = "(?!)"
_MOST_CHARS = 200_000
_MOST_APART = 16
# Between two halves of a control text it is a word by itself, whatever the vocabulary.
_BETWEEN = "\n"
# Spelled in two code points, which some tokenizers make one.
_COMPOSED, _DECOMPOSED = "\u00e9", "e\u0301"


class ServerTokenizer:
    """Exact counts and ids from a server, which is asked for each line once.

    All lines of a text that it hasn't been asked for go in one request, and its answer is
    shared out by what its tokens spell. Control texts in somebody's source are sent
    in two halves, as a server would read the control token.

    When the server fails, `count` goes on with the estimate and `encode` raises, as a
    prompt can't be half of ids and half of guesses.

    Args:
        endpoint: of the server.
        model: its name there.
        reserved: control texts that must stay text.
        key: sent as bearer token.
        keys: control texts whose ids are asked for at once.

    Raises:
        UnansweredError: it doesn't tell all this within two seconds, or one answer within one.
        TokenizerError: it can't be asked, or its answers don't spell the texts.
    """

    exact = True

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        reserved: Sequence[str],
        key: str | None = None,
        *,
        keys: Sequence[str] = (),
    ) -> None:
        self.name = f"{endpoint.host}/tokenize"
        marks = sorted(filter(None, reserved), key=len, reverse=True)
        self._marks = re.compile("|".join(map(re.escape, marks)) or _NOTHING)
        self._spelling: Spelling
        self._asked, self._spelling, self._before = _acquaint(endpoint, model, key)
        self._composes = self._read(_DECOMPOSED) == self._read(_COMPOSED)
        self._encoder = PieceEncoder(find_rule_by_asking(self._read), self._encode_pieces)
        self.seam_tokens = 0 if self._encoder.rule is UNCUT[0] else 1
        self._controls: dict[str, int | None] = {}
        for mark in keys:
            self.control_id(mark)
        self._asked.until_s = None
        self._estimate = EstimatingTokenizer()
        self._failed = False

    @property
    def for_now(self) -> bool:
        """Whether the server failed when it was asked last: it may be another once it is back."""
        return self._failed

    @property
    def n_requests(self) -> int:
        """How often the server was asked."""
        return self._asked.n_requests

    def encode(self, text: str, /) -> Ids:
        """The text's ids.

        Raises:
            TokenizerError: the server failed, now or a moment ago.
        """
        return self._encoder.encode(text)

    def count(self, text: str, /) -> int:
        """How many tokens the text takes; estimated while the server fails."""
        try:
            return self._encoder.count(text)
        except TokenizerError:
            return self._estimate.count(text)

    def decode(self, ids: Sequence[int], /) -> str:
        """The text of ids, control tokens spelled out.

        Raises:
            TokenizerError: the server failed, now or a moment ago.
        """
        return self._asked.text(ids)

    def control_id(self, text: str, /) -> int | None:
        """The id of a control token; None where it has no such token.

        Raises:
            TokenizerError: the server failed, now or a moment ago.
        """
        if text not in self._controls:
            told = [one for one in self._asked.tokens(text, special=True) if one[1] != "▁"]
            self._controls[text] = told[0][0] if len(told) == 1 else None
        return self._controls[text]

    def _encode_pieces(self, pieces: list[str]) -> list[Ids]:
        try:
            found = [ids for batch in _batches(pieces) for ids in self._encode_batch(batch)]
        except TokenizerError as fault:
            if not self._failed:
                _log.warning("%s; until it answers again tokens are estimated", fault)
            self._failed = True
            raise
        self._failed = False
        return found

    def _encode_batch(self, pieces: list[str]) -> list[Ids]:
        """The ids of pieces that can stand one behind the other, asked for at once."""
        halves = [list(self._halves(self._clean(piece))) for piece in pieces]
        joined = [[text for half in of for text in (_BETWEEN, half)][1:] for of in halves]
        texts = list(chain.from_iterable(joined))
        rest = iter(share_out(self._read("".join(texts)), texts) or self._one_by_one(texts))
        shares = [[next(rest) for _ in of] for of in joined]
        return [tuple(chain.from_iterable(of[::2])) for of in shares]

    def _one_by_one(self, texts: list[str]) -> list[Ids]:
        """The ids of texts that the tokenizer joins, against all that was tried."""
        if len(texts) > _MOST_APART:
            raise TokenizerError(f"{self.name} joins in one text what it keeps apart in another")
        return [self._alone(text) for text in texts]

    def _alone(self, text: str) -> Ids:
        tokens = self._read(text)
        spelt, wanted = b"".join(token.spelt for token in tokens), text.encode()
        # It may spell a sign otherwise, but not nothing from some place on.
        if len(spelt) < len(wanted) and wanted.startswith(spelt):
            raise TokenizerError(f"{self.name} leaves out the end of a text")
        return tuple(token.number for token in tokens)

    def _clean(self, piece: str) -> str:
        clean = encodable(piece)
        if self._spelling == "sentences":
            # Which is how such a vocabulary spells the space, and so reads this sign.
            clean = clean.replace("▁", " ")
        return unicodedata.normalize("NFC", clean) if self._composes else clean

    def _halves(self, text: str) -> Iterator[str]:
        """The text cut within each control text, behind its first letter."""
        start = 0
        for mark in self._marks.finditer(text):
            letters = (place for place, sign in enumerate(mark[0]) if sign.isalpha())
            end = mark.start() + next(letters, 0) + 1
            yield text[start:end]
            start = end
        yield text[start:]

    def _read(self, text: str) -> list[Token]:
        """The tokens that the server reads in a text; control texts are control tokens."""
        invented = bool(self._before)
        told = self._asked.tokens(_BETWEEN + text if invented else text)
        tokens = _spelt(told, self._spelling)
        if tokens is None:
            raise TokenizerError(f"{self.name} spells its tokens now so, now otherwise")
        return _behind(tokens, self._before + _BETWEEN.encode()) if invented else tokens


def _acquaint(endpoint: Endpoint, model: str, key: str | None) -> tuple[Asked, Spelling, bytes]:
    """The server as it wants to be asked, its spelling, and what it puts before each text."""
    faults: list[TokenizerError] = []
    until_s = time.monotonic() + _ACQUAINT_S
    for dialect in DIALECTS:
        asked = Asked(endpoint, model, key, dialect, until_s)
        try:
            told = asked.tokens(PROBE)
        except UnansweredError as fault:
            # It wouldn't answer in another dialect, either.
            faults.append(fault)
            break
        except TokenizerError as fault:
            faults.append(fault)
            continue
        for spelling in SPELLINGS:
            spelt = b"".join(token.spelt for token in _spelt(told, spelling) or ())
            before = spelt.removesuffix(PROBE.encode())
            if spelt and before in {b"", b" "}:
                return asked, spelling, before
        # Who answers knows more of what is wrong than who doesn't.
        faults.insert(0, TokenizerError(f"{endpoint.host} has tokens that don't spell the text"))
    raise faults[0]


def _spelt(told: list[Told], spelling: Spelling) -> list[Token] | None:
    tokens: list[Token] = []
    for number, word in told:
        spelt = word if isinstance(word, bytes) else spelt_bytes(word, spelling)
        if spelt is None:
            return None
        tokens.append(Token(number, spelt))
    return tokens


def _behind(tokens: list[Token], before: bytes) -> list[Token]:
    """The tokens behind those that spell `before`."""
    spelt = b""
    for place, token in enumerate(tokens):
        spelt += token.spelt
        if spelt == before:
            return tokens[place + 1 :]
    return tokens


def _batches(pieces: list[str]) -> Iterator[list[str]]:
    """The pieces, in groups of a size that a server takes."""
    batch: list[str] = []
    size = 0
    for piece in pieces:
        if batch and size + len(piece) > _MOST_CHARS:
            yield batch
            batch, size = [], 0
        batch.append(piece)
        size += len(piece)
    if batch:
        yield batch
