"""IBM's Granite: Code, 3.3 and 4.0.

Granite Code: arXiv 2405.04324 (table 2) and 2407.13739 (128K of context), its control tokens
those of the first StarCoder (`special_tokens_map.json` of
ibm-granite/granite-20b-code-instruct-accelerator), its form that of
`resources/ollama/granite3-code/template.txt` in ibm-granite/gguf, less the blanks.
Granite 3.3: ibm-granite/granite-3.3-language-models names fill-in-the-middle, and the pad
token of the tokenizer is `<fim_pad>` (`special_tokens_map.json` of granite-3.2-2b-instruct).
Granite 4.0: ibm-granite/granite-4.0-language-models ("Prompt engineering guide", "FIM for a
coding task"). None of the tokenizers puts a BOS token.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inference.models.chat import GRANITE, GRANITE_CODE
from inference.models.families.starcoder import STARCODER, STARCODER_IDS, like_starcoder
from inference.models.formats import Control, FimFormat, Plain
from inference.models.spec import ModelSpec, cache_bytes, fingerprint

if TYPE_CHECKING:
    from inference.models.chat import ChatFormat
    from inference.models.spec import Fingerprint

_ROLES = ("<|start_of_role|>", "<|end_of_role|>", "<|tool_call|>")
GRANITE_3_3 = like_starcoder("granite-3.3", "<|end_of_text|>", _ROLES)

_PREFIX, _SUFFIX, _MIDDLE = (Control(f"<|fim_{part}|>") for part in ("prefix", "suffix", "middle"))
# No form for other files is documented; as with Granite Code.
GRANITE_4 = replace(
    GRANITE_3_3,
    name="granite-4.0",
    layout=(_PREFIX, "files", "header", "prefix", _SUFFIX, "suffix", _MIDDLE),
    stops=(
        "<|end_of_text|>",
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "<|fim_middle|>",
        "<|fim_pad|>",
        "<|filename|>",
        "<|reponame|>",
    ),
    reserved=(
        "<|end_of_text|>",
        "<|fim_",
        "<|pad|>",
        "<|unk|>",
        "<|filename|>",
        "<|reponame|>",
        "<tool_call>",
        "</tool_call>",
        *_ROLES,
    ),
)
_START, _TURN, _END = (
    Control(f"<|{part}|>") for part in ("start_of_role", "end_of_role", "end_of_text")
)
# The guide shows instruct models the same within a user's turn; typed text then begins the
# assistant's answer.
GRANITE_4_CHAT = replace(
    GRANITE_4,
    name="granite-4.0-chat",
    layout=(
        *(_START, Plain("user"), _TURN, *GRANITE_4.layout, _END, Plain("\n")),
        *(_START, Plain("assistant"), _TURN),
    ),
)
FORMATS: tuple[FimFormat, ...] = (GRANITE_3_3, GRANITE_4, GRANITE_4_CHAT)

_LICENCE = "Apache-2.0"
_BASE_ONLY = "its makers document filling in for the base model"


def _chat(kind: str, form: ChatFormat) -> ChatFormat | None:
    return form if kind == "instruct" else None


def _code(
    size: str, kind: str, window: str, *, hidden: int, layers: int, kv_heads: int, head_dim: int
) -> ModelSpec:
    name = f"granite-{size}-code-{kind}-{window}"
    context = {"2k": 2_048, "4k": 4_096, "8k": 8_192, "128k": 128_000}[window]
    return ModelSpec(
        name,
        STARCODER,
        context,
        hub=(f"ibm-granite/{name}",),
        token_ids=STARCODER_IDS,
        licence=_LICENCE,
        use="actions" if kind == "instruct" else "completion",
        parameters_b={"3b": 3.5, "8b": 8.1, "20b": 20.1, "34b": 34.0}[size],
        kv_bytes_per_token=cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=head_dim),
        chat=_chat(kind, GRANITE_CODE),
        fingerprints=_code_fingerprint(size, context, hidden, layers),
        note=_BASE_ONLY if kind == "instruct" else "",
    )


def _code_fingerprint(size: str, context: int, hidden: int, layers: int) -> Fingerprint:
    """The small ones are built as Llama, the large ones as the first StarCoder."""
    if size in {"20b", "34b"}:
        return fingerprint(
            model_type="gpt_bigcode", vocab_size=49_152, n_embd=hidden, n_layer=layers
        )
    return fingerprint(
        model_type="llama",
        vocab_size=49_152,
        hidden_size=hidden,
        num_hidden_layers=layers,
        max_position_embeddings=context,
    )


def _granite_3_3(size: str, kind: str, parameters_b: float, *, head_dim: int) -> ModelSpec:
    name = f"granite-3.3-{size}-{kind}"
    return ModelSpec(
        name,
        GRANITE_3_3,
        131_072,
        hub=(f"ibm-granite/{name}",),
        licence=_LICENCE,
        use="both" if kind == "instruct" else "completion",
        parameters_b=parameters_b,
        kv_bytes_per_token=cache_bytes(layers=40, kv_heads=8, head_dim=head_dim),
        chat=_chat(kind, GRANITE),
        note="a general model that can fill in the middle",
    )


def _granite_4(
    size: str, kind: str, parameters_b: float, active_b: float = 0.0, note: str = ""
) -> ModelSpec:
    """What its cache takes isn't said: most layers of the hybrid ones keep a fixed state."""
    name = f"granite-4.0-{size}" + ("-base" if kind == "base" else "")
    return ModelSpec(
        name,
        GRANITE_4_CHAT if kind == "instruct" else GRANITE_4,
        131_072,
        hub=(f"ibm-granite/{name}",),
        token_ids=(("<|end_of_text|>", 100_257),),
        licence=_LICENCE,
        use="both" if kind == "instruct" else "completion",
        parameters_b=parameters_b,
        active_b=active_b,
        chat=_chat(kind, GRANITE),
        note=note or "a general model that can fill in the middle",
    )


_HYBRID = "a general model that can fill in the middle; most layers keep a state of fixed size"

MODELS: tuple[ModelSpec, ...] = (
    *(
        _code(size, kind, window, hidden=hidden, layers=layers, kv_heads=heads, head_dim=head_dim)
        for size, windows, hidden, layers, heads, head_dim in (
            ("3b", ("2k", "128k"), 2560, 32, 32, 80),
            ("8b", ("4k", "128k"), 4096, 36, 8, 128),
            ("20b", ("8k",), 6144, 52, 1, 128),
            ("34b", ("8k",), 6144, 88, 1, 128),
        )
        for window in windows
        for kind in ("base", "instruct")
    ),
    *(
        _granite_3_3(size, kind, parameters_b, head_dim=head_dim)
        for size, parameters_b, head_dim in (("2b", 2.5, 64), ("8b", 8.2, 128))
        for kind in ("base", "instruct")
    ),
    *(
        _granite_4(size, kind, parameters_b, active_b, note)
        for size, parameters_b, active_b, note in (
            ("micro", 3.4, 0.0, ""),
            ("8b", 8.0, 0.0, ""),
            ("h-micro", 3.2, 0.0, _HYBRID),
            ("h-tiny", 7.0, 1.0, _HYBRID),
            ("h-small", 32.0, 9.0, _HYBRID),
        )
        for kind in ("base", "instruct")
    ),
)
