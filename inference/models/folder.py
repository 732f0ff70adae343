"""Which model a folder of weights holds, by what its files say of it.

Never by a part of its name: a folder called `my-deepseek-coder-v2` may hold anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.errors import UnknownModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inference.models.spec import ModelSpec

_MOST_SHOWN = 80
# What of a `config.json` tells a person which model it is.
_TELLING = (
    "_name_or_path",
    "architectures",
    "model_type",
    "hidden_size",
    "num_hidden_layers",
    "vocab_size",
)


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """What a model's folder says of itself.

    Attributes:
        path: for messages.
        names: what the folder is called, as far as that may be a model's whole name.
        config: its `config.json`.
        control_ids: the ids of its `tokenizer.json` by text; None without one.
        chat_template: how it spells conversations; empty where it doesn't say.
        told_by: what says the configuration, as the beginning of `... PATH says`.
    """

    path: str
    names: tuple[str, ...]
    config: Mapping[str, object]
    control_ids: Mapping[str, int] | None = None
    chat_template: str = ""
    told_by: str = "config.json in"


def identify(folder: ModelFolder, specs: Sequence[ModelSpec]) -> ModelSpec:
    """The one model that everything the folder says fits.

    The architecture's figures in `config.json` and the tokenizer's control tokens say
    which models it may be. What they leave open is decided by the first of these that
    says something: a whole name in `config.json`, the folder's whole name, and whether
    there is a chat template. Instruct models have one; a base model that carries one
    is taken for its instruct model, whose prompts are the same. A model whose figures
    aren't known is told by its whole name alone.

    Raises:
        UnknownModelError: none fits, or several do; says what was found and the way out.
    """
    told = _named(str(folder.config.get("_name_or_path", "")))
    called = _named(*folder.names)
    fitting = [
        spec
        for spec in specs
        if _fits(spec, folder) and (spec.fingerprints or told(spec) or called(spec))
    ]
    for narrow in (told, called, _chats_as(folder)):
        if len(fitting) > 1:
            fitting = [spec for spec in fitting if narrow(spec)] or fitting
    if len(fitting) != 1:
        raise UnknownModelError(_undecided(folder, fitting))
    return fitting[0]


def _fits(spec: ModelSpec, folder: ModelFolder) -> bool:
    """Whether nothing that the folder says speaks against this model."""
    if any(folder.config.get(key) != value for key, value in spec.fingerprints):
        return False
    ids = folder.control_ids
    if ids is None:
        return True
    has_controls = all(key in ids for key in spec.format.keys)
    return has_controls and all(ids.get(text, number) == number for text, number in spec.token_ids)


def _named(*names: str) -> Callable[[ModelSpec], bool]:
    """Whether one of the names is a model's whole one on the hub, with or without its owner."""
    known = {name.lower() for name in names}
    return lambda spec: any(
        {name.lower(), name.lower().rpartition("/")[2]} & known for name in spec.hub
    )


def _chats_as(folder: ModelFolder) -> Callable[[ModelSpec], bool]:
    """Whether a model's conversations are what the folder's template spells, or neither has any."""

    def fits(spec: ModelSpec) -> bool:
        if spec.chat is None or not folder.chat_template:
            return spec.chat is None and not folder.chat_template
        return spec.chat.answer.strip() in folder.chat_template

    return fits


def _printable(value: object) -> str:
    """What somebody else's file says, as far as a terminal may be shown it."""
    return "".join(sign for sign in str(value)[:_MOST_SHOWN] if sign.isprintable())


def _undecided(folder: ModelFolder, fitting: list[ModelSpec]) -> str:
    found = ", ".join(
        f"{key} {_printable(folder.config[key])}"
        for key in _TELLING
        if folder.config.get(key) is not None
    )
    said = f"{folder.told_by} {folder.path} says {found or 'nothing that tells a model'}"
    if fitting:
        names = ", ".join(spec.name for spec in fitting)
        return (
            f"{said}, which fits {names}; set `model` to the right one of them and `tokenizer` to "
            "the folder, or call the folder as the hub calls the model"
        )
    return (
        f"{said}, which fits no model known; tell its prompt format by a table `models.<name>` "
        "in the configuration, and set `model` to that name"
    )
