"""How far a generation has come, for those who wait for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.answer.checks import Checks
    from inference.answer.heard import Heard
    from lsp_server.inline.wanted import Wanted
    from lsp_server.preparation import Prepared


@dataclass(frozen=True, slots=True)
class Ready:
    """What is known before the backend is asked, all of it found out in one thread.

    Attributes:
        refused: why the document must not leave this machine; nothing else counts then.
        prepared: the prompt; None for a backend that reads none.
    """

    checks: Checks
    wanted: Wanted | None = None
    prepared: Prepared | None = None
    refused: str | None = None


@dataclass(slots=True)
class Progress:
    """How far a generation has come; touched on the event loop alone.

    Attributes:
        pause_s: how long it waited for the next key.
        turn_s: how long it waited for others.
        is_begun: it waits for nothing any more: its prompt is being made, or was.
        ready: what it asks with; None before that is known.
        asked_s: when it asked the backend, by `time.perf_counter`; None before.
        heard: what comes of that.
        text: what would be offered of it, were it to end now, but for the checks.
        listeners: called when `text` has grown.
    """

    pause_s: float = 0.0
    turn_s: float = 0.0
    is_begun: bool = False
    ready: Ready | None = None
    asked_s: float | None = None
    heard: Heard | None = None
    text: str = ""
    listeners: list[Callable[[str], None]] = field(default_factory=list)

    @property
    def is_heard(self) -> bool:
        """Whether the backend has said anything."""
        return self.heard is not None and self.heard.first_token_s is not None

    def show(self, text: str) -> None:
        """Take in what has grown."""
        self.text = text
        for listener in tuple(self.listeners):
            listener(text)
