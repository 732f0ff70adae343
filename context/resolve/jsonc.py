"""JSON as manifests write it: with comments and trailing commas."""

from __future__ import annotations

import json
import re
from typing import Any, cast

# A string or a comment. What isn't closed ends with the text, so that no text is read twice.
_JSONC = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\Z|\\))|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
# A string or a trailing comma, which JSON hasn't got either.
_COMMA = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\Z|\\))|,\s*+(?=[}\]])', re.DOTALL)


def object_of(text: str) -> dict[str, Any]:
    """A JSON object with comments and trailing commas; empty where the text is none."""
    try:
        return mapping(json.loads(_strings_only(_COMMA, _strings_only(_JSONC, text))))
    except (ValueError, RecursionError):
        return {}


def _strings_only(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: found.group(1) or "", text)


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def strings(value: Any) -> list[str]:
    """The strings of a list, or the one string that stands for a list of one."""
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def leaves(value: Any, depth: int = 6) -> list[str]:
    """Every string below a value, in its order: the targets of conditions, whatever they are."""
    if not isinstance(value, (dict, list)):
        return [value] if isinstance(value, str) else []
    inner: list[Any] = list(mapping(value).values()) if isinstance(value, dict) else [*value]
    return [leaf for item in inner if depth for leaf in leaves(item, depth - 1)]
