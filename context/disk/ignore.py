"""What the ignore files of a repository leave out.

`.gitignore` nests: a deeper file overrules a higher one, a later line an earlier
one, and `!` takes back. The files that speak to assistants each form a chain of
their own, and what any of them leaves out stays out: a `!` in one can't open
what another closed. What git's attributes call vendored or generated, for the
statistics of a forge, isn't the repository's own either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathspec import GitIgnoreSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
ATTRIBUTES = ".gitattributes"
SETTINGS = "the settings"
# The reason, and the attribute that says so.
MARKED = {"vendored": "linguist-vendored", "generated": "linguist-generated"}


@dataclass(frozen=True, slots=True)
class Rules:
    """The patterns of one file.

    Attributes:
        family: the name of the file they stand in; `SETTINGS` for the caller's own; one of
            `MARKED` for what attributes say.
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
        own = (each for name, text in texts.items() for each in _rules_of(name, text, base))
        return Ignores((*self.rules, *own))

    def reason(self, path: str) -> str | None:
        """Which kind of file leaves `path` out; None where none does. Folders end in `/`."""
        settled: set[str] = set()
        for rule in reversed(self.rules):
            if rule.family in settled or (rule.family in MARKED and path.endswith("/")):
                # Attributes are those of files.
                continue
            verdict = rule.says(path)
            if verdict:
                return rule.family
            if verdict is False:
                settled.add(rule.family)
        return None


def _rules_of(name: str, text: str, base: str) -> Iterator[Rules]:
    if name != ATTRIBUTES:
        yield rules(name, text.splitlines(), base=base)
        return
    for reason, attribute in MARKED.items():
        lines = tuple(_marked(text, attribute))
        if lines:
            yield rules(reason, lines, base=base)


def _marked(text: str, attribute: str) -> Iterator[str]:
    """The patterns that have an attribute; those that lose it again start with `!`."""
    off = {f"-{attribute}", f"!{attribute}", f"{attribute}=false"}
    for line in text.splitlines():
        pattern, *attributes = line.split() or [""]
        if off.intersection(attributes):
            yield "!" + pattern
        elif {attribute, f"{attribute}=true"}.intersection(attributes):
            yield pattern


def rules(family: str, lines: Iterable[str], *, base: str = "", above: str = "") -> Rules:
    """The rules that `lines` spell; a line that is no pattern is passed over, as git does."""
    spec = GitIgnoreSpec([])
    for line in lines:
        try:
            spec += GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
    return Rules(family, base, above, spec)
