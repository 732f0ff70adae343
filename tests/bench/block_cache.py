"""A prefix cache in blocks of tokens, counted as vLLM's engine keeps it.

What of a prompt needn't be computed is its longest run of full blocks, from the first
token on, that some earlier prompt had at the same place after the same tokens. The
last token is always computed, and a cached stretch ends at a block's border: of a
prompt that was there before, word for word, its last block is computed again
(`get_computed_blocks` in vLLM's `v1/core/kv_cache_manager.py`).
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(slots=True)
class BlockCache:
    """What a server still knows of the prompts that it was sent.

    Attributes:
        block_tokens: 16 is vLLM's default on GPUs, 32 the recipe's on CPUs, 64 FlashMLA's.
        capacity_tokens: what a small machine has room for; None for no end. The block
            longest unused goes first, of one prompt the last one first.
        queried: tokens of all prompts so far.
        hit: how many of these needn't be computed.
    """

    block_tokens: int
    capacity_tokens: int | None = None
    queried: int = 0
    hit: int = 0
    _known: OrderedDict[int, None] = field(default_factory=OrderedDict[int, None])

    def prefill(self, ids: Sequence[int]) -> int:
        """How many of these tokens must be computed; from then on they are known."""
        blocks = list(chains(ids, self.block_tokens))
        cached = self._run(blocks[: (len(ids) - 1) // self.block_tokens]) * self.block_tokens
        self._take_up(blocks)
        self.queried += len(ids)
        self.hit += cached
        return len(ids) - cached

    def _run(self, blocks: list[int]) -> int:
        known = self._known
        return next((at for at, block in enumerate(blocks) if block not in known), len(blocks))

    def _take_up(self, blocks: list[int]) -> None:
        if self.capacity_tokens is None:
            self._known.update(dict.fromkeys(blocks))
            return
        for block in reversed(blocks):
            self._known[block] = None
            self._known.move_to_end(block)
        while len(self._known) * self.block_tokens > self.capacity_tokens:
            self._known.popitem(last=False)


def chains(ids: Sequence[int], block_tokens: int) -> Iterator[int]:
    """A number for each full block, of its tokens and all before them."""
    chain, packed = 0, array("i", ids)
    for start in range(0, len(packed) - block_tokens + 1, block_tokens):
        chain = hash((chain, packed[start : start + block_tokens].tobytes()))
        yield chain
