"""Mellum, of JetBrains.

The form, other files included, is from the card of JetBrains/Mellum-4b-base: each file
after its name, the current one's too, then the suffix, the prefix and the middle. Its
control tokens are the first StarCoder's.
"""

from __future__ import annotations

from dataclasses import replace

from inference.models.families.starcoder import STARCODER
from inference.models.formats import Control, FimFormat, Wording
from inference.models.spec import ModelSpec

_PREFIX, _SUFFIX, _MIDDLE = (Control(f"<fim_{part}>") for part in ("prefix", "suffix", "middle"))
_FILE: Wording = (Control("<filename>"), "{path}\n")

# A lone file stands between the sentinels bare, as in the card's first form.
MELLUM = replace(
    STARCODER,
    name="mellum",
    layout=("files", "header", _SUFFIX, "suffix", _PREFIX, "prefix", _MIDDLE),
    file=_FILE,
    header=_FILE,
    stops=(
        "<|endoftext|>",
        "<filename>",
        "<fim_suffix>",
        "<fim_prefix>",
        "<fim_middle>",
        "<reponame>",
    ),
)
FORMATS: tuple[FimFormat, ...] = (MELLUM,)


def _mellum(kind: str, note: str = "") -> ModelSpec:
    name = f"Mellum-4b-{kind}"
    return ModelSpec(
        name.lower(),
        MELLUM,
        8_192,
        hub=(f"JetBrains/{name}",),
        licence="Apache-2.0",
        parameters_b=4.0,
        note=note,
    )


MODELS: tuple[ModelSpec, ...] = (_mellum("base"), _mellum("sft-python", "tuned for Python"))
