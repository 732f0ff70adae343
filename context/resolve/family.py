"""What a language's module offers to the resolver: the shape that all of them have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from context.facts import FileFacts


class Family(NamedTuple):
    """Languages that import each other, and how to tell what they import.

    Attributes:
        layout: what the files' paths, packages and manifests say, whatever their texts do; made
            again when a file comes or goes that may be of them. Takes time in proportion to the
            repository.
        tables: a layout with the facts of one moment, and room for what is found out about them.
        targets: the files that a file imports, each with the names it takes from there.
        is_by_word: whether a file can use another's names without importing them one by one
            (packages, namespaces): a new name may then change the edges of any file with that word.
        reads_manifests: whether a layout looks into manifests. Layouts that are equal (`==`) lead
            to the same files: a manifest that is being typed in then costs no more than that.
        awaited: from the layouts before and after, and the files that came or went between them:
            words of which an import has at least one that may now lead elsewhere; None where
            any may. Names that are shared without imports are no matter of it. A family without
            this looks at all of its files whenever its layout isn't equal.
    """

    languages: frozenset[str]
    layout: Callable[[Mapping[str, FileFacts]], Any]
    tables: Callable[[Mapping[str, FileFacts], Any], Any]
    targets: Callable[[FileFacts, Any], dict[str, set[str]]]
    is_by_word: bool = False
    reads_manifests: bool = True
    awaited: Callable[[Any, Any, Mapping[str, FileFacts]], frozenset[str] | None] | None = None
