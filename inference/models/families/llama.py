"""Code Llama.

The form is from meta-llama/codellama (`llama/generation.py`, `infilling_prompt_tokens`), the
ids from the same and ggml-org/llama.cpp's converter, the sizes from Lightning-AI/litgpt. Its
first example prompt's ids are known (ggml-org/llama.cpp, issue 3503): 1 32007 822 ... 32008
13 ... 32009. SentencePiece puts a blank before the prefix, none before the suffix; a
prompt as ids has none at all, which the model sees where a window begins and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.models.chat import CODE_LLAMA
from inference.models.formats import Control, FimFormat, Wording
from inference.models.spec import ModelSpec, cache_bytes, fingerprint

if TYPE_CHECKING:
    from inference.models.formats import Slot

# With U+2581, as in the vocabulary: servers find control tokens in a text by that spelling.
_PRE, _SUF, _MID = (Control(f"▁<{part}>") for part in ("PRE", "SUF", "MID"))
# No form for other files was trained: they stand at the head of the prefix, each after a
# comment with its path.
_PATH_LINE: Wording = ("# {path}\n",)
_RESERVED = ("<s>", "</s>", "<unk>", "<PRE>", "<SUF>", "<MID>", "<EOT>", "<FILL_ME>")


def _form(name: str, layout: tuple[Slot | Control, ...]) -> FimFormat:
    return FimFormat(
        name,
        bos="<s>",
        eos="</s>",
        layout=layout,
        file=_PATH_LINE,
        header=_PATH_LINE,
        # Servers end at EOS by its id; as a text it is a tag of HTML.
        # Servers that send control tokens spell them as the vocabulary does.
        stops=("<EOT>", "<PRE>", "<SUF>", "<MID>", "▁<EOT>", "▁<PRE>", "▁<SUF>", "▁<MID>"),
        reserved=_RESERVED,
        header_alone=False,
    )


CODELLAMA = _form("codellama", (_PRE, "files", "header", "prefix", _SUF, "suffix", _MID))
CODELLAMA_PREFIX = _form("codellama-prefix", ("files", "header", "prefix"))
FORMATS: tuple[FimFormat, ...] = (CODELLAMA, CODELLAMA_PREFIX)

_IDS = (("<s>", 1), ("</s>", 2))
_INFILLING_IDS = (
    *_IDS,
    ("▁<PRE>", 32_007),
    ("▁<SUF>", 32_008),
    ("▁<MID>", 32_009),
    ("▁<EOT>", 32_010),
)


def _codellama(
    size: str, kind: str, parameters_b: float, *, hidden: int, layers: int, kv_heads: int
) -> ModelSpec:
    """7B and 13B fill in; 34B was trained without, and has a smaller vocabulary."""
    fills = size != "34b"
    name = f"CodeLlama-{size}" + ("-Instruct" if kind == "instruct" else "")
    return ModelSpec(
        name.lower(),
        CODELLAMA if fills else CODELLAMA_PREFIX,
        16_384,
        hub=(f"codellama/{name}-hf", f"meta-llama/{name}-hf"),
        token_ids=_INFILLING_IDS if fills else _IDS,
        licence="Llama 2 Community License (use-based restrictions, commercial use allowed)",
        use="actions" if kind == "instruct" else "completion",
        parameters_b=parameters_b,
        kv_bytes_per_token=cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=128),
        chat=CODE_LLAMA if kind == "instruct" else None,
        fingerprints=fingerprint(
            model_type="llama",
            vocab_size=32_016 if fills else 32_000,
            hidden_size=hidden,
            num_hidden_layers=layers,
        ),
        note="trained on 16K tokens of context, holds up to 100K"
        if fills
        else "trained without fill-in-the-middle: reads only what precedes the cursor",
    )


MODELS: tuple[ModelSpec, ...] = tuple(
    _codellama(size, kind, parameters_b, hidden=hidden, layers=layers, kv_heads=kv_heads)
    for size, parameters_b, hidden, layers, kv_heads in (
        ("7b", 6.74, 4096, 32, 32),
        ("13b", 13.0, 5120, 40, 40),
        ("34b", 33.7, 8192, 48, 8),
    )
    for kind in ("base", "instruct")
)
