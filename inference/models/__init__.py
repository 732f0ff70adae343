"""The models we know, found by exact name, and the user's own.

Never guessed from a part of the name: `deepseek-coder-v2` as a substring is in
the name of a model with FIM and of one without.
"""

from __future__ import annotations

import difflib

from inference.errors import UnknownModelError
from inference.models.spec import ModelSpec
from inference.models.table import FORMATS, MODELS

__all__ = ["DEFAULT_MODEL", "FORMATS", "ModelSpec", "define_model", "find_model", "known_models"]

DEFAULT_MODEL = "deepseek-coder-v2-lite-base"


def find_model(name: str) -> ModelSpec:
    """The entry of that name or alias, in whatever case.

    Raises:
        UnknownModelError: there is none; names the nearest ones and the way out.
    """
    by_name = _by_name()
    try:
        return by_name[name.strip().lower()]
    except KeyError:
        near = difflib.get_close_matches(name.strip().lower(), by_name, n=3, cutoff=0.5)
        hint = ", ".join(sorted({by_name[key].name for key in near})) or "nothing"
        raise UnknownModelError(
            f"unknown model {name!r}; near it: {hint}. `infill models` lists all; any other model "
            f"is used by its served name together with a format, one of {', '.join(FORMATS)}"
        ) from None


def define_model(name: str, format_name: str, *, context_tokens: int = 16_384) -> ModelSpec:
    """A model of the user's own: its name as the server serves it, and a known format.

    Raises:
        UnknownModelError: there is no such format.
    """
    if format_name not in FORMATS:
        raise UnknownModelError(
            f"unknown prompt format {format_name!r} for the model {name!r}; "
            f"known are {', '.join(FORMATS)}"
        )
    return ModelSpec(name, FORMATS[format_name], context_tokens, note="defined by the user")


def known_models() -> tuple[ModelSpec, ...]:
    """Every model of the table, in its order."""
    return MODELS


def _by_name() -> dict[str, ModelSpec]:
    return {key.lower(): spec for spec in known_models() for key in spec.names}
