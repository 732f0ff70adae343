"""The models we know, found by exact name or by what their folder says, and the user's own.

Never guessed from a part of the name: `deepseek-coder-v2` as a substring is in
the name of a model with FIM and of one without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.errors import UnknownModelError
from inference.models.folder import ModelFolder, identify
from inference.models.spec import ModelSpec
from inference.models.table import FORMATS, MODELS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DEFAULT_MODEL",
    "FORMATS",
    "ModelFolder",
    "ModelSpec",
    "define_model",
    "find_model",
    "identify",
    "known_models",
]

_MOST_SHOWN = 100
DEFAULT_MODEL = "deepseek-coder-v2-lite-base"


def find_model(name: str, own: Sequence[ModelSpec] = ()) -> ModelSpec:
    """The entry of that name or alias, in whatever case.

    Args:
        name: as the user wrote it.
        own: the user's own models; one that is called as a known model takes its place.

    Raises:
        UnknownModelError: there is none; names the nearest ones and the way out.
    """
    by_name = {key.lower(): spec for spec in known_models(own) for key in spec.names}
    try:
        return by_name[name.strip().lower()]
    except KeyError:
        import difflib

        near = difflib.get_close_matches(name.strip().lower(), by_name, n=3, cutoff=0.5)
        hint = ", ".join(sorted({by_name[key].name for key in near})) or "nothing"
        raise UnknownModelError(
            f"unknown model {name[:_MOST_SHOWN]!r}; near it: {hint}. `infill models` lists all; "
            "any other model gets its prompt format by a table `models.<name>` in the "
            "configuration, or by the "
            f"setting `format`, one of {', '.join(FORMATS)}"
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


def known_models(own: Sequence[ModelSpec] = ()) -> tuple[ModelSpec, ...]:
    """Every model of the table, in its order, and then the user's own."""
    taken = {spec.name.lower() for spec in own}
    return (*(spec for spec in MODELS if spec.name not in taken), *own)
