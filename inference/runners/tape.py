"""Ids of prompts and answers as arrays: grown at the end, compared from the beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

    from inference.runners.runner import Ask

    Ids = npt.NDArray[np.int32]


class Tape:
    """Ids that grow at the end, in one array."""

    def __init__(self, ids: Ids) -> None:
        self._room = np.array(ids, dtype=np.int32)
        self._length = len(ids)

    def __len__(self) -> int:
        return self._length

    @property
    def ids(self) -> Ids:
        """All of them."""
        return self._room[: self._length]

    def extend(self, ids: Ids | list[int]) -> None:
        """Put these at the end."""
        wanted = self._length + len(ids)
        if wanted > len(self._room):
            room = np.empty(wanted + 512, dtype=np.int32)
            room[: self._length] = self.ids
            self._room = room
        self._room[self._length : wanted] = ids
        self._length = wanted

    def crop(self, length: int) -> None:
        """Keep that many."""
        self._length = min(length, self._length)


def common_length(one: Ids, other: Ids) -> int:
    """How many ids both begin with."""
    n_both = min(len(one), len(other))
    differ = np.flatnonzero(one[:n_both] != other[:n_both])
    return int(differ[0]) if len(differ) else n_both


def prompt_of(
    ask: Ask,
    encode: Callable[[str], Iterable[int]],
    *,
    context_tokens: int,
    n_ids: int,
    remedy: str,
) -> Ids:
    """The prompt's ids, BOS included, where the model can read them all.

    Args:
        ask: whose ids are taken, or whose text where it has none.
        encode: a text to ids.
        context_tokens: what prompt and completion may take together.
        n_ids: how many tokens the model knows.
        remedy: what to do where it was made with another model's tokenizer.

    Raises:
        BackendError: cause "context": it doesn't fit; "tokenizer": the model doesn't
            know one of its ids.
    """
    ids = tuple(encode(ask.text)) if ask.token_ids is None else ask.token_ids
    n_wanted = len(ids) + min(1, ask.max_new_tokens)
    if not ids or n_wanted > context_tokens:
        raise BackendError(
            f"the prompt has {len(ids):,} tokens, and this model takes 1 to "
            f"{context_tokens - 1:,} here; lower `context.budget_tokens` or raise "
            "`local.context_tokens`",
            cause="context",
        )
    highest = max(ids)
    if highest >= n_ids or min(ids) < 0:
        raise BackendError(
            f"the prompt has a token {highest:,}, and the model knows {n_ids:,}: it was made "
            f"with another model's tokenizer; {remedy}",
            cause="tokenizer",
        )
    return np.array(ids, dtype=np.int32)
