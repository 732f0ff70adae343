"""Keys and passwords that a completion would put into its document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.secrets.scan import REACH_LINES, secrets

if TYPE_CHECKING:
    from context.types import SecretCheck, Snapshot

# A line may be long; what is this far from the cursor says nothing about a completion.
_NEAR = 4_096


def secret_check(snapshot: Snapshot) -> SecretCheck:
    """Finds the secrets that completions at this cursor would bring in."""
    return _Secrets(snapshot)


@dataclass(frozen=True, slots=True)
class _Secrets:
    """A `SecretCheck`: the completion is looked at within the lines around it.

    That a text is a password is often said by the name before the cursor. A secret that
    stands in the document already tells nobody anything new.
    """

    snapshot: Snapshot

    def finding(self, text: str, /) -> str | None:
        """What kind of secret is new; None where none is."""
        document, cursor = self.snapshot.text, self.snapshot.cursor
        above = "\n".join(document[max(0, cursor - _NEAR) : cursor].split("\n")[-REACH_LINES:])
        below = "\n".join(document[cursor : cursor + _NEAR].split("\n")[:REACH_LINES])
        for kind, secret in secrets(above + text + below):
            if secret not in document:
                return kind
        return None
