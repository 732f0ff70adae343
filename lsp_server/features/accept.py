"""The command that an editor runs when a completion was accepted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.server import InfillServer

COMMAND = "infill.accepted"

log = logging.getLogger(__name__)


def register(server: InfillServer) -> None:
    """Bind the command to a server."""

    @server.command(COMMAND)
    def accepted(identifier: Any) -> None:
        if server.session.shown.pop(str(identifier), None) is None:
            log.debug("a completion was accepted that is no longer known: %s", identifier)
