"""A repository's texts for those who read them all, one by one, while others wait for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.repository import Repository
    from context.types import CorpusEntry


class Patient:
    """The same texts, each of them given when no request is being answered.

    Satisfies `context.types.Corpus`.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    @property
    def revision(self) -> int:
        """The repository's."""
        return self._repository.revision

    def entries(self) -> Sequence[CorpusEntry]:
        """The repository's."""
        return self._repository.entries()

    def read(self, path: str, /) -> str | None:
        """The repository's text of a file, after everybody who waits for an answer has theirs."""
        self._repository.courtesy.give_way()
        return self._repository.read(path)
