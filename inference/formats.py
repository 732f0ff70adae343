"""How a model family wants its prompts spelled, as data.

A format names its sentinels and the order of what stands between them; `pack`
reads it and knows no family by name. A new family is a new entry of `FORMATS`.

DeepSeek's sentinels hold U+FF5C and U+2581, not `|` and `_`; look-alikes are
read as plain text by the model and give nonsense. They are as published with
DeepSeek-Coder (README, "Code Insertion") and in its tokenizer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Slot = Literal["begin", "hole", "end", "files", "prefix", "suffix"]


@dataclass(frozen=True, slots=True)
class FimFormat:
    r"""One family's prompt format.

    Attributes:
        bos: what a prompt begins with. Never part of `Prompt.text`, as every server
            that tokenises a text prompt puts it there itself; always part of the ids.
        layout: what stands where; `files` is the cross-file text and, as the last
            of the files, the header of the current one.
        file_header: put before each file's text, the path filled in.
        stops: texts at which a completion ends, the likeliest first, as some servers
            take only four.
        reserved: every control text of the family's tokenizer. On a wire that takes
            only text, none of them may come from somebody's source.
    """

    name: str
    bos: str
    eos: str
    begin: str
    hole: str
    end: str
    layout: tuple[Slot, ...]
    file_header: str
    stops: tuple[str, ...]
    reserved: tuple[str, ...]

    @property
    def has_fim(self) -> bool:
        """Whether the model reads what follows the cursor."""
        return "suffix" in self.layout

    @property
    def sentinels(self) -> tuple[str, ...]:
        """The control texts that every prompt of this format holds, BOS first."""
        named = {"begin": self.begin, "hole": self.hole, "end": self.end}
        return (self.bos, *(named[slot] for slot in self.layout if slot in named))

    def header(self, path: str) -> str:
        """The line before a file's text; a path can't break out of its line."""
        return self.file_header.format(path=" ".join(path.splitlines()))

    def holds_sentinel(self, text: str) -> bool:
        """Whether a tokenizer with added tokens would read control tokens in `text`."""
        return any(mark in text for mark in self.reserved)


_BOS = "<｜begin▁of▁sentence｜>"  # noqa: RUF001 - the model's own spelling
_EOS = "<｜end▁of▁sentence｜>"  # noqa: RUF001
_BEGIN = "<｜fim▁begin｜>"  # noqa: RUF001
_HOLE = "<｜fim▁hole｜>"  # noqa: RUF001
_END = "<｜fim▁end｜>"  # noqa: RUF001

_STOPS = (_EOS, _BEGIN, _HOLE, _END, "<|EOT|>")
_V1_RESERVED = (_BOS, *_STOPS, "<pad>", "<|User|>", "<|Assistant|>")
_V2_RESERVED = (
    _BOS,
    *_STOPS,
    "<｜completion｜>",  # noqa: RUF001
    "<｜User｜>",  # noqa: RUF001
    "<｜Assistant｜>",  # noqa: RUF001
    "<｜tool▁",  # noqa: RUF001 - the beginning of nine control tokens
)

# DeepSeek-Coder was trained on whole repositories joined in dependency order, each file
# after a comment with its path (arXiv 2401.14196, section 2.3), so that cross-file text
# belongs inside of the prefix, and a lone file has its header, too.
_IN_PREFIX: tuple[Slot, ...] = ("begin", "files", "prefix", "hole", "suffix", "end")
_PREFIX_ONLY: tuple[Slot, ...] = ("files", "prefix")


def _deepseek(name: str, layout: tuple[Slot, ...], reserved: tuple[str, ...]) -> FimFormat:
    marks = (_BOS, _EOS, _BEGIN, _HOLE, _END)
    return FimFormat(name, *marks, layout, "#{path}\n", _STOPS, reserved)


FORMATS: dict[str, FimFormat] = {
    entry.name: entry
    for entry in (
        _deepseek("deepseek-v1", _IN_PREFIX, _V1_RESERVED),
        _deepseek("deepseek-v2", _IN_PREFIX, _V2_RESERVED),
        _deepseek("deepseek-v2-prefix", _PREFIX_ONLY, _V2_RESERVED),
    )
}
