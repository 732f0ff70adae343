"""Secrets in a text: what stock scanners find line by line, found many times faster.

Each detector's patterns run over whole pieces of the text, most of them not even that;
only lines that hit are looked at as the scanner itself would. What obviously is no
secret (a placeholder, an example, a line marked `pragma: allowlist secret`) is passed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from context.text import to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.secrets.detectors import Detector, Hint

# A private key is one where its body follows so many lines further down at the latest.
# What a line says therefore depends on the lines up to there, and on the one before it.
REACH_LINES = 12
# While a pattern runs over a piece of text, no other thread does anything.
_PIECE_CHARS = 65_536
# On longer lines some patterns take quadratic time; they are cut up, with some overlap.
_LONGEST_LINE = 1_000
_OVERLAP = 300

_END = ord("\n")
_ALNUM = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_RUNS = bytes(97 if code in _ALNUM else code if code == _END else 32 for code in range(256))
_TOKENS = bytes(
    97 if code in _ALNUM + b"_-" else code if code == _END else 32 for code in range(256)
)
_NO_ENDS = bytes(32 if code == _END else 97 for code in range(256))

_LONGEST_WORD = 8
_LEAST_BESIDES = 5
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{40}")
_PLACEHOLDER = re.compile(
    r"pass(?:w(?:or)?d)?|pwd|pw$|secret|fake|dummy|example|test|guest|changeme|token|key|user|xxx|\*\*\*",
    re.IGNORECASE,
)
_EXAMPLE_HOST = re.compile(
    r"(?:[\w.-]+\.)?(?:example\d*\.\w+|test|invalid|example)(?![\w.-])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What kind of secret a text holds, and on which line, counted from 1; never the secret."""

    kind: str
    line: int

    def __str__(self) -> str:
        return f"{self.kind} on line {self.line}"


def find_secret(text: str) -> Finding | None:
    """The first secret of the text; None where nobody sees one.

    Lines are told apart by line feeds. Every start and end of a line is one, wherever
    the text is cut, so that a part that consists of whole lines answers for itself, but
    for what `REACH_LINES` says.
    """
    for piece in _pieces(text):
        for suspect in _suspects(text, piece):
            if _is_secret(text, suspect):
                line = text.count("\n", 0, suspect.start) + 1
                return Finding(suspect.detector.kind, line)
    return None


def secrets(text: str) -> Iterator[tuple[str, str]]:
    """Every secret of a text as its kind and what it is, for comparing and nothing else."""
    for piece in _pieces(text):
        for suspect in _suspects(text, piece):
            yield from ((suspect.detector.kind, secret) for secret in _secrets(text, suspect))


class _Piece(NamedTuple):
    """Whole lines of a text, or a part of one that is too long."""

    start: int
    text: str


def _pieces(text: str) -> Iterator[_Piece]:
    start = 0
    while start < len(text):
        end = text.rfind("\n", start, start + _PIECE_CHARS) + 1
        if len(text) - start <= _PIECE_CHARS:
            end = len(text)
        elif end == 0:
            following = text.find("\n", start + _PIECE_CHARS) + 1
            end = following or len(text)
        yield from _short_lines(start, text[start:end])
        start = end


def _short_lines(start: int, piece: str) -> Iterator[_Piece]:
    if b"a" * _LONGEST_LINE not in to_bytes(piece).translate(_NO_ENDS):
        yield _Piece(start, piece)
        return
    for line in piece.splitlines(keepends=True):
        for at in range(0, max(1, len(line) - _OVERLAP), _LONGEST_LINE - _OVERLAP):
            yield _Piece(start + at, line[at : at + _LONGEST_LINE])
        start += len(line)


class _Suspect(NamedTuple):
    """A line, or what was looked at of it, on which a detector may find something.

    Attributes:
        start: where the line begins in the whole text.
    """

    start: int
    part: str
    detector: Detector


def _suspects(text: str, piece: _Piece) -> list[_Suspect]:
    """By line, what is worth a closer look."""
    data = to_bytes(piece.text)
    views = _Views(data, data.lower(), data.translate(_RUNS), data.translate(_TOKENS))
    found: set[tuple[int, int]] = set()
    for number, detector in enumerate(_detectors()):
        spans = _hinted(detector.hint, views)
        if spans is None:
            hits = (hit.start() for one in detector.patterns for hit in one.finditer(piece.text))
            found.update((piece.text.rfind("\n", 0, hit) + 1, number) for hit in hits)
        else:
            found.update((_chars(data, start), number) for start in spans)
    return [_suspect(text, piece, at, number) for at, number in sorted(found)]


class _Views(NamedTuple):
    """A piece as it is, in lower case, and with nothing but its runs to be seen."""

    data: bytes
    lower: bytes
    runs: bytes
    token_runs: bytes


def _hinted(hint: Hint, views: _Views) -> set[int] | None:
    """Where the lines start that the hint points at; None where there is no hint."""
    if not (hint.words or hint.folded or hint.run or hint.token_run):
        return None
    wanted = [(views.data, word) for word in hint.words]
    wanted += [(views.lower, word) for word in hint.folded]
    wanted += [(views.runs, b"a" * hint.run)] if hint.run else []
    wanted += [(views.token_runs, b"a" * hint.token_run)] if hint.token_run else []
    return {start for view, word in wanted for start in _lines_with(word, view)}


def _lines_with(word: bytes, view: bytes) -> Iterator[int]:
    at = view.find(word)
    while at >= 0:
        yield view.rfind(b"\n", 0, at) + 1
        end = view.find(b"\n", at)
        at = view.find(word, end) if end >= 0 else -1


def _chars(data: bytes, at: int) -> int:
    return at if data.isascii() else len(data[:at].decode("utf-8", "surrogatepass"))


def _suspect(text: str, piece: _Piece, at: int, number: int) -> _Suspect:
    end = piece.text.find("\n", at)
    part = piece.text[at : end if end >= 0 else len(piece.text)]
    return _Suspect(text.rfind("\n", 0, piece.start + at) + 1, part, _detectors()[number])


def _is_secret(text: str, suspect: _Suspect) -> bool:
    """Whether the detector finds something on the line that nothing excuses."""
    return next(_secrets(text, suspect), None) is not None


def _secrets(text: str, suspect: _Suspect) -> Iterator[str]:
    """What the detector finds on the line that nothing excuses."""
    detector, part = suspect.detector, suspect.part.rstrip()
    for secret in detector.secrets_in(part):
        if not _is_obvious(secret, part, detector.kind, text, suspect.start):
            if _is_allowed(text, suspect.start):
                return
            yield secret


def _is_allowed(text: str, start: int) -> bool:
    """Whether the line, or the one before it, says that this is no secret."""
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)]
    before = text[text.rfind("\n", 0, max(0, start - 1)) + 1 : max(0, start - 1)]
    if "pragma" not in line and "pragma" not in before:
        return False
    from detect_secrets.filters.allowlist import is_line_allowlisted
    from detect_secrets.util.code_snippet import CodeSnippet

    context = CodeSnippet([before, line], start_line=0, target_index=1)
    return is_line_allowlisted("", line.rstrip(), context)


def _is_obvious(secret: str, part: str, kind: str, text: str, start: int) -> bool:
    """Whether something that looks like a secret is none."""
    from context.secrets import detectors as known

    if kind == known.PRIVATE_KEY:
        return not _has_body(text, start)
    if kind == known.BASIC_AUTH:
        return _is_made_up(secret, part)
    if kind in known.RANDOM and not any(char.isdigit() for char in secret.rpartition(":")[2]):
        return True
    return "example" in secret.lower() or _is_formless(secret)


def _has_body(text: str, start: int) -> bool:
    """Whether a key follows what announces one: code that reads keys announces some, too."""
    end = start
    for _ in range(REACH_LINES):
        end = text.find("\n", end) + 1
        if end == 0:
            end = len(text)
            break
    return _KEY_BODY.search(text, start, end) is not None


def _is_made_up(password: str, line: str) -> bool:
    """Whether the password of an address is one of those that examples and tests have."""
    address = re.search(r"//([^\s:/@]+):" + re.escape(password) + r"@([^\s/\"'`]*)", line)
    if address is not None and (
        address[1] == password or _EXAMPLE_HOST.match(address[2].partition(":")[0])
    ):
        return True
    return (
        _is_placeholder(password)
        or password.startswith("%")
        or _is_word(password)
        or password in {"foo", "bar", "baz", "abc", "123", "1234", "12345", "123456"}
        or _is_formless(password)
    )


def _is_placeholder(password: str) -> bool:
    """Whether it says that it is a password, and hardly anything that one couldn't guess."""
    rest, n_words = _PLACEHOLDER.subn("", password)
    letters, digits = any(map(str.isalpha, rest)), any(map(str.isdigit, rest))
    return n_words > 0 and not (letters and digits and len(rest) >= _LEAST_BESIDES)


def _is_word(password: str) -> bool:
    """Whether it is a short word in one case, as manuals have them and password stores don't."""
    is_one_case = password.islower() or password.isupper()
    return len(password) <= _LONGEST_WORD and password.isalpha() and is_one_case


def _is_formless(secret: str) -> bool:
    """What the scanner itself takes for no secret: templates, sequences, masks, identifiers."""
    from detect_secrets.filters import heuristic

    return (
        heuristic.is_templated_secret(secret)
        or heuristic.is_prefixed_with_dollar_sign(secret)
        or heuristic.is_sequential_string(secret)
        or heuristic.is_not_alphanumeric_string(secret)
        or heuristic.is_potential_uuid(secret)
    )


@cache
def _detectors() -> tuple[Detector, ...]:
    from context.secrets.detectors import DETECTORS

    return DETECTORS
