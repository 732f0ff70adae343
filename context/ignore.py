"""What the ignore files of a repository leave out.

`.gitignore` nests: a deeper file overrules a higher one, a later line an earlier
one, and `!` takes back. The files that speak to assistants each form a chain of
their own, and what any of them leaves out stays out: a `!` in one can't open
what another closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathspec import GitIgnoreSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GIT = ".gitignore"
NAMES = (
    GIT,
    ".infillignore",
    ".aiignore",
    ".aiexclude",
    ".cursorignore",
    ".codeiumignore",
    ".copilotignore",
)
SETTINGS = "the settings"


@dataclass(frozen=True, slots=True)
class Rules:
    """The patterns of one file.

    Attributes:
        family: the name of the file they stand in; `SETTINGS` for the caller's own.
        base: the folder the patterns are relative to, with a `/` at its end; empty for the root.
        above: the way from a folder above the root down to it, for a file that lies there.
    """

    family: str
    base: str
    above: str
    spec: GitIgnoreSpec

    def says(self, path: str) -> bool | None:
        """True to leave out, False to take back, None where no pattern matches."""
        return self.spec.check_file(self.above + path[len(self.base) :]).include


@dataclass(frozen=True, slots=True)
class Ignores:
    """The rules that hold in a folder, outermost first."""

    rules: tuple[Rules, ...] = ()

    def deeper(self, folder: str, texts: Mapping[str, str]) -> Ignores:
        """The rules inside `folder`, where the ignore files `texts` (name to text) lie."""
        if not texts:
            return self
        base = folder + "/" if folder else ""
        return Ignores(
            (
                *self.rules,
                *(rules(name, text.splitlines(), base=base) for name, text in texts.items()),
            )
        )

    def reason(self, path: str) -> str | None:
        """Which kind of file leaves `path` out; None where none does. Folders end in `/`."""
        settled: set[str] = set()
        for rule in reversed(self.rules):
            if rule.family in settled:
                continue
            verdict = rule.says(path)
            if verdict:
                return rule.family
            if verdict is False:
                settled.add(rule.family)
        return None


def rules(family: str, lines: Iterable[str], *, base: str = "", above: str = "") -> Rules:
    """The rules that `lines` spell; a line that is no pattern is passed over, as git does."""
    spec = GitIgnoreSpec([])
    for line in lines:
        try:
            spec += GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
    return Rules(family, base, above, spec)
