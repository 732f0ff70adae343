"""CodeGemma.

Sentinels are from its card and its makers' page on prompts, how files follow each other from
its report (arXiv 2406.11409, figure 2: path, sentinel, text; a separator between), the
ids from ggml-org/llama.cpp's converter, the sizes from Lightning-AI/litgpt and the card.
The tokenizer puts `<bos>`. There is no fingerprint, as the general Gemma of each size
has the same configuration.
"""

from __future__ import annotations

from dataclasses import replace

from inference.models.chat import GEMMA
from inference.models.formats import Control, FimFormat, Wording
from inference.models.spec import ModelSpec, cache_bytes

_PREFIX, _SUFFIX, _MIDDLE = (Control(f"<|fim_{part}|>") for part in ("prefix", "suffix", "middle"))
# The separator also precedes the first file, as llama.cpp has it: a wording has no end.
_FILE: Wording = (Control("<|file_separator|>"), "{path}\n")
_FIM_STOPS = ("<|file_separator|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")

CODEGEMMA = FimFormat(
    "codegemma",
    bos="<bos>",
    eos="<eos>",
    layout=("files", "header", _PREFIX, "prefix", _SUFFIX, "suffix", _MIDDLE),
    file=_FILE,
    header=_FILE,
    stops=("<|file_separator|>", "<eos>", *_FIM_STOPS[1:], "<end_of_turn>"),
    reserved=(
        "<pad>",
        "<eos>",
        "<bos>",
        "<unk>",
        "<mask>",
        "<2mass>",
        "[@BOS@]",
        "<unused",
        "<start_of_turn>",
        "<end_of_turn>",
        "<|fim_",
        "<|file_separator|>",
    ),
    header_alone=False,
)
CODEGEMMA_PREFIX = replace(CODEGEMMA, name="codegemma-prefix", layout=("files", "header", "prefix"))
FORMATS: tuple[FimFormat, ...] = (CODEGEMMA, CODEGEMMA_PREFIX)

_LICENCE = "Gemma Terms of Use (use-based restrictions, commercial use allowed)"
_IDS = (
    ("<eos>", 1),
    ("<bos>", 2),
    ("<|fim_prefix|>", 67),
    ("<|fim_middle|>", 68),
    ("<|fim_suffix|>", 69),
    ("<|file_separator|>", 70),
    ("<end_of_turn>", 107),
)


def _codegemma(name: str, parameters_b: float, *, layers: int, kv_heads: int) -> ModelSpec:
    is_chat = name.endswith("-it")
    return ModelSpec(
        name,
        CODEGEMMA_PREFIX if is_chat else CODEGEMMA,
        8_192,
        hub=(f"google/{name}",),
        token_ids=_IDS,
        licence=_LICENCE,
        use="actions" if is_chat else "completion",
        parameters_b=parameters_b,
        kv_bytes_per_token=cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=256),
        chat=GEMMA if is_chat else None,
        note="its card names no filling in: reads only what precedes the cursor" if is_chat else "",
    )


MODELS: tuple[ModelSpec, ...] = (
    _codegemma("codegemma-2b", 2.5, layers=18, kv_heads=1),
    _codegemma("codegemma-1.1-2b", 2.5, layers=18, kv_heads=1),
    _codegemma("codegemma-7b", 8.5, layers=28, kv_heads=16),
    _codegemma("codegemma-7b-it", 8.5, layers=28, kv_heads=16),
    _codegemma("codegemma-1.1-7b-it", 8.5, layers=28, kv_heads=16),
)
