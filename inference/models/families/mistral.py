"""Codestral.

The form is from mistralai/mistral-common (`encode_fim`: the suffix first, then the prefix,
nothing behind it), the ids from its `mistral_instruct_tokenizer_240323.model.v3`, which it
gives for codestral-2405. How other files stand is from continuedev/continue's template for
this model. Codestral 25.01 and later are only hosted, behind an interface of their own.

SentencePiece puts a blank before the prefix, none before the suffix; a prompt as ids has
none at all.
"""

from __future__ import annotations

from inference.models.chat import MISTRAL_V3
from inference.models.formats import Control, FimFormat, Wording
from inference.models.spec import ModelSpec, cache_bytes

_SUFFIX, _PREFIX = Control("[SUFFIX]"), Control("[PREFIX]")
_FILE: Wording = ("+++++ {path}\n",)

CODESTRAL = FimFormat(
    "codestral",
    bos="<s>",
    eos="</s>",
    layout=(_SUFFIX, "suffix", _PREFIX, "files", "header", "prefix"),
    file=_FILE,
    header=_FILE,
    # Servers end at EOS by its id; as a text it is a tag of HTML.
    stops=("[PREFIX]", "[SUFFIX]", "[INST]"),
    reserved=(
        "<s>",
        "</s>",
        "<unk>",
        "[PREFIX]",
        "[MIDDLE]",
        "[SUFFIX]",
        "[INST]",
        "[/INST]",
        "[TOOL_",
        "[/TOOL_",
        "[AVAILABLE_TOOLS]",
        "[/AVAILABLE_TOOLS]",
        "[IMG]",
        "[control_",
        "[REFERENCE_DOC_",
    ),
    header_alone=False,
)
FORMATS: tuple[FimFormat, ...] = (CODESTRAL,)

MODELS: tuple[ModelSpec, ...] = (
    ModelSpec(
        "codestral-22b-v0.1",
        CODESTRAL,
        32_768,
        hub=("mistralai/Codestral-22B-v0.1",),
        aliases=("codestral-2405", "codestral"),
        token_ids=(
            ("<s>", 1),
            ("</s>", 2),
            ("[INST]", 3),
            ("[/INST]", 4),
            ("[PREFIX]", 11),
            ("[MIDDLE]", 12),
            ("[SUFFIX]", 13),
        ),
        licence="Mistral Non-Production License (no commercial use)",
        use="both",
        parameters_b=22.2,
        # No fingerprint: the general Mistral Small of that size has the same configuration.
        kv_bytes_per_token=cache_bytes(layers=56, kv_heads=8, head_dim=128),
        chat=MISTRAL_V3,
        note="the suffix stands first: the head of the prompt moves with it",
    ),
)
