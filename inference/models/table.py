"""The table of models and formats: every family's, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.models.families import (
    deepseek,
    gemma,
    glm,
    granite,
    llama,
    mellum,
    mistral,
    qwen,
    seed,
    starcoder,
)

if TYPE_CHECKING:
    from inference.models.formats import FimFormat
    from inference.models.spec import ModelSpec

# In the order in which users see them.
_FAMILIES = (
    *(deepseek, qwen, starcoder, granite, llama),
    *(mistral, gemma, glm, seed, mellum),
)

FORMATS: dict[str, FimFormat] = {form.name: form for one in _FAMILIES for form in one.FORMATS}
MODELS: tuple[ModelSpec, ...] = tuple(spec for one in _FAMILIES for spec in one.MODELS)
