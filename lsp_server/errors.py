"""What the command line reports, and the exit code that goes with it.

CommandError
├── NothingToOffer   1  an honest nothing, with the reason
├── UsageError       2  wrong use: a position, a name or a setting
│   └── SettingError    a setting: names itself, what was found and what is allowed
└── FailureError     3  a backend failed, or a file is missing, binary or unreadable
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# What the user got wrong, as opposed to what broke.
_USAGE_KINDS = frozenset({"setting", "unknown-model", "unknown-backend", "budget", "position"})


class CommandError(Exception):
    """Ends a command with its exit code; `kind` is stable, for `--json`.

    So is `cause`, why a backend failed.
    """

    exit_code = 3

    def __init__(self, message: str, *, kind: str | None = None, cause: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind or self.default_kind
        self.cause = cause

    default_kind = "failure"


class NothingToOffer(CommandError):  # noqa: N818 - it is an answer, not a fault
    """There is nothing to print, and that is the truth."""

    exit_code = 1
    default_kind = "nothing"


class UsageError(CommandError):
    """The command was called in a way that can't work."""

    exit_code = 2
    default_kind = "usage"


class SettingError(UsageError):
    """A setting with a wrong name or value."""

    default_kind = "setting"


class FailureError(CommandError):
    """Something that the command needs has failed."""


def of_server(error: Mapping[str, Any]) -> CommandError:
    """What ends a command whose server has told of an error, by `kind` and `message`."""
    wrong = UsageError if error["kind"] in _USAGE_KINDS else FailureError
    return wrong(error["message"], kind=error["kind"], cause=error.get("cause"))
