"""The runner: one model, its heads, and a question at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.runners.safetensors.faults import free_memory, is_short_of_memory, running_fault
from inference.runners.safetensors.loop import answer
from inference.runners.tape import prompt_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from inference.runners.runner import Ask, Step
    from inference.runners.safetensors.heads import Heads
    from inference.runners.safetensors.loop import Desk
    from inference.runners.tape import Ids


@dataclass(slots=True)
class SafetensorsRunner:
    """As `inference.runners.runner.Runner`.

    Attributes:
        context_tokens: what prompt and completion may take together.
        n_ids: how many rows the model's table of tokens has.
    """

    desk: Desk
    heads: Heads
    context_tokens: int
    n_ids: int

    def run(self, ask: Ask, /) -> Generator[Step]:
        """The answer, step by step; what was read stays for the next prompt.

        Raises:
            BackendError: cause "context": the prompt doesn't fit; "tokenizer": it has ids
                that the model hasn't; "memory", "numbers": see there; "failed".
        """
        prompt = self._prompt(ask)
        n_most = min(ask.max_new_tokens, self.context_tokens - len(prompt))
        head = None
        try:
            head = self.heads.take(prompt)
            yield from answer(self.desk, head, prompt, ask, n_most)
        except GeneratorExit:
            if head is not None:
                self.heads.keep(head)
            raise
        except (RuntimeError, MemoryError) as error:
            # What is left of the head is no whole one.
            head = None
            if is_short_of_memory(error):
                self.heads.clear()
            raise running_fault(error, len(prompt)) from None
        self.heads.keep(head)

    def close(self) -> None:
        """Give back memory and devices."""
        self.heads.clear()
        self.desk.model.close()
        free_memory()

    def _prompt(self, ask: Ask) -> Ids:
        return prompt_of(
            ask,
            self.desk.vocabulary.encode,
            context_tokens=self.context_tokens,
            n_ids=self.n_ids,
            remedy="set `tokenizer` to the one that lies with the weights",
        )
