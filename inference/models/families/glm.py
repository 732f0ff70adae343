"""CodeGeeX4, of the GLM family.

The form, other files included, is from THUDM/CodeGeeX4 (`guides/Infilling_guideline.md`),
which asks for the language's name and lets it be empty where unsure; the sizes from its
`candle_demo`. The tokenizer puts two tokens before everything. There is no fingerprint, as
the general GLM-4-9B has the same configuration.
"""

from __future__ import annotations

from inference.models.chat import GLM4
from inference.models.formats import Control, FimFormat, Plain
from inference.models.spec import ModelSpec, cache_bytes

_USER, _ASSISTANT = Control("<|user|>"), Control("<|assistant|>")
_PREFIX, _SUFFIX, _MIDDLE = (Control(f"<|code_{part}|>") for part in ("prefix", "suffix", "middle"))

CODEGEEX4 = FimFormat(
    "codegeex4",
    bos="[gMASK]<sop>",
    bos_tokens=("[gMASK]", "<sop>"),
    eos="<|endoftext|>",
    layout=(
        *(_USER, Plain("\n"), "files", "header"),
        *(_SUFFIX, "suffix", _PREFIX, "prefix", _MIDDLE),
        *(_ASSISTANT, Plain("\n")),
    ),
    file=("###REFERENCE:\n###PATH:{path}\n",),
    header=("###PATH:{path}\n###LANGUAGE:{language}\n###MODE:BLOCK\n",),
    stops=("<|user|>", "<|endoftext|>", "<|observation|>", "<|assistant|>", "<|code_suffix|>"),
    reserved=(
        "[MASK]",
        "[gMASK]",
        "[sMASK]",
        "<sop>",
        "<eop>",
        "<|endoftext|>",
        "<|system|>",
        "<|user|>",
        "<|assistant|>",
        "<|observation|>",
        "<|begin_of_",
        "<|end_of_",
        "<|code_",
    ),
)
FORMATS: tuple[FimFormat, ...] = (CODEGEEX4,)

MODELS: tuple[ModelSpec, ...] = (
    ModelSpec(
        "codegeex4-all-9b",
        CODEGEEX4,
        131_072,
        hub=("THUDM/codegeex4-all-9b",),
        licence="CodeGeeX4 License (free for research; commercial use after registration)",
        use="both",
        parameters_b=9.4,
        kv_bytes_per_token=cache_bytes(layers=40, kv_heads=2, head_dim=128),
        chat=GLM4,
        note="one model for chat and code, which fills in the middle, too",
    ),
)
