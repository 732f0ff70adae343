"""What the ignore files of a repository leave out.

`.gitignore` nests: a deeper file overrules a higher one, a later line an earlier
one, and `!` takes back. The files that speak to assistants each form a chain of
their own, and what any of them leaves out stays out: a `!` in one can't open
what another closed. What git's attributes call vendored or generated, for the
statistics of a forge, isn't the repository's own either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

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

# As the expressions spell `*`, `/**` and the `**/` that most patterns begin with.
_STAR = "[^/]*"
_FOLDERS = "(?:/.+)?"
_ANYWHERE = "^(?:.+/)?"
# Expressions with so many are tried out in no time, whatever the name.
_FEW_STARS = 2


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
    # Of lines that say the same the last one counts.
    wanted = reversed(dict.fromkeys(reversed(tuple(lines))))
    patterns = tuple(made for line in wanted if (made := _pattern(line)) is not None)
    return Rules(family, base, above, GitIgnoreSpec(patterns, backend="simple"))


def _pattern(line: str) -> GitIgnoreSpecPattern | None:
    try:
        made = GitIgnoreSpecPattern(line)
    except (ValueError, re.error):
        # A range that runs backwards, for example.
        return None
    expression = cast("re.Pattern[str] | None", made.regex)  # pyright: ignore[reportUnknownMemberType]
    if made.include is None or expression is None:
        return None
    if line.count("*") <= _FEW_STARS:
        return made
    return GitIgnoreSpecPattern(re.compile(without_detours(expression.pattern)), made.include)


def without_detours(regex: str) -> str:
    """An expression that matches what a pattern's own does, in time that doesn't multiply by star.

    What stands between two stars is taken where it is first found and never looked for
    again further on (the atomic groups see to that): a later place leaves less room for
    what follows, and none that an earlier one doesn't.
    """
    first, *others = (_settled_stars(run) for run in regex.split(_FOLDERS))
    if not others or not all(run.startswith("/") for run in others):
        return _FOLDERS.join((first, *others))
    if first.startswith(_ANYWHERE):
        first = f"^(?>(?:.+?/)??{first.removeprefix(_ANYWHERE)}(?=/))"
    between = (f"(?>(?:/.+?)??{run}(?=/))" for run in others[:-1])
    return "".join((first, *between, _FOLDERS, others[-1]))


def _settled_stars(run: str) -> str:
    """The same for a part of the expression without `**`."""
    head, *chunks = run.split(_STAR)
    if not chunks:
        return run
    settled = (f"(?>[^/]*?{chunk})" for chunk in chunks[:-1] if chunk)
    return "".join((head, *settled, _STAR, chunks[-1]))
