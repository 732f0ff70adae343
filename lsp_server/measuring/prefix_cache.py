"""How much of a prompt a model server must read that has read others before it.

A server such as vLLM keeps what it computed in blocks of tokens, and takes over those
that a new prompt begins with. Here they are kept without end: what is measured is the
prompts, not the memory of a machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from inference.tokens.estimate import EstimatingTokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

# What vLLM's blocks hold on a GPU.
BLOCK_TOKENS = 16
# Without a tokenizer, blocks are counted in characters.
_CHARS_PER_TOKEN = 3


@dataclass(slots=True)
class PrefixCache:
    """The blocks of every prompt read so far, each known by all that stands before it."""

    block: int = BLOCK_TOKENS
    _known: set[int] = field(default_factory=set[int])

    def read(self, ids: Sequence[int]) -> int:
        """How many ids must be read, one at least; their whole blocks are kept."""
        chain, fresh = 0, False
        n_kept = 0
        for start in range(0, len(ids) - self.block + 1, self.block):
            end = start + self.block
            chain = hash((chain, *ids[start:end]))
            fresh = fresh or chain not in self._known
            # The last token is always read, as what it predicts is what is wanted.
            if not fresh and end < len(ids):
                n_kept = end
            self._known.add(chain)
        return len(ids) - n_kept


@dataclass(slots=True)
class Reader:
    """A server that reads one prompt after the other, as `infill/context` shows them."""

    block: int = BLOCK_TOKENS
    _ids: PrefixCache = field(init=False)
    _text: PrefixCache = field(init=False)
    _estimate: EstimatingTokenizer = field(default_factory=EstimatingTokenizer)

    def __post_init__(self) -> None:
        """Ids and texts are cached apart."""
        self._ids = PrefixCache(self.block)
        self._text = PrefixCache(self.block * _CHARS_PER_TOKEN)

    def read(self, shown: dict[str, Any]) -> int:
        """Tokens of the prompt that aren't known from before; estimated where it has no ids."""
        ids: list[int] | None = shown["prompt_ids"]
        if ids is not None:
            return self._ids.read(ids)
        text: str = shown["prompt"]
        start = len(text) - self._text.read([*map(ord, text)])
        return _tokens_from(start, shown, self._estimate)


def shared(before: dict[str, Any], after: dict[str, Any]) -> tuple[int, int]:
    """How many tokens of `after` stand at the head of both, and how many `before` has more."""
    one, other = before["prompt_ids"], after["prompt_ids"]
    if one is not None and other is not None:
        same = _n_same(one, other)
        return same, len(one) - same
    estimate = EstimatingTokenizer()
    same = _n_same(before["prompt"], after["prompt"])
    n_head = after["tokens"] - _tokens_from(same, after, estimate)
    return n_head, _tokens_from(same, before, estimate)


def _tokens_from(start: int, shown: dict[str, Any], estimate: EstimatingTokenizer) -> int:
    """Tokens of a prompt's text from there on, where no tokenizer is at hand.

    Its share of all, as a sentinel is one token of them and many by its letters.
    """
    text: str = shown["prompt"]
    n_tokens: int = shown["tokens"]
    n_rest, n_whole = estimate.count(text[start:]), estimate.count(text)
    return min(n_rest, ceil(n_tokens * min(1, n_rest / max(1, n_whole)))) if start else n_tokens


def _n_same(one: Sequence[Any], other: Sequence[Any]) -> int:
    pairs = zip(one, other, strict=False)
    shorter = min(len(one), len(other))
    return next((place for place, (left, right) in enumerate(pairs) if left != right), shorter)
