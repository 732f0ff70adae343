"""Which language a file is in, and how that language writes a comment.

Names are those of DeepSeek-Coder-V2's list of languages, so that they mean to a
model what they mean here. The rows live in `context.languages.code` and
`context.languages.markup`, what texts say of themselves in `context.languages.signs`.
"""

from __future__ import annotations

from context.languages.code import CODE
from context.languages.markup import MARKUP
from context.languages.row import Language
from context.languages.signs import by_shebang, by_sign

TEXT = "Text"
LANGUAGES = (*CODE, *MARKUP)

_BY_NAME = {language.name: language for language in LANGUAGES}
_BY_LSP = {name: language.name for language in LANGUAGES for name in language.lsp.split()}
_BY_ENDING = {end: language.name for language in LANGUAGES for end in language.endings.split()}
_BY_FILE = {name: language.name for language in LANGUAGES for name in language.files.split()}
# `Dockerfile.dev` and `Makefile.am` are what the name says, whatever follows it.
_BY_STEM = ("containerfile", "dockerfile", "gemfile", "jenkinsfile", "kconfig", "makefile")


def of(path: str, text: str = "") -> str:
    """The language of the file at `path`, by its name or ending; `"Text"` where none fits.

    The longest ending wins: `.d.ts` before `.ts`. Endings and names are compared
    without regard to case, except that `.C` and `.H` are C++. Where several languages
    share an ending, or a file has none, the beginning of `text` is asked; without a
    text it is the likeliest of them.
    """
    name = path.rpartition("/")[2]
    if name[-2:] in {".C", ".H"}:
        return "C++"
    lowered = name.lower()
    return _by_name(lowered) or _by_ending(lowered, text) or by_shebang(text) or TEXT


def _by_name(name: str) -> str | None:
    return _BY_FILE.get(name) or _BY_FILE.get(name.partition(".")[0] if _has_stem(name) else "")


def _has_stem(name: str) -> bool:
    return name.startswith(_BY_STEM) and _by_ending(name, "") is None


def _by_ending(name: str, text: str) -> str | None:
    _, *parts = name.split(".")
    for start in range(len(parts)):
        ending = "." + ".".join(parts[start:])
        found = by_sign(ending, text) or _BY_ENDING.get(ending)
        if found is not None:
            return found
    return None


def from_lsp(language_id: str, path: str, text: str = "") -> str:
    """The language an editor's `languageId` names; path and text decide where it names none.

    They decide too where the id says no more than the ending does: an editor calls
    every `.m` by one name.
    """
    named = _BY_LSP.get(language_id.lower())
    if named is None or named == of(path):
        return of(path, text)
    return named


def line_comment(language: str) -> str | None:
    """What starts a comment that ends with its line; None for a language that has none."""
    row = _BY_NAME.get(language)
    return row.comment or None if row else None


def comment_marks(language: str) -> tuple[str, str]:
    """What opens and closes a comment; where it ends with its line, nothing closes it.

    A language without comments, or of which nothing is known, gets `//`, which a
    reader takes for a remark wherever it stands.
    """
    row = _BY_NAME.get(language)
    if row is None or not (row.comment or row.block):
        return ("//", "")
    opening, _, closing = row.block.partition(" ")
    return (row.comment, "") if row.comment else (opening, closing)


def remark(language: str, said: str) -> str:
    """What is `said` as a comment of one line."""
    opening, closing = comment_marks(language)
    return f"{opening} {said} {closing}".rstrip()


def names() -> tuple[str, ...]:
    """Every language known by name, sorted."""
    return tuple(sorted(_BY_NAME))


__all__ = [
    "LANGUAGES",
    "TEXT",
    "Language",
    "comment_marks",
    "from_lsp",
    "line_comment",
    "names",
    "of",
    "remark",
]
