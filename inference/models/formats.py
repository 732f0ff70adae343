"""How a model family wants its prompts spelled, as data.

A format names its sentinels and the order of what stands between them; `pack`
reads it and knows no family by name. A new family is a new module of `families`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from inference.models.languages import language_name

_BLANK = re.compile(r"\{(path|repository|language)\}")

Slot = Literal["start", "files", "header", "prefix", "suffix"]


@dataclass(frozen=True, slots=True)
class Control:
    """A control token in a prompt.

    Attributes:
        text: how it is spelled where the prompt travels as text.
        token: its text in the tokenizer's vocabulary, where that is another.
    """

    text: str
    token: str = ""

    @property
    def key(self) -> str:
        """What `Tokenizer.control_id` finds it by."""
        return self.token or self.text


@dataclass(frozen=True, slots=True)
class Plain:
    """Text that stands in every prompt and is no control token."""

    text: str


# What stands around files: control tokens, and text in which `{path}`, `{language}` and
# `{repository}` are filled in.
Wording = tuple[Control | str, ...]


@dataclass(frozen=True, slots=True)
class FimFormat:
    r"""One family's prompt format.

    What the user types after a prompt's head was chosen is put behind the last item of the
    layout, where the model goes on writing; no layout need name a place for it.

    Attributes:
        bos: what a prompt begins with; empty for a family without one. Never part of
            `Prompt.text`, as every server that tokenises a text prompt puts it there
            itself; always part of the ids.
        layout: what stands where. `start` is written once and only where there are other
            files; `files` are these; `header` comes before the current file.
        start: see there.
        file: what precedes each other file's text, the path filled in.
        header: what precedes the current file's text.
        bos_tokens: the control tokens of `bos`, where it is several.
        header_alone: whether the header stands even where no other file does, so that
            the prompt's head stays the same when the first one arrives.
        stops: texts at which a completion ends, the likeliest first, as some servers
            take only four.
        files_behind: whether other files may follow the suffix, too. So they do where the
            family was trained on whole repositories joined into one text of which a
            stretch was taken out: what follows the hole goes on into the next files.
        suffix_apart: whether what follows the hole travels in a field of its own, and the
            server puts both together: the layout has no place for it then and ends with the
            prefix. Such prompts go as text only.
        added_tokens: how many tokens the server puts around that by itself.
        reserved: every control text of the family's tokenizer, or how it begins. On a
            wire that takes only text, none of them may come from somebody's source.
    """

    name: str
    bos: str
    eos: str
    layout: tuple[Slot | Control | Plain, ...]
    file: Wording
    header: Wording
    stops: tuple[str, ...]
    reserved: tuple[str, ...]
    start: Wording = ()
    header_alone: bool = True
    bos_tokens: tuple[str, ...] = ()
    files_behind: bool = False
    suffix_apart: bool = False
    added_tokens: int = 0

    @property
    def has_fim(self) -> bool:
        """Whether the model reads what follows the cursor."""
        return self.suffix_apart or "suffix" in self.layout

    @property
    def marks(self) -> tuple[Control, ...]:
        """The control tokens of the layout, in its order."""
        return tuple(item for item in self.layout if isinstance(item, Control))

    @property
    def beginning(self) -> tuple[str, ...]:
        """The control tokens of `bos`, of which some families have none and some two."""
        return self.bos_tokens or ((self.bos,) if self.bos else ())

    @property
    def sentinels(self) -> tuple[str, ...]:
        """The control texts that every prompt of this format holds, BOS first."""
        return (*self.beginning, *(mark.text for mark in self.marks))

    @property
    def keys(self) -> tuple[str, ...]:
        """What a tokenizer must know as control tokens to encode such a prompt."""
        around = (item for words in (self.start, self.file, self.header) for item in words)
        controls = (*self.marks, *(item for item in around if isinstance(item, Control)))
        found = (*self.beginning, *(item.key for item in controls))
        return tuple(dict.fromkeys(found))

    def holds_sentinel(self, text: str) -> bool:
        """Whether a tokenizer with added tokens would read control tokens in `text`."""
        return any(mark in text for mark in self.reserved)


def fill(words: Wording, path: str, repository: str = "") -> tuple[Control | str, ...]:
    """The wording with its blanks filled in; neither can break out of its line.

    All at once, as a path may hold what looks like another blank.
    """
    path, repository = (" ".join(name.splitlines()) for name in (path, repository))
    blanks = {"path": path, "repository": repository, "language": language_name(path)}
    return tuple(
        item if isinstance(item, Control) else _BLANK.sub(lambda found: blanks[found[1]], item)
        for item in words
    )
