"""Where something is completed: what the user wants, narrowed by what a repository asks for."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, cast

from pydantic import BeforeValidator

from context import languages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lsp_server.settings import CompletionSettings, Settings

OTHERS = "*"
"""Stands for every language that isn't named."""

_OFF = (
    "completion is turned off: `completion.enabled` is false, in your settings or in this "
    "repository's .infill.toml"
)
_OFF_HERE = (
    "completion is turned off for {language}: `completion.languages` says so, in your settings or "
    "in this repository's .infill.toml"
)
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
_BY_ANY_NAME = {
    name.lower(): row.name for row in languages.LANGUAGES for name in (*row.lsp.split(), row.name)
} | {"plaintext": languages.TEXT, OTHERS: OTHERS}


def _by_name(value: object) -> object:
    """The table with languages as `context.languages` names them.

    Raises:
        ValueError: an unknown language, or what says neither yes nor no.
    """
    if not isinstance(value, dict):
        raise ValueError('expected a table like { markdown = false, "*" = true }')  # noqa: TRY004 - what pydantic reports
    table = cast("Mapping[object, object]", value)
    rows = ((language, wanted) for language, wanted in table.items() if wanted is not None)
    return {_named(language): _told(language, wanted) for language, wanted in rows}


def _named(language: object) -> str:
    found = _BY_ANY_NAME.get(str(language).strip().lower())
    if found is not None:
        return found
    near = difflib.get_close_matches(str(language).lower(), _BY_ANY_NAME, n=3, cutoff=0.5)
    names = ", ".join(dict.fromkeys(repr(_BY_ANY_NAME[one]) for one in near))
    hint = (
        f"did you mean {names}?" if names else 'write for example "python", or "*" for all others'
    )
    raise ValueError(f"there is no language {str(language)!r}; {hint}")


def _told(language: object, wanted: object) -> bool:
    word = str(wanted).strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise ValueError(f"{language} = {wanted!r}: expected true or false")


Languages = Annotated[dict[str, bool], BeforeValidator(_by_name)]


def narrowed(settings: Settings, limits: CompletionSettings) -> Settings:
    """The settings, with nothing completed that the limits don't allow, too."""
    if limits.enabled and not limits.languages:
        return settings
    both = (settings.completion.languages, limits.languages)
    named = dict.fromkeys((*both[0], *both[1]))
    completion = settings.completion.model_copy(
        update={
            "enabled": settings.completion.enabled and limits.enabled,
            "languages": {one: all(_allows(table, one) for table in both) for one in named}
            | ({OTHERS: all(_allows(table, OTHERS) for table in both)} if named else {}),
        }
    )
    return settings.model_copy(update={"completion": completion})


def _allows(table: Mapping[str, bool], language: str) -> bool:
    return table.get(language, table.get(OTHERS, True))


def turned_off(settings: Settings, language: str) -> str | None:
    """Why nothing is completed in a language, for the user; None where something is.

    Args:
        settings: those of the document's workspace.
        language: as `context.languages` names it.
    """
    if not settings.completion.enabled:
        return _OFF
    if _allows(settings.completion.languages, language):
        return None
    return _OFF_HERE.format(language=language)
