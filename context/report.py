"""What bringing an index up to date came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from context.resolve.compilation import is_database
from context.types import CorpusEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.index import Index


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a refresh came to; the fields are those of `infill index --json`."""

    files: int = 0
    by_language: Mapping[str, int] = field(default_factory=dict[str, int])
    edges: int = 0
    seconds: float = 0.0
    from_cache: int = 0
    parsed: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])


def report_on(
    index: Index, left_out: Mapping[str, str], *, seconds: float, n_read: int
) -> IndexReport:
    """The report on an index of which `n_read` files were read just now."""
    facts = {path: item for path, item in index.facts.items() if not is_database(path)}
    return IndexReport(
        files=len(facts),
        by_language=dict(sorted(Counter(item.language for item in facts.values()).items())),
        edges=index.n_edges,
        seconds=seconds,
        from_cache=max(0, len(facts) - n_read),
        parsed=n_read,
        left_out=dict(sorted(Counter(left_out.values()).items())),
    )


def entries_of(on_disk: Index) -> dict[str, CorpusEntry]:
    """What a corpus names of each file of the index, by path; whatever never leaves is none."""
    return {
        path: CorpusEntry(path, facts.language, facts.digest)
        for path, facts in on_disk.facts.items()
        if not is_database(path)
    }
