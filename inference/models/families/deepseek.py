"""DeepSeek: Coder V1, Coder V2 and V2.5, and the names that its maker hosts.

The sentinels hold U+FF5C and U+2581, not `|` and `_`; look-alikes are read as
plain text by the model and give nonsense. They are as published with
DeepSeek-Coder (README, "Code Insertion"), with DeepSeek-V2.5 (card, "FIM
completion") and in their tokenizers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inference.models.chat import DEEPSEEK_V1, DEEPSEEK_V2, DEEPSEEK_V2_5
from inference.models.formats import Control, FimFormat, Slot, Wording
from inference.models.spec import (
    Fingerprint,
    ModelSpec,
    cache_bytes,
    fingerprint,
    latent_cache_bytes,
)
from inference.types import Sampling

if TYPE_CHECKING:
    from inference.models.chat import ChatFormat
    from inference.models.spec import Use

_BOS = "<｜begin▁of▁sentence｜>"  # noqa: RUF001 - the model's own spelling
_EOS = "<｜end▁of▁sentence｜>"  # noqa: RUF001
_BEGIN = "<｜fim▁begin｜>"  # noqa: RUF001
_HOLE = "<｜fim▁hole｜>"  # noqa: RUF001
_END = "<｜fim▁end｜>"  # noqa: RUF001

_STOPS = (_EOS, _BEGIN, _HOLE, _END, "<|EOT|>")
_V1_RESERVED = (_BOS, *_STOPS, "<pad>", "<|User|>", "<|Assistant|>")
_V2_RESERVED = (
    _BOS,
    *_STOPS,
    "<｜completion｜>",  # noqa: RUF001
    "<｜User｜>",  # noqa: RUF001
    "<｜Assistant｜>",  # noqa: RUF001
    "<｜tool▁",  # noqa: RUF001 - the beginning of nine control tokens
)

# DeepSeek-Coder was trained on whole repositories joined in dependency order, each file
# after a comment with its path (arXiv 2401.14196, section 2.3), so that cross-file text
# belongs inside of the prefix, and a lone file has its header, too. A document of
# its training was such a joined text, and holes were made in documents (sections 2.3 and 3.1),
# so that files may follow the suffix as well.
_IN_PREFIX: tuple[Slot | Control, ...] = (
    Control(_BEGIN),
    "files",
    "header",
    "prefix",
    Control(_HOLE),
    "suffix",
    Control(_END),
)
_PREFIX_ONLY: tuple[Slot | Control, ...] = ("files", "header", "prefix")
_PATH_LINE: Wording = ("#{path}\n",)


def _deepseek(
    name: str, layout: tuple[Slot | Control, ...], reserved: tuple[str, ...]
) -> FimFormat:
    is_fim = "suffix" in layout
    words = (_PATH_LINE, _PATH_LINE)
    return FimFormat(name, _BOS, _EOS, layout, *words, _STOPS, reserved, files_behind=is_fim)


V1 = _deepseek("deepseek-v1", _IN_PREFIX, _V1_RESERVED)
V2 = _deepseek("deepseek-v2", _IN_PREFIX, _V2_RESERVED)
V2_PREFIX = _deepseek("deepseek-v2-prefix", _PREFIX_ONLY, _V2_RESERVED)
# The maker's own service takes prefix and suffix apart (its page "FIM Completion (Beta)") and
# puts BOS and three sentinels itself. What its tokenizer makes of a sentinel in somebody's
# source is not published, so none is sent.
HOSTED = replace(
    V2_PREFIX,
    name="deepseek-hosted",
    bos="",
    eos="",
    stops=(),
    suffix_apart=True,
    added_tokens=4,
)
FORMATS: tuple[FimFormat, ...] = (V1, V2, V2_PREFIX, HOSTED)

# LICENSE-MODEL of the repositories deepseek-ai/DeepSeek-Coder, -Coder-V2 and -V2.
_LICENCE = "DeepSeek Model License (use-based restrictions, commercial use allowed)"


# `generation_config.json` of DeepSeek-V2-Chat, DeepSeek-V2.5 and the V2 Instruct models; the
# example for vLLM in the README of DeepSeek-Coder-V2 has the same temperature.
_V2_SAMPLING = Sampling(0.3, 0.95)
# README of DeepSeek-Coder, "Chat Model Inference": `do_sample=False`.
_V1_SAMPLING = Sampling(0.0)
# https://api-docs.deepseek.com/quick_start/parameter_settings: 0.0 for coding.
_CODING = Sampling(0.0)


def _ids(form: FimFormat, first: int) -> tuple[tuple[str, int], ...]:
    """BOS, EOS, hole, begin and end stand one after the other in both vocabularies."""
    marks = (form.bos, form.eos, _HOLE, _BEGIN, _END)
    return tuple((mark, first + place) for place, mark in enumerate(marks))


def _v1(
    size: str,
    kind: str,
    parameters_b: float,
    *,
    hidden: int,
    layers: int,
    kv_heads: int,
    head_dim: int = 128,
) -> ModelSpec:
    """DeepSeek-Coder, arXiv 2401.14196, table 2, and `config.json` of each.

    The parameters follow from these figures. An instruct model ends its turns with
    another token, which its `config.json` names.
    """
    name = f"deepseek-coder-{size}-{kind}"
    is_base = kind == "base"
    return ModelSpec(
        name,
        V1,
        16_384,
        hub=(f"deepseek-ai/{name}",),
        token_ids=_ids(V1, 32_013),
        licence=_LICENCE,
        use="completion" if is_base else "actions",
        parameters_b=parameters_b,
        kv_bytes_per_token=cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=head_dim),
        chat=None if is_base else DEEPSEEK_V1,
        chat_sampling=None if is_base else _V1_SAMPLING,
        fingerprints=fingerprint(
            model_type="llama",
            vocab_size=32_256,
            hidden_size=hidden,
            num_hidden_layers=layers,
            num_key_value_heads=kv_heads,
            eos_token_id=32_014 if is_base else 32_021,
        ),
        note="" if is_base else "completes, too; the base model does it better",
    )


# DeepSeek-Coder-V2, arXiv 2406.11931, and `config.json` of each. 128K is what the maker states;
# the configuration's 163,840 positions are those of its rotary scaling. The general models have
# the same configuration: a folder that isn't called by its whole name may be of either.
def _v2(
    title: str,
    form: FimFormat,
    use: Use,
    *,
    chat: ChatFormat | None = None,
    is_lite: bool = False,
    is_general: bool = False,
    note: str = "",
) -> ModelSpec:
    layers = 27 if is_lite else 60
    return ModelSpec(
        title.lower(),
        form,
        32_768 if is_lite and is_general else 131_072,
        hub=(f"deepseek-ai/{title}",),
        token_ids=_ids(form, 100_000),
        licence=_LICENCE,
        use=use,
        parameters_b=15.7 if is_lite else 235.7,
        active_b=2.4 if is_lite else 21.0,
        kv_bytes_per_token=latent_cache_bytes(layers=layers, kv_lora_rank=512, rope_dim=64),
        chat=chat,
        chat_sampling=_V2_SAMPLING if chat else None,
        fingerprints=_v2_fingerprint(layers, 2048 if is_lite else 5120),
        note=note,
    )


def _v2_fingerprint(layers: int, hidden: int) -> Fingerprint:
    return fingerprint(
        model_type="deepseek_v2",
        vocab_size=102_400,
        hidden_size=hidden,
        num_hidden_layers=layers,
        n_routed_experts=64 if layers == 27 else 160,  # noqa: PLR2004 - Lite has 27
        kv_lora_rank=512,
    )


def _general(title: str, *, chat: ChatFormat | None = None) -> ModelSpec:
    """deepseek-ai/DeepSeek-V2, README, which has no word of filling in."""
    return _v2(
        title,
        V2_PREFIX,
        "actions" if chat else "completion",
        chat=chat,
        is_lite="Lite" in title,
        is_general=True,
        note="a general model, not for code alone; reads only what precedes the cursor",
    )


def _hosted(
    name: str, use: Use, note: str, *, context: int = 1_000_000, aliases: tuple[str, ...] = ()
) -> ModelSpec:
    """A name of https://api.deepseek.com, as its page "Models & Pricing" lists it."""
    return ModelSpec(
        name,
        HOSTED,
        context,
        aliases=aliases,
        use=use,
        note=note,
        chat_sampling=_CODING,
    )


_NO_FIM = "trained without fill-in-the-middle: reads only what precedes the cursor"
_MERGED = "one model for chat and code, which fills in the middle, too"
_HOSTED = "hosted by its maker, whose beta fills in the middle"
_RETIRED = "hosted by its maker until July 2026; some gateways still know the name"

MODELS: tuple[ModelSpec, ...] = (
    _v2("DeepSeek-Coder-V2-Lite-Base", V2, "completion", is_lite=True, note="the default"),
    _v2(
        "DeepSeek-Coder-V2-Lite-Instruct",
        V2,
        "both",
        chat=DEEPSEEK_V2,
        is_lite=True,
        note="the base model completes better",
    ),
    _v2("DeepSeek-Coder-V2-Base", V2_PREFIX, "completion", note=_NO_FIM),
    _v2("DeepSeek-Coder-V2-Instruct", V2_PREFIX, "actions", chat=DEEPSEEK_V2, note=_NO_FIM),
    # Their cards have a section "FIM completion" with the sentinels as they are in V2.
    _v2("DeepSeek-V2.5", V2, "both", chat=DEEPSEEK_V2_5, note=_MERGED),
    _v2("DeepSeek-V2.5-1210", V2, "both", chat=DEEPSEEK_V2_5, note=_MERGED),
    *(_general(title) for title in ("DeepSeek-V2-Lite", "DeepSeek-V2")),
    *(_general(title, chat=DEEPSEEK_V2) for title in ("DeepSeek-V2-Lite-Chat", "DeepSeek-V2-Chat")),
    *(
        _v1(size, kind, parameters_b, hidden=hidden, layers=layers, kv_heads=kv_heads)
        for size, parameters_b, hidden, layers, kv_heads in (
            ("1.3b", 1.35, 2048, 24, 16),
            ("6.7b", 6.74, 4096, 32, 32),
            ("33b", 33.34, 7168, 62, 8),
        )
        for kind in ("base", "instruct")
    ),
    _v1("5.7bmqa", "base", 5.7, hidden=4096, layers=32, kv_heads=1),
    _hosted(
        "deepseek-flash",
        "both",
        _HOSTED,
        aliases=("deepseek-v4-flash", "deepseek-v4-flash-vision-exp"),
    ),
    _hosted("deepseek-v4-pro", "both", _HOSTED),
    _hosted("deepseek-chat", "both", _RETIRED, context=131_072),
    _hosted("deepseek-reasoner", "actions", _RETIRED, context=131_072),
)
