"""What becomes of a completion: the editor tells that it was shown, accepted or turned down."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast, get_args

from lsp_server.inline.items import COMMAND
from lsp_server.inline.shown import Kind
from lsp_server.kept import counting
from lsp_server.positions import characters

if TYPE_CHECKING:
    from lsp_server.server import InfillServer
    from lsp_server.session import Session

DID_SHOW, DID_ACCEPT, DID_REJECT = "infill/didShow", "infill/didAccept", "infill/didReject"
_KINDS = get_args(Kind)

log = logging.getLogger(__name__)


def register(server: InfillServer) -> None:
    """Bind the command and the notifications to a server."""
    session = server.session
    counting.begin(session)

    @server.command(COMMAND)
    def accepted(identifier: Any = None) -> None:
        _accept(session, {"identifier": identifier})

    @server.feature(DID_SHOW)
    def did_show(params: Any) -> None:
        identifier = _identifier(params)
        _note(DID_SHOW, params, is_known=bool(identifier) and session.shown.was_shown(identifier))

    @server.feature(DID_ACCEPT)
    def did_accept(params: Any) -> None:
        _accept(session, params)

    @server.feature(DID_REJECT)
    def did_reject(params: Any) -> None:
        identifier = _identifier(params)
        is_known = bool(identifier) and session.shown.was_rejected(identifier)
        _note(DID_REJECT, params, is_known=is_known)


def _accept(session: Session, params: Any) -> None:
    """Follow what was accepted; what isn't as the protocol says is passed over."""
    identifier = _identifier(params)
    text = session.shown.text_of(identifier)
    if text is None or not _is_right(params):
        _note(DID_ACCEPT, params, is_known=False)
        return
    units: int | None = params.get("length")
    length = None if units is None else characters(text, units, session.documents.encoding)
    piece = session.shown.was_accepted(identifier, params.get("kind", "whole"), length)
    if piece is not None:
        counting.follow(session, piece)


def _is_right(params: dict[str, Any]) -> bool:
    length: object = params.get("length")
    is_length = length is None or (type(length) is int and length >= 0)
    return is_length and params.get("kind", "whole") in _KINDS


def _identifier(params: Any) -> str:
    """What names the completion; empty where nothing does."""
    if not isinstance(params, dict):
        return ""
    found = cast("dict[str, object]", params).get("identifier")
    return found if isinstance(found, str) else ""


def _note(what: str, params: Any, *, is_known: bool) -> None:
    if not is_known:
        log.info("%s: no completion that is known is named by %.200r", what, params)
