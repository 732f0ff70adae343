"""The runner: one model, the heads of a few prompts, and a question at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.errors import BackendError
from inference.runners.gguf.run import answer

if TYPE_CHECKING:
    from collections.abc import Generator

    from inference.runners.gguf.native import Ids
    from inference.runners.gguf.rows import Rows
    from inference.runners.gguf.run import Desk
    from inference.runners.runner import Ask, Step


@dataclass(slots=True)
class GgufRunner:
    """As `inference.runners.runner.Runner`.

    Attributes:
        context_tokens: what prompt and completion may take together.
    """

    desk: Desk
    rows: Rows
    context_tokens: int

    def run(self, ask: Ask, /) -> Generator[Step]:
        """The answer, step by step; what was read stays for the next prompt.

        Raises:
            BackendError: cause "context": the prompt doesn't fit; "tokenizer": it has ids
                that the model hasn't; "memory"; "numbers".
        """
        prompt = self._prompt(ask)
        n_most = min(ask.max_new_tokens, self.context_tokens - len(prompt))
        row = self.rows.take(prompt)
        try:
            yield from answer(self.desk, row, prompt, ask, n_most)
        except BackendError as error:
            if error.cause == "memory":
                self.rows.clear()
            # What was half read is forgotten; the row is again what its tape tells.
            elif not self.desk.native.crop(row.number, len(row.tape)):
                row.tape.crop(0)
            raise

    def close(self) -> None:
        """Give back memory and devices."""
        self.desk.native.close()

    def _prompt(self, ask: Ask) -> Ids:
        ids = ask.token_ids
        if ids is None:
            ids = tuple(self.desk.native.encode(ask.text))
        n_wanted = len(ids) + min(1, ask.max_new_tokens)
        if not ids or n_wanted > self.context_tokens:
            raise BackendError(
                f"the prompt has {len(ids):,} tokens, and this model takes 1 to "
                f"{self.context_tokens - 1:,} here; lower `context.budget_tokens` or raise "
                "`local.context_tokens`",
                cause="context",
            )
        highest = max(ids)
        if highest >= self.desk.native.n_ids or min(ids) < 0:
            raise BackendError(
                f"the prompt has a token {highest:,}, and the model knows "
                f"{self.desk.native.n_ids:,}: it was made with another model's tokenizer; leave "
                "`tokenizer` empty, as the file brings its own",
                cause="tokenizer",
            )
        return np.array(ids, dtype=np.int32)
