"""Seed-Coder.

The form is from its paper (arXiv 2506.03524, section 2.2.6: the suffix first, then the
prefix, then the middle), as are its sizes but for one; BOS and EOS are from
`special_tokens_map.json` and `generation_config.json`. The paper says that repositories were
joined in the order of their dependencies, but not how their files are told apart: they
stand at the head of the prefix, each after a comment with its path.
"""

from __future__ import annotations

from inference.models.chat import SEED_CODER
from inference.models.formats import Control, FimFormat, Wording
from inference.models.spec import ModelSpec, cache_bytes, fingerprint

_SUFFIX, _PREFIX, _MIDDLE = (Control(f"<[fim-{part}]>") for part in ("suffix", "prefix", "middle"))
_BOS, _EOS = "<[begin▁of▁sentence]>", "<[end▁of▁sentence]>"
_PATH_LINE: Wording = ("# {path}\n",)

SEED_CODER_FIM = FimFormat(
    "seed-coder",
    bos=_BOS,
    eos=_EOS,
    layout=(_SUFFIX, "suffix", _PREFIX, "files", "header", "prefix", _MIDDLE),
    file=_PATH_LINE,
    header=_PATH_LINE,
    stops=(_EOS, "<[fim-suffix]>", "<[fim-prefix]>", "<[fim-middle]>"),
    reserved=(_BOS, _EOS, "<[fim-", "<[PAD▁TOKEN]>", "<[SEP▁TOKEN]>"),
    header_alone=False,
)
FORMATS: tuple[FimFormat, ...] = (SEED_CODER_FIM,)

# The paper says 36, which would make 9.1 instead of its 8.2 billion parameters; 32 make 8.2.
_LAYERS = 32


def _seed_coder(kind: str) -> ModelSpec:
    name = f"Seed-Coder-8B-{kind}"
    is_base = kind == "Base"
    return ModelSpec(
        name.lower(),
        SEED_CODER_FIM,
        32_768,
        hub=(f"ByteDance-Seed/{name}",),
        token_ids=((_BOS, 0), (_EOS, 2)),
        licence="MIT",
        use="completion" if is_base else "actions",
        parameters_b=8.2,
        kv_bytes_per_token=cache_bytes(layers=_LAYERS, kv_heads=8, head_dim=128),
        chat=None if is_base else SEED_CODER,
        fingerprints=fingerprint(
            model_type="llama",
            vocab_size=155_136,
            hidden_size=4096,
            max_position_embeddings=32_768,
        ),
        note="the suffix stands first: the head of the prompt moves with it"
        if is_base
        else "its makers document filling in for the base model",
    )


MODELS: tuple[ModelSpec, ...] = (_seed_coder("Base"), _seed_coder("Instruct"))
