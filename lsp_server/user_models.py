"""Models of the user's own, from the table `models` of the configuration.

    [models."my-model"]
    format = "qwen2.5-coder"
    context_tokens = 32768

Or with a format of their own, see `user_formats`. A repository's own configuration
can't set them: a format decides what a prompt holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from inference.models import FORMATS, ModelSpec, define_model, find_model, identify, known_models
from inference.models.disk import read_folder
from inference.models.gguf import is_gguf, read_gguf
from inference.models.spec import Use
from inference.weights.find import weights_at
from lsp_server.paths import is_path, located
from lsp_server.user_formats import Text, UserFormat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference.models.folder import ModelFolder
    from lsp_server.settings import Settings

_CHATS = {spec.chat.name: spec.chat for spec in known_models() if spec.chat}
# What tells the two kinds of `format` apart; no part of a setting's name.
KINDS = ("by-name", "spelled-out")


def _kind(value: object) -> str:
    return KINDS[0] if isinstance(value, str) else KINDS[1]


def _rows(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


class UserModel(BaseModel):
    """A model that isn't in Infill's table, or takes the place of one that is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Annotated[
        Annotated[str, Tag(KINDS[0])] | Annotated[UserFormat, Tag(KINDS[1])], Discriminator(_kind)
    ]
    context_tokens: int = Field(default=16_384, ge=256)
    aliases: tuple[Text, ...] = ()
    licence: str = ""
    use: Use = "completion"
    parameters_b: float = Field(default=0.0, ge=0.0, le=1e6)
    kv_bytes_per_token: int = Field(default=0, ge=0)
    chat: str | None = None
    note: str = "of your own"

    @model_validator(mode="before")
    @classmethod
    def _is_a_table(cls, value: Any) -> Any:
        """The value; a name with a dot and no quotes is two tables in TOML."""
        for name, table in _rows(value).items():
            if name not in cls.model_fields and isinstance(table, dict):
                raise ValueError(
                    f"no table is called {name!r} here; a model's name that holds a dot must "
                    'stand in quotes, as in [models."my-model-2.5"]'
                )
        return value

    @field_validator("format")
    @classmethod
    def _is_known_format(cls, value: str | UserFormat) -> str | UserFormat:
        if isinstance(value, str) and value not in FORMATS:
            raise ValueError(f"known formats are {', '.join(FORMATS)}; or spell one out as a table")
        return value

    @field_validator("chat")
    @classmethod
    def _is_known_chat(cls, value: str | None) -> str | None:
        if value is not None and value not in _CHATS:
            raise ValueError(f"known are {', '.join(sorted(_CHATS))}")
        return value

    def made(self, name: str) -> ModelSpec:
        """The entry under this name."""
        form = FORMATS[self.format] if isinstance(self.format, str) else self.format.made(name)
        return ModelSpec(
            name,
            form,
            self.context_tokens,
            aliases=self.aliases,
            licence=self.licence,
            use=self.use,
            parameters_b=self.parameters_b,
            kv_bytes_per_token=self.kv_bytes_per_token,
            chat=_CHATS[self.chat] if self.chat is not None else None,
            note=self.note,
        )


def _distinct(models: dict[str, UserModel]) -> dict[str, UserModel]:
    owners: dict[str, str] = {}
    for name, model in models.items():
        for known in dict.fromkeys(key.strip().lower() for key in (name, *model.aliases)):
            if not known or not known.isprintable():
                raise ValueError(f"{known!r} is no name: it is blank or can't be printed")
            if known in owners:
                raise ValueError(f"{known!r} names both {owners[known]!r} and {name!r}")
            owners[known] = name
    return models


UserModels = Annotated[dict[Text, UserModel], AfterValidator(_distinct)]


def own_models(models: Mapping[str, UserModel]) -> tuple[ModelSpec, ...]:
    """The user's own models as entries like those of the table."""
    return tuple(model.made(name.strip()) for name, model in models.items())


def model_of(settings: Settings) -> ModelSpec:
    """The model that the settings name: by a name, by a format, or by a folder of weights.

    Raises:
        UnknownModelError: none fits; says what was found and the way out.
    """
    if settings.format is not None:
        return define_model(settings.model, settings.format)
    return named_model(settings.model, own_models(settings.models))


def named_model(name: str, own: Sequence[ModelSpec]) -> ModelSpec:
    """The model of that name, or the one whose folder or `.gguf` file it is.

    Raises:
        UnknownModelError: none fits; says what was found and the way out.
    """
    if is_path(name):
        return identify(_described(Path(located(name, None))), known_models(own))
    return find_model(name, own)


def _described(path: Path) -> ModelFolder:
    """What the files at a path say of their model: a folder's, or the one `.gguf` file there."""
    weights = weights_at(path) if path.exists() else None
    if is_gguf(path) or (weights is not None and is_gguf(weights)):
        return read_gguf(weights or path)
    return read_folder(path)
