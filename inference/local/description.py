"""Where a running model can be asked, in a file that its user alone can read."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOL = 1
"""What both sides must speak; counts up whenever an older side couldn't follow."""
FOLDER_MODE = 0o700
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Description:
    """A process that holds a model.

    Attributes:
        token: who knows it may ask; it never travels, see `proof`.
    """

    protocol: int
    version: str
    pid: int
    port: int
    token: str = field(repr=False)


def new_token() -> str:
    """A token or nonce that nobody can guess."""
    return secrets.token_hex(16)


def proof(token: str, side: Literal["host", "user"], host_nonce: str, user_nonce: str) -> str:
    """That this side knows the token, without telling it.

    The port of a model that has died may be somebody else's now, who mustn't learn
    the token, nor be sent code.
    """
    said = f"{side}:{host_nonce}:{user_nonce}"
    return hmac.new(token.encode(), said.encode(), "sha256").hexdigest()


def is_proof(given: object, expected: str) -> bool:
    """Whether that is the proof; takes as long either way."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())


def write_description(path: Path, description: Description) -> None:
    """Have it found; at once whole.

    Raises:
        OSError: it can't be written.
    """
    beside = path.with_name(f"{path.name}.{description.pid}")
    with suppress(OSError):
        beside.unlink()
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        json.dump(asdict(description), file)
    beside.replace(path)


def read_description(path: Path) -> Description | None:
    """What stands there; None where nothing does that this user has written."""
    try:
        if not _is_own(path):
            return None
        return Description(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remove_description(path: Path, token: str) -> None:
    """Have it found no more, unless another has taken its place."""
    found = read_description(path)
    if found is not None and found.token == token:
        with suppress(OSError):
            path.unlink()


def _is_own(path: Path) -> bool:
    """Whether nobody else can have written it."""
    found = path.lstat()
    if os.name == "nt":
        # The user's own folder is nobody else's there.
        return True
    return found.st_uid == os.getuid() and not found.st_mode & 0o022
