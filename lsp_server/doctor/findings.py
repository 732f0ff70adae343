"""What a look at something came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Sequence

Level = Literal["ok", "warning", "error", "skipped"]


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


def failed(check: str, fault: Exception) -> Finding:
    """A failure whose message says what was found, and behind a semicolon what to do."""
    found, _, remedy = str(fault).rpartition("; ")
    cause = f" [{fault.cause}]" if isinstance(fault, BackendError) else ""
    return error(check, (found or remedy) + cause, remedy if found else "see the message")


def is_sound(findings: Sequence[Finding]) -> bool:
    """Whether nothing is broken."""
    return all(finding.level != "error" for finding in findings)
