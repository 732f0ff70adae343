"""The messages beyond LSP, as JSON objects; `PROTOCOL.md` says what their fields mean.

A field that may be missing is marked as such; all others are always there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

if TYPE_CHECKING:
    from inference.errors import Cause
    from lsp_server.inline.shown import Kind as Accepting

StatusKind = Literal["normal", "busy", "warning", "error", "inactive"]
# The backend when asked for this, the cache, or the backend when asked for something that
# this goes on from.
Source = Literal["backend", "cache", "joined"]


class ClientFlags(TypedDict, total=False):
    """What a client may ask for, in `capabilities.experimental.infill`."""

    answerDetails: bool
    partialText: bool
    oneItem: bool


class Fault(TypedDict):
    """What went wrong."""

    kind: str
    message: str
    cause: Cause | None


class Names(TypedDict):
    """The backend and the model in use."""

    backend: str
    model: str


class Status(Names):
    """`infill/status`."""

    kind: StatusKind
    message: str
    error: Fault | None


class Timings(TypedDict):
    """Milliseconds."""

    context: float
    pack: float
    pause: float
    turn: float
    first_token: float
    check: float
    total: float


class Answer(Names):
    """`infill/answer`."""

    uri: str
    version: int
    reason: str | None
    error: Fault | None
    confidence: float | None
    source: Source
    prompt_tokens: int
    new_tokens: int | None
    timings_ms: Timings


class Partial(TypedDict):
    """`infill/partial`."""

    uri: str
    text: str


class DidShow(TypedDict):
    """`infill/didShow`."""

    identifier: str


class DidAccept(TypedDict):
    """`infill/didAccept`."""

    identifier: str
    kind: NotRequired[Accepting]
    length: NotRequired[int]


class DidReject(TypedDict):
    """`infill/didReject`."""

    identifier: str


class Document(TypedDict):
    """A document by its name."""

    uri: str


class Position(TypedDict):
    """A place in a document, as LSP has it."""

    line: int
    character: int


class ContextAsked(TypedDict):
    """`infill/context`, the request."""

    textDocument: Document
    position: Position
    budget: NotRequired[int]
    remember: NotRequired[bool]
