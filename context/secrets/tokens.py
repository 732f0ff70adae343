"""Detectors of our own, for what the scanner's don't know or see too much of.

Keys whose first characters say whose they are, in the forms their issuers publish, and
values that look drawn at random where the name before them says password, key or token.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Kind, how it begins, and what follows. Names are those that issuers use.
PREFIXED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Anthropic API Key", ("sk-ant-",), r"[a-z0-9]{2,12}-[\w-]{40,}"),
    ("OpenAI API Key", ("sk-proj-", "sk-svcacct-", "sk-admin-"), r"[\w-]{40,}"),
    ("Google API Key", ("AIza",), r"[\w-]{35}(?![\w-])"),
    ("Google OAuth Secret", ("GOCSPX-",), r"[\w-]{28}(?![\w-])"),
    ("Hugging Face Token", ("hf_",), r"[A-Za-z0-9]{34}(?!\w)"),
    ("GitHub Token", ("github_pat_",), r"[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?!\w)"),
    ("NPM Token", ("npm_",), r"[A-Za-z0-9]{36}(?!\w)"),
    ("Groq API Key", ("gsk_",), r"[A-Za-z0-9]{48,}"),
    ("Replicate Token", ("r8_",), r"[A-Za-z0-9]{37}(?!\w)"),
    ("DigitalOcean Token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"[a-f0-9]{64}(?!\w)"),
    ("Shopify Token", ("shpat_", "shpca_", "shppa_", "shpss_"), r"[A-Fa-f0-9]{32}(?!\w)"),
    ("Linear API Key", ("lin_api_",), r"[A-Za-z0-9]{40}(?!\w)"),
    ("Vault Token", ("hvs.", "hvb."), r"[\w-]{60,}"),
)
BEARER = "Bearer Token"
ASSIGNED = "Assigned Secret"

# What few values have is asked first, so that all others are left at once.
_MIXED = r"(?=[^\s\"'`]*[0-9])(?=[^\s\"'`]*[a-z])(?=[^\s\"'`]*[A-Z])"
_QUOTED = rf"[=:,>][ \t]?[\"'`](?=[^\s\"'`]{{12}}){_MIXED}([!-~]{{12,200}}?)[\"'`]"
_REST = r"[\w!@#$%^&*+~-]{12,200}={0,2}"
_BARE = rf"[=:][ \t]?(?={_REST}[ \t\r]*$){_MIXED}({_REST})"
_VALUES = (re.compile(_QUOTED, re.MULTILINE), re.compile(_BARE, re.MULTILINE))
_NAME = re.compile(
    r"(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|credential"
    r"|(?:api|access|private|auth|account|encryption|signing|master|client)[_-]?key)s?"
    # What may stand between the name and its value: `_PROD"] = `, `: str = `, ` => `.
    r"\w{0,20}[\"'\])]{0,3}\s*(?::\s*[\w.\[\] |]{1,30})?(?:[:?|]?=>?|:|,)?\s*$",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b[Bb]earer {1,3}([A-Za-z0-9._~+/-]{24,}={0,2})(?![\w{$<%])")
_WORDS = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{5,}")
# Without quotes it may be a name, and those have shorter words, too.
_SHORT_WORDS = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
_PLACE = re.compile(r"://|^[./~#@]|[/\\].*[/\\]|[{}<>]|%[sd(]|\$\w|\.\w+\(|\\[ux]")
_FEWEST_CHANGES = 0.25
_FEWEST_KINDS = 8
_MOST_IN_WORDS = 0.34


def prefixed(begins: tuple[str, ...], rest: str) -> re.Pattern[str]:
    """What a key of this form looks like, wherever it stands in a text."""
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(map(re.escape, begins))}){rest}")


def keys_on(pattern: re.Pattern[str], line: str) -> Iterator[str]:
    """The keys of one form on a line, but for those that are plainly made up."""
    for hit in pattern.finditer(line):
        if len(set(hit[0][4:])) >= _FEWEST_KINDS and any(char.isdigit() for char in hit[0][4:]):
            yield hit[0]


def bearers_on(line: str) -> Iterator[str]:
    """What follows `Bearer` on a line and looks drawn at random."""
    return (hit[1] for hit in _BEARER.finditer(line) if is_drawn(hit[1]))


def assigned_on(line: str) -> Iterator[str]:
    """Values that look drawn at random and that the text before them calls secret."""
    for values, words in zip(_VALUES, (_WORDS, _SHORT_WORDS), strict=True):
        for hit in values.finditer(line):
            if is_drawn(hit[1], words) and _NAME.search(
                line[max(0, hit.start() - 80) : hit.start() + 1]
            ):
                yield hit[1]


def is_drawn(value: str, words: re.Pattern[str] = _WORDS) -> bool:
    """Whether a value looks drawn at random: no name, no sentence, no place, no template."""
    kinds = [_kind(char) for char in value]
    changes = sum(a != b for a, b in pairwise(kinds))
    return (
        {"lower", "upper", "digit"} <= set(kinds)
        and _PLACE.search(value) is None
        and changes >= _FEWEST_CHANGES * len(value)
        and len(set(value)) >= _FEWEST_KINDS
        and sum(len(word[0]) for word in words.finditer(value)) <= _MOST_IN_WORDS * len(value)
    )


def _kind(char: str) -> str:
    if char.isdigit():
        return "digit"
    if char.isalpha():
        return "upper" if char.isupper() else "lower"
    return "other"


KEYS = tuple(
    (kind, begins, pattern, partial(keys_on, pattern))
    for kind, begins, rest in PREFIXED
    for pattern in (prefixed(begins, rest),)
)
"""By form: its name, how it begins, its pattern, and what finds it on a line."""
VALUE_PATTERNS = _VALUES
BEARER_PATTERN = _BEARER
