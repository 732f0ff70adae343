"""How tokens are drafted ahead: read off what was seen before, and checked by the model at once.

Which of vLLM's ways, and why, from its sources (read, not measured on a GPU):

- `ngram_gpu` looks the last tokens up in the prompt, on the GPU, so that the next step is
  prepared while this one runs (asynchronous scheduling). A middle repeats names of its
  prompt, which is what it finds.
- `ngram` does so on the processor, and `suffix` in a tree of former answers, too (with the
  package `arctic-inference`); with both, steps are prepared one after the other, and
  `suffix` keeps to the older of vLLM's two ways to run a model.

A draft costs what checking it costs. With a dense model that is next to nothing, as its
weights are read once for all. In a mixture each token calls experts of its own, so that few
are drafted there, and only after a longer match.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.engine.shape import Shape
    from inference.engine.values import Layout, Wish
    from inference.machine.values import Gpu

_DENSE = {"num_speculative_tokens": 5, "prompt_lookup_min": 3, "prompt_lookup_max": 5}
_SPARSE = {"num_speculative_tokens": 3, "prompt_lookup_min": 4, "prompt_lookup_max": 6}
_SUFFIX = {"num_speculative_tokens": 8}


def config_of(shape: Shape, gpu: Gpu, layout: Layout, wish: Wish) -> str:
    """The value of `--speculative-config`; empty where nothing is drafted."""
    method = _method(gpu, layout) if wish.drafts == "auto" else wish.drafts
    if method == "off":
        return ""
    looked_up = _SPARSE if shape.sparse else _DENSE
    return json.dumps({"method": method, **(_SUFFIX if method == "suffix" else looked_up)})


def _method(gpu: Gpu, layout: Layout) -> str:
    """Nothing on AMD's GPUs and over several machines, where nobody has tried it."""
    return "ngram_gpu" if gpu.vendor == "nvidia" and layout.pipeline == 1 else "off"
