r"""Prompt formats of the user's own, spelled out in the configuration.

[models."my-model".format]
layout = ["<fim>", "{files}", "{header}", "{prefix}", "<hole>", "{suffix}", "<end>"]
file = "# {path}\n"
header = "# {path}\n"
bos = "<s>"
eos = "</s>"
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Self, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from inference.models.formats import Control, FimFormat, Plain, Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

Text = Annotated[str, Field(min_length=1)]

_SLOTS = tuple(f"{{{slot}}}" for slot in get_args(Slot))


class UserFormat(BaseModel):
    """A prompt format, spelled out.

    Attributes:
        layout: what stands where, each slot and each text an item of its own.
        controls: which texts, wherever they stand, are the tokenizer's control tokens;
            by default every text of the layout but white space, which is in any source.
        suffix_apart: the server takes what follows the hole in a field of its own, and puts
            everything together by a format of its own.
        added_tokens: how many tokens it takes for that.
        tokens: their texts in the tokenizer's vocabulary, where these are others.
        bos_tokens: the control tokens of `bos`, where it is several.
        stops: where a completion ends; by default at `eos` and at every control token.
        reserved: further control texts that must not come from somebody's source.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: tuple[Text, ...]
    file: str = ""
    header: str = ""
    start: str = ""
    header_alone: bool = True
    files_behind: bool = False
    suffix_apart: bool = False
    added_tokens: int = Field(default=0, ge=0, le=1024)
    controls: tuple[Text, ...] | None = None
    tokens: dict[Text, Text] = Field(default={})
    bos: str = ""
    bos_tokens: tuple[Text, ...] = ()
    eos: str = ""
    stops: tuple[Text, ...] = ()
    reserved: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _can_be_filled(self) -> Self:
        unknown = [item for item in self.layout if "{" in item and item not in _SLOTS]
        if unknown:
            raise ValueError(
                f"layout: {unknown[0]!r} is no slot; known are {', '.join(_SLOTS)}, "
                "each an item of its own"
            )
        blank = [text for text in self.controls or () if not text.strip()]
        if blank:
            raise ValueError(
                f"controls: {blank[0]!r} is white space, which stands in any source; leave it "
                "out, and it is a plain text of the layout"
            )
        twice = [slot for slot in _SLOTS if self.layout.count(slot) > 1]
        if twice or "{prefix}" not in self.layout:
            raise ValueError(f"layout: {(twice or ['{prefix}'])[0]} must stand there once")
        if self.suffix_apart and ("{suffix}" in self.layout or self.layout[-1] != "{prefix}"):
            raise ValueError(
                "suffix_apart: what follows the cursor travels in a field of its own, so that the "
                "layout has no {suffix} and ends with {prefix}"
            )
        if self.layout[-1] in _SLOTS and self.layout[-1] != "{prefix}":
            raise ValueError(
                "layout: what ends a prompt is {prefix} or a text, as generation goes on there; "
                f"found {self.layout[-1]}"
            )
        return self

    def made(self, name: str) -> FimFormat:
        """The format as `pack` reads it, under this name."""
        texts = [item for item in self.layout if item not in _SLOTS and item.strip()]
        chosen = texts if self.controls is None else self.controls
        controls = {text: Control(text, self.tokens.get(text, "")) for text in chosen}
        marks = tuple(dict.fromkeys((*controls, *filter(None, (self.bos, self.eos)))))
        return FimFormat(
            name,
            self.bos,
            self.eos,
            tuple(_item(item, controls) for item in self.layout),
            _wording(self.file, controls),
            _wording(self.header, controls),
            self.stops or tuple(dict.fromkeys((*filter(None, (self.eos,)), *controls))),
            tuple(dict.fromkeys((*marks, *self.stops, *self.reserved))),
            start=_wording(self.start, controls),
            header_alone=self.header_alone,
            files_behind=self.files_behind,
            suffix_apart=self.suffix_apart,
            added_tokens=self.added_tokens,
            bos_tokens=self.bos_tokens,
        )


def _item(item: str, controls: Mapping[str, Control]) -> Slot | Control | Plain:
    if item.startswith("{"):
        return cast("Slot", item[1:-1])
    return controls.get(item, Plain(item))


def _wording(template: str, controls: Mapping[str, Control]) -> Wording:
    """The template, its control tokens apart from its texts; the longest one counts."""
    longest_first = sorted(controls, key=len, reverse=True)
    any_control = "|".join(map(re.escape, longest_first))
    parts = re.split(f"({any_control})", template) if controls else [template]
    return tuple(controls.get(part, part) for part in parts if part)
