"""Which language a file is in, and how that language writes a line comment.

Names are those of DeepSeek-Coder-V2's list of languages, so that they mean to a
model what they mean here. The rows live in `context.language_table`.
"""

from __future__ import annotations

from context.language_table import LANGUAGES, Language

TEXT = "Text"

_BY_NAME = {language.name: language for language in LANGUAGES}
_BY_LSP = {name: language.name for language in LANGUAGES for name in language.lsp.split()}
_BY_ENDING = {end: language.name for language in LANGUAGES for end in language.endings.split()}
_BY_FILE = {name: language.name for language in LANGUAGES for name in language.files.split()}


def of(path: str) -> str:
    """The language of the file at `path`, by its name or ending; `"Text"` where none fits.

    The longest ending wins: `.d.ts` before `.ts`. Endings and names are compared
    without regard to case, except that `.C` and `.H` are C++.
    """
    name = path.rpartition("/")[2]
    if name[-2:] in {".C", ".H"}:
        return "C++"
    lowered = name.lower()
    if lowered in _BY_FILE:
        return _BY_FILE[lowered]
    _, *parts = lowered.split(".")
    for start in range(len(parts)):
        found = _BY_ENDING.get("." + ".".join(parts[start:]))
        if found is not None:
            return found
    return TEXT


def from_lsp(language_id: str, path: str) -> str:
    """The language an editor's `languageId` names; the path decides where it names none."""
    return _BY_LSP.get(language_id.lower()) or of(path)


def line_comment(language: str) -> str | None:
    """What starts a comment that ends with its line; None for a language that has none."""
    row = _BY_NAME.get(language)
    return row.comment or None if row else None


def names() -> tuple[str, ...]:
    """Every language known by name, sorted."""
    return tuple(sorted(_BY_NAME))


__all__ = ["TEXT", "Language", "from_lsp", "line_comment", "names", "of"]
