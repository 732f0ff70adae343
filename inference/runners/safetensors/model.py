"""The model as the loop sees it: ids go in, logits of the last of them come out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from inference.runners.safetensors.buffers import Buffers

if TYPE_CHECKING:
    from inference.runners.safetensors.heads import Head
    from inference.runners.tape import Ids


@dataclass(slots=True)
class Model:
    """A causal language model of transformers', ready to run.

    Every call holds the thread for one forward pass, and afterwards the head has read the ids.
    """

    network: Any
    device: Any

    def new_cache(self) -> Buffers:
        """An empty cache for it."""
        return Buffers(self.network.config)

    def read(self, head: Head, ids: Ids) -> None:
        """Read them, for those that follow: the vocabulary's logits aren't computed."""
        torch: Any = import_module("torch")
        with torch.inference_mode():
            out = self.network.base_model(
                input_ids=self._tensor(ids), past_key_values=head.cache.past, use_cache=True
            )
            # Devices work off a queue: who measures or cancels wants to know when it is done.
            out.last_hidden_state[0, -1, 0].item()
        head.tape.extend(ids)

    def logits(self, head: Head, ids: Ids, n_last: int) -> Any:
        """Read them, and the logits after each of the last ones: `[n_last, vocabulary]`, float."""
        torch: Any = import_module("torch")
        with torch.inference_mode():
            out = self.network(
                input_ids=self._tensor(ids),
                past_key_values=head.cache.past,
                use_cache=True,
                logits_to_keep=n_last,
            )
            rows = out.logits[0, -n_last:].float()
        head.tape.extend(ids)
        return rows

    def crop(self, head: Head, length: int) -> None:
        """Have it read no more than so many ids."""
        torch: Any = import_module("torch")
        with torch.inference_mode():
            head.cache.crop(length)
        head.tape.crop(length)

    def close(self) -> None:
        """Let go of the weights."""
        self.network = None

    def _tensor(self, ids: Ids) -> Any:
        torch: Any = import_module("torch")
        return torch.as_tensor(ids.tolist(), dtype=torch.long, device=self.device)[None]
