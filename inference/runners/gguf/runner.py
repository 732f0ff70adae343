"""The runner: one model, the heads of a few prompts, and a question at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.errors import BackendError
from inference.runners.gguf.run import answer
from inference.runners.tape import prompt_of

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
        return prompt_of(
            ask,
            self.desk.native.encode,
            context_tokens=self.context_tokens,
            n_ids=self.desk.native.n_ids,
            remedy="leave `tokenizer` empty, as the file brings its own",
        )
