"""DeepSeek: Coder V1, Coder V2 and V2.5, and the hosted names.

The sentinels hold U+FF5C and U+2581, not `|` and `_`; look-alikes are read as
plain text by the model and give nonsense. They are as published with
DeepSeek-Coder (README, "Code Insertion") and in its tokenizer.
"""

from __future__ import annotations

from inference.models.formats import Control, FimFormat, Slot, Wording
from inference.models.spec import ModelSpec

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
# belongs inside of the prefix, and a lone file has its header, too.
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
    return FimFormat(name, _BOS, _EOS, layout, _PATH_LINE, _PATH_LINE, _STOPS, reserved)


V1 = _deepseek("deepseek-v1", _IN_PREFIX, _V1_RESERVED)
V2 = _deepseek("deepseek-v2", _IN_PREFIX, _V2_RESERVED)
V2_PREFIX = _deepseek("deepseek-v2-prefix", _PREFIX_ONLY, _V2_RESERVED)
FORMATS = (V1, V2, V2_PREFIX)

_LICENCE = "DeepSeek Model License (use-based restrictions, commercial use allowed)"
# What the maker states; 163,840 positions are configured, but 128K are what it was extended to.
_V2_CONTEXT = 131_072
_V1_CONTEXT = 16_384


def _ids(form: FimFormat, first: int) -> tuple[tuple[str, int], ...]:
    """BOS, EOS, hole, begin and end stand one after the other in both vocabularies."""
    marks = (form.bos, form.eos, _HOLE, _BEGIN, _END)
    return tuple((mark, first + place) for place, mark in enumerate(marks))


def _v1(size: str, kind: str) -> ModelSpec:
    name = f"deepseek-coder-{size}-{kind}"
    return ModelSpec(
        name,
        V1,
        _V1_CONTEXT,
        hub=(f"deepseek-ai/{name}",),
        token_ids=_ids(V1, 32_013),
        licence=_LICENCE,
        note="answers chat, too; the base model completes better" if kind == "instruct" else "",
    )


def _v2(title: str, form: FimFormat, note: str) -> ModelSpec:
    return ModelSpec(
        title.lower(),
        form,
        _V2_CONTEXT,
        hub=(f"deepseek-ai/{title}",),
        token_ids=_ids(form, 100_000),
        licence=_LICENCE,
        note=note,
    )


_NO_FIM = "236B parameters, trained without fill-in-the-middle: reads only what precedes the cursor"

MODELS: tuple[ModelSpec, ...] = (
    _v2("DeepSeek-Coder-V2-Lite-Base", V2, "the default: 16B parameters, 2.4B active"),
    _v2("DeepSeek-Coder-V2-Lite-Instruct", V2, "for code actions; base completes better"),
    _v2("DeepSeek-Coder-V2-Base", V2_PREFIX, _NO_FIM),
    _v2("DeepSeek-Coder-V2-Instruct", V2_PREFIX, _NO_FIM),
    *(_v1(size, kind) for size in ("1.3b", "6.7b", "33b") for kind in ("base", "instruct")),
)
