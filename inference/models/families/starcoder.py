"""StarCoder2, the first StarCoder, and Stable Code, which took over the latter's tokens.

StarCoder2's form is from its paper (arXiv 2402.19173, section 5.1), its control tokens from
`special_tokens_map.json` of bigcode/starcoder2-15b, its sizes from its recipes in
NVIDIA-NeMo/NeMo. The first StarCoder's are from arXiv 2305.06161 and `tokenizer_config.json`
of bigcode/starcoderbase-1b, Stable Code's from the card of stabilityai/stable-code-3b.
None of the tokenizers puts a BOS token.
"""

from __future__ import annotations

from inference.models.formats import Control, FimFormat, Wording
from inference.models.spec import ModelSpec, cache_bytes, fingerprint

_PREFIX, _SUFFIX, _MIDDLE = (Control(f"<fim_{part}>") for part in ("prefix", "suffix", "middle"))
_FILE_SEP = Control("<file_sep>")

# Half of the repositories it was trained on name themselves and every path, the current
# file's behind the sentinel of its prefix; the other half name nothing. So it is with other
# files, and without.
STARCODER2 = FimFormat(
    "starcoder2",
    bos="",
    eos="<|endoftext|>",
    layout=(
        *("start", "files", _FILE_SEP),
        *(_PREFIX, "header", "prefix", _SUFFIX, "suffix", _MIDDLE),
    ),
    start=(Control("<repo_name>"), "{repository}"),
    file=(_FILE_SEP, "{path}\n"),
    header=("{path}\n",),
    stops=(
        "<|endoftext|>",
        "<file_sep>",
        "<fim_prefix>",
        "<fim_suffix>",
        "<fim_middle>",
        "<repo_name>",
    ),
    reserved=(
        "<|endoftext|>",
        "<fim_",
        "<repo_name>",
        "<file_sep>",
        "<issue_",
        "<jupyter_",
        "<empty_output>",
        "<code_to_intermediate>",
        "<intermediate_to_code>",
        "<pr>",
        "<pr_",
    ),
    header_alone=False,
)

# No form for other files was trained: they stand at the head of the prefix, each after a
# comment with its path.
_PATH_LINE: Wording = ("# {path}\n",)


def like_starcoder(name: str, eos: str, reserved: tuple[str, ...] = ()) -> FimFormat:
    """The format of a model whose tokenizer has the first StarCoder's control tokens."""
    return FimFormat(
        name,
        bos="",
        eos=eos,
        layout=(_PREFIX, "files", "header", "prefix", _SUFFIX, "suffix", _MIDDLE),
        file=_PATH_LINE,
        header=_PATH_LINE,
        stops=(eos, "<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<filename>", "<reponame>"),
        reserved=(
            eos,
            "<fim_",
            "<filename>",
            "<reponame>",
            "<gh_stars>",
            "<issue_",
            "<jupyter_",
            "<empty_output>",
            "<commit_",
            *reserved,
        ),
        header_alone=False,
    )


STARCODER = like_starcoder("starcoder", "<|endoftext|>")
FORMATS: tuple[FimFormat, ...] = (STARCODER2, STARCODER)

# The vocabularies of both begin with these.
STARCODER_IDS = (
    ("<|endoftext|>", 0),
    ("<fim_prefix>", 1),
    ("<fim_middle>", 2),
    ("<fim_suffix>", 3),
    ("<fim_pad>", 4),
)
_OPENRAIL = "BigCode OpenRAIL-M v1 (use-based restrictions, commercial use allowed)"


def _starcoder2(
    size: str, parameters_b: float, *, hidden: int, layers: int, kv_heads: int
) -> ModelSpec:
    name = f"starcoder2-{size}"
    return ModelSpec(
        name,
        STARCODER2,
        16_384,
        hub=(f"bigcode/{name}",),
        token_ids=(*STARCODER_IDS, ("<repo_name>", 5), ("<file_sep>", 6)),
        licence=_OPENRAIL,
        parameters_b=parameters_b,
        kv_bytes_per_token=cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=128),
        fingerprints=fingerprint(
            model_type="starcoder2",
            vocab_size=49_152,
            hidden_size=hidden,
            num_hidden_layers=layers,
        ),
        note="attends to the last 4,096 tokens in each layer",
    )


def _starcoder(name: str, parameters_b: float) -> ModelSpec:
    return ModelSpec(
        name,
        STARCODER,
        8_192,
        hub=(f"bigcode/{name}",),
        token_ids=STARCODER_IDS,
        licence=_OPENRAIL,
        parameters_b=parameters_b,
        note="of 2023; StarCoder2 knows more",
    )


STABLE_CODE = ModelSpec(
    "stable-code-3b",
    STARCODER,
    16_384,
    hub=("stabilityai/stable-code-3b",),
    licence="Stability AI's own (commercial use only by its terms)",
    parameters_b=2.8,
    kv_bytes_per_token=cache_bytes(layers=32, kv_heads=32, head_dim=80),
    note="of early 2024",
)

MODELS: tuple[ModelSpec, ...] = (
    _starcoder2("3b", 3.0, hidden=3072, layers=30, kv_heads=2),
    _starcoder2("7b", 7.2, hidden=4608, layers=32, kv_heads=4),
    _starcoder2("15b", 16.0, hidden=6144, layers=40, kv_heads=4),
    _starcoder("starcoder", 15.5),
    _starcoder("starcoderbase", 15.5),
    _starcoder("starcoderbase-7b", 7.0),
    _starcoder("starcoderbase-3b", 3.0),
    _starcoder("starcoderbase-1b", 1.1),
    STABLE_CODE,
)
