"""What was read of prompts, row by row, so that a prompt that goes on from one reads the rest.

The library gives each row memory for a whole context from the start. A prompt goes on in
the row that it has most in common with; where another prompt's end would be lost by
that, in a copy of it, which takes the place of the row that was used longest ago.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from inference.runners.tape import Tape, common_length

if TYPE_CHECKING:
    import numpy.typing as npt

    Ids = npt.NDArray[np.int32]

# Losing so much of another prompt to go on from its beginning is cheaper than a copy.
_WORTH_A_COPY = 64


class Memory(Protocol):
    """Where the library keeps what was read."""

    def crop(self, sequence: int, length: int) -> bool:
        """Keep the first so many tokens; false where such a model can't, and nothing is kept."""
        ...

    def copy(self, source: int, target: int) -> None:
        """Make one sequence what another is."""
        ...


@dataclass(eq=False, slots=True)
class Row:
    """What the model has read in one row.

    Attributes:
        number: the library's for it.
        tape: the tokens that are read.
        n_prompt: how many of them were a prompt's; the rest are an answer's.
        used: when it was used last, by the count of prompts.
    """

    number: int
    tape: Tape
    n_prompt: int = 0
    used: int = 0


class Rows:
    """As many rows as there is memory for.

    Args:
        memory: where they are kept.
        n_rows: one at least.
    """

    def __init__(self, memory: Memory, n_rows: int) -> None:
        self._memory = memory
        self._rows = [Row(number, Tape(np.empty(0, np.int32))) for number in range(n_rows)]
        self._count = 0

    def take(self, prompt: Ids) -> Row:
        """A row that holds what is read of this prompt already, and nothing else.

        The last token is never part of it, as nothing could follow from what isn't read.
        """
        lengths = [min(common_length(row.tape.ids, prompt), len(prompt) - 1) for row in self._rows]
        source = max(self._rows, key=lambda row: (lengths[row.number], row.used))
        n_common = lengths[source.number]
        row = self._row_for(source, n_common)
        if not self._memory.crop(row.number, n_common):
            n_common = 0
        row.tape.crop(n_common)
        row.n_prompt = min(row.n_prompt, n_common)
        self._count += 1
        row.used = self._count
        return row

    def clear(self) -> None:
        """Forget all that was read."""
        for row in self._rows:
            self._memory.crop(row.number, 0)
            row.tape.crop(0)
            row.n_prompt = 0

    def _row_for(self, source: Row, n_common: int) -> Row:
        """Where the prompt goes on: there, or in the row that is missed least."""
        lost = source.n_prompt - n_common
        oldest = min(self._rows, key=lambda row: row.used)
        if lost <= _WORTH_A_COPY or oldest is source:
            return source
        if n_common:
            self._memory.copy(source.number, oldest.number)
            oldest.tape = Tape(source.tape.ids)
        return oldest
