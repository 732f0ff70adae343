"""What a look at something came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from inference.errors import BackendError
from inference.wire.pause import without_pause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.errors import Cause

Level = Literal["ok", "warning", "error", "skipped"]

# Where a message holds nothing to do.
_REMEDIES: dict[Cause, str] = {
    "quota": "wait, or see to what the key may use; then look again",
    "unreachable": "see whether it runs, and what it is doing",
    "died": "its log may say why; start it again",
    "weights": "fetch them again, or take others: they are broken, or of a kind it can't read",
    "memory": "close something, or take a smaller model or precision",
}
_REMEDY = "see what its log says"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: what, by a stable name.
        level: "skipped" where it couldn't be looked at, and `found` says why.
        found: what there is, in words.
        remedy: what to do; empty where nothing is to be done.
    """

    check: str
    level: Level
    found: str
    remedy: str = ""


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", found)


def warning(check: str, found: str, remedy: str) -> Finding:
    """It works, but not as well as it could."""
    return Finding(check, "warning", found, remedy)


def error(check: str, found: str, remedy: str) -> Finding:
    """It doesn't work."""
    return Finding(check, "error", found, remedy)


def skipped(check: str, why: str) -> Finding:
    """It wasn't looked at."""
    return Finding(check, "skipped", why)


def failed(check: str, fault: Exception, remedy: str = "") -> Finding:
    """A failure whose message says what was found, and behind a semicolon what to do.

    Where it says nothing to do, `remedy` stands, or what its cause suggests.
    """
    # Nobody asks again here.
    found, _, told = without_pause(str(fault)).rpartition("; ")
    named = fault.cause if isinstance(fault, BackendError) else "failed"
    cause = "" if named == "failed" else f" [{named}]"
    if found:
        return error(check, found + cause, told)
    return error(check, told + cause, remedy or _suggested(fault))


def _suggested(fault: Exception) -> str:
    return _REMEDIES.get(fault.cause, _REMEDY) if isinstance(fault, BackendError) else _REMEDY


def is_sound(findings: Sequence[Finding]) -> bool:
    """Whether nothing is broken."""
    return all(finding.level != "error" for finding in findings)
