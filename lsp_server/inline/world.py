"""What an answer depends on besides the document that it is for."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.types import Backend
    from lsp_server.settings import Settings
    from lsp_server.workspace import Workspace

# Who hasn't asked in a file for so long begins anew there: other files count as they are
# by then, and a prompt's head may be read again.
RESTED_S = 2.0
_MAX_FILES = 64


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """All of it at one moment; two are equal where nothing of it has changed in between.

    Settings and backends are the same where they are the same object: others are taken up
    only where something differs, and to compare them all at every key would take longer
    than the answer.

    Attributes:
        revision: of every text but the document's own, and of what may be sent of them.
    """

    settings: Settings
    backend: Backend
    revision: int

    def __eq__(self, other: object) -> bool:
        """Whether nothing has changed between the two."""
        if not isinstance(other, World):
            return NotImplemented
        return (
            self.revision == other.revision
            and self.settings is other.settings
            and self.backend is other.backend
        )

    def __hash__(self) -> int:
        """By what equality goes by."""
        return hash((id(self.settings), id(self.backend), self.revision))


@dataclass(frozen=True, slots=True)
class _Seen:
    """How all but one file was when somebody began to type in that one.

    Attributes:
        on_disk: the revision of what is on disk, then.
        asked_s: when somebody last asked in it.
    """

    revision: int
    on_disk: int
    asked_s: float


class Worlds:
    """For each file, the others as they were when somebody began to type in it.

    Touched on the event loop alone.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def revision(self, workspace: Workspace, path: str, now_s: float) -> int:
        """Of all texts but that file's, as who asks in it now is to be answered by."""
        repository, seen = workspace.repository, self._seen.get(path)
        on_disk = repository.revision_besides(None)
        is_known = seen is not None and seen.on_disk == on_disk
        if seen is None or not is_known or now_s - seen.asked_s > RESTED_S:
            seen = _Seen(repository.revision_besides(path), on_disk, now_s)
        self._seen[path] = _Seen(seen.revision, on_disk, now_s)
        self._seen.move_to_end(path)
        while len(self._seen) > _MAX_FILES:
            self._seen.popitem(last=False)
        return seen.revision


def world(workspace: Workspace, path: str) -> World:
    """What an answer for the file at `path` depends on, besides its own text, for who asks now.

    To type in that file, or to save it, changes nothing of it. To type in another does once
    nobody has asked in this one for a while: its prompt's head, which shows the others,
    stands still so long, and who types in two windows would find nothing that is kept. What
    changes on disk, or in the rules of what may be sent, does at once.
    """
    revision = workspace.worlds.revision(workspace, path, time.perf_counter())
    return World(workspace.settings, workspace.backend, revision)
