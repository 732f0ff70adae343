"""The table of models, as data.

Context lengths, ids and licences as published by the models' makers: the model
cards and `config.json` and `tokenizer.json` of `deepseek-ai` on the hub.
"""

from __future__ import annotations

from inference.models.formats import FORMATS
from inference.models.spec import ModelSpec

_LICENCE = "DeepSeek Model License (use-based restrictions, commercial use allowed)"
# What the maker states; 163,840 positions are configured, but 128K are what it was extended to.
_V2_CONTEXT = 131_072
_V1_CONTEXT = 16_384


def _ids(format_name: str, first: int) -> tuple[tuple[str, int], ...]:
    """BOS, EOS, hole, begin and end stand one after the other in both vocabularies."""
    form = FORMATS[format_name]
    begin, hole, end = (mark.text for mark in FORMATS["deepseek-v2"].marks)
    marks = (form.bos, form.eos, hole, begin, end)
    return tuple((mark, first + place) for place, mark in enumerate(marks))


def _v1(size: str, kind: str) -> ModelSpec:
    name = f"deepseek-coder-{size}-{kind}"
    return ModelSpec(
        name,
        "deepseek-v1",
        _V1_CONTEXT,
        aliases=(f"deepseek-ai/{name}",),
        token_ids=_ids("deepseek-v1", 32_013),
        licence=_LICENCE,
        note="answers chat, too; the base model completes better" if kind == "instruct" else "",
    )


def _v2(title: str, format_name: str, note: str) -> ModelSpec:
    return ModelSpec(
        title.lower(),
        format_name,
        _V2_CONTEXT,
        aliases=(f"deepseek-ai/{title}",),
        token_ids=_ids(format_name, 100_000),
        licence=_LICENCE,
        note=note,
    )


_NO_FIM = "236B parameters, trained without fill-in-the-middle: reads only what precedes the cursor"

MODELS: tuple[ModelSpec, ...] = (
    _v2("DeepSeek-Coder-V2-Lite-Base", "deepseek-v2", "the default: 16B parameters, 2.4B active"),
    _v2(
        "DeepSeek-Coder-V2-Lite-Instruct", "deepseek-v2", "for code actions; base completes better"
    ),
    _v2("DeepSeek-Coder-V2-Base", "deepseek-v2-prefix", _NO_FIM),
    _v2("DeepSeek-Coder-V2-Instruct", "deepseek-v2-prefix", _NO_FIM),
    *(_v1(size, kind) for size in ("1.3b", "6.7b", "33b") for kind in ("base", "instruct")),
)
