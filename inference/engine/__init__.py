"""Which vLLM server a model wants on given GPUs: the command, why it is so, or why there is none.

Pure: what the machine is and what the model's files say comes in, a command line goes out.
Flags are those of vLLM 0.32; a test hands every command to its own parser.
"""

from __future__ import annotations

from inference.engine.processor import recommend_processor
from inference.engine.recommend import endpoint_of, recommend
from inference.engine.shape import Shape, shape_of
from inference.engine.values import Layout, Recommendation, Wish

__all__ = [
    "Layout",
    "Recommendation",
    "Shape",
    "Wish",
    "endpoint_of",
    "recommend",
    "recommend_processor",
    "shape_of",
]
