"""The unsaved texts that stand in front of a repository's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context import languages
from context.parsing.parse import parse_open
from context.text import digest, to_bytes
from context.types import CorpusEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from context.facts import FileFacts


class Buffers:
    """Path -> the text that stands in for its file, and what each said when last read.

    `put` and `now` take no time. Whoever calls from several threads holds a lock around
    those two, and another around `facts`, which parses.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, tuple[str, FileFacts]] = {}

    def put(self, path: str, text: str | None) -> bool:
        """Whether it makes a difference that `text` (None: nothing) now stands in for a file."""
        if self._texts.get(path) == text:
            return False
        if text is None:
            del self._texts[path]
        else:
            self._texts[path] = text
        return True

    def get(self, path: str) -> str | None:
        """The text that stands in for a file; None where the file stands for itself."""
        return self._texts.get(path)

    def hide(self, paths: Collection[str]) -> bool:
        """Whether texts stand in for all of these files, so that none of them is seen."""
        return self._texts.keys() >= set(paths)

    def now(self) -> dict[str, str]:
        """Path -> text, which stays as it is while others put more."""
        return dict(self._texts)

    def facts(
        self, texts: Mapping[str, str], is_wanted: Callable[[str], bool]
    ) -> dict[str, FileFacts]:
        """What those of `texts` say that are wanted; what hasn't changed isn't parsed again."""
        parsed: dict[str, tuple[str, FileFacts]] = {}
        for path, text in texts.items():
            if not is_wanted(path):
                continue
            known = self._parsed.get(path)
            if known is None or known[0] != text:
                known = (text, parse_open(path, languages.of(path, text), text))
            parsed[path] = known
        self._parsed = parsed
        return {path: facts for path, (_, facts) in parsed.items()}


def entries_shown(texts: Mapping[str, str]) -> dict[str, CorpusEntry]:
    """What a corpus names of texts, which aren't parsed for it."""
    return {
        path: CorpusEntry(path, languages.of(path, text), digest(to_bytes(text)))
        for path, text in texts.items()
    }
