"""Whether a tokenizer is the model's own, and what else the two agree upon."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from inference.errors import BackendError
from inference.runners.parameters import text_part, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference.runners.texts import Vocabulary

    # A `config.json` or `generation_config.json`.
    Config = Mapping[str, object]

# Makers round the table of tokens up, by far less than this.
_LEAST_USED = 0.75
# Ways to stretch positions that turn with the length of the text, so that what was read of
# a shorter one isn't what would be read of a longer one.
_TURNING = ("dynamic", "longrope")


def check_fit(vocabulary: Vocabulary, config: Config, ends: frozenset[int]) -> None:
    """Pass only a tokenizer whose ids mean to the model what they mean to the tokenizer.

    Args:
        vocabulary: the tokenizer's.
        config: the model's, defaults filled in.
        ends: ids that end an answer, as the model's own files tell.

    Raises:
        BackendError: cause "tokenizer": it has ids that the model hasn't, or far fewer, or
            other ids for the control tokens.
    """
    n_rows, n_ids = vocabulary_rows(config), vocabulary.n_ids
    if n_ids > n_rows or n_ids < n_rows * _LEAST_USED:
        raise _misfit(f"the tokenizer has {n_ids:,} ids and the model {n_rows:,}")
    bos = text_part(config).get("bos_token_id")
    own_ends = _ends(vocabulary)
    begins_otherwise = bool(vocabulary.bos) and bos is not None and vocabulary.bos[0] != bos
    if begins_otherwise and own_ends and ends and not own_ends & ends:
        raise _misfit(
            f"the tokenizer begins texts with {vocabulary.bos[0]} and ends them with "
            f"{min(own_ends)}, and the model with {bos} and {min(ends)}"
        )


def end_ids(told: frozenset[int], vocabulary: Vocabulary) -> frozenset[int]:
    """Every id that ends an answer: those of the model's files and those of the tokenizer's."""
    return told | _ends(vocabulary)


def config_ends(config: Config, generation: Config) -> frozenset[int]:
    """Those that the configuration of the model and of its generation name."""
    named = (one.get("eos_token_id") for one in (text_part(config), config, generation))
    listed = [cast("list[object]", one) if isinstance(one, list) else [one] for one in named]
    return frozenset(one for ids in listed for one in ids if isinstance(one, int))


def vocabulary_rows(config: Config) -> int:
    """How many rows its table of tokens has."""
    return whole(text_part(config), "vocab_size")


def longest_context(config: Config) -> int:
    """How many tokens the model can tell apart by their places; 0 where it doesn't say.

    Where positions are stretched by the text's length, only as many as need no stretching.
    """
    config = text_part(config)
    most = whole(config, "max_position_embeddings", 0)
    told = config.get("rope_parameters")
    rope = cast("dict[str, object]", told) if isinstance(told, dict) else {}
    if rope.get("rope_type") in _TURNING:
        return min(most, whole(rope, "original_max_position_embeddings", most))
    return most


def _ends(vocabulary: Vocabulary) -> frozenset[int]:
    found = (vocabulary.controls.get(text) for text in vocabulary.ends)
    return frozenset(one for one in found if one is not None)


def _misfit(found: str) -> BackendError:
    return BackendError(
        f"{found}: they are of two models. Set `tokenizer` to the tokenizer.json that lies with "
        "the weights, or leave it empty",
        cause="tokenizer",
    )
