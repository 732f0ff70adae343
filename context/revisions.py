"""What has changed of a repository's texts, counted: whose buffer it was, and who has seen it."""

from __future__ import annotations

from collections import Counter


class Revisions:
    """Counts changes; whoever calls from several threads holds a lock around each call.

    Attributes:
        now: grows with every change.
    """

    def __init__(self) -> None:
        self.now = 0
        # Grows with what changes on disk, or in the rules, where no buffer hides that.
        self._on_disk = 0
        # What the index that was made last lacks, by the revision that it came with; `""` is all.
        self._unseen: dict[str, int] = {}
        # How many changes were one buffer's alone, and (under `""`) hidden behind buffers.
        self._hidden = Counter[str]()

    def typed(self, path: str) -> None:
        """The buffer in front of one file has changed."""
        self.now += 1
        self._unseen[path] = self.now
        self._hidden[path] += 1

    def swapped(self, *, is_hidden: bool = False) -> None:
        """What is on disk has changed, or the rules have; or only what buffers hide."""
        self.now += 1
        self._unseen[""] = self.now
        self._hidden[""] += is_hidden
        self._on_disk += not is_hidden

    def seen(self, revision: int) -> None:
        """An index was made of what was there at that revision."""
        self._unseen = {path: at for path, at in self._unseen.items() if at > revision}

    def lacks_only(self, path: str) -> bool:
        """Whether the index that was made last lacks nothing but what was typed in this file."""
        return self._unseen.keys() <= {path}

    def besides(self, path: str | None) -> int:
        """A number that changes whenever another text than this buffer's does, or a rule.

        For None, whenever one does that is no buffer's.
        """
        if path is None:
            return self._on_disk
        return self.now - self._hidden[""] - self._hidden[path]
