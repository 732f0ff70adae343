"""The server: a pygls server with our protocol, our session and one module a feature."""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer

from lsp_server.features import FEATURES
from lsp_server.protocol import InfillProtocol, converter
from lsp_server.session import Session

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

TURN_S = 0.0005
"""How long a thread keeps the interpreter while another wants it.

An answer takes the interpreter dozens of times, as numpy and the event loop let it go
in between. At Python's own 5 ms for each an answer took 500 ms while an index was made.
"""


class InfillServer(LanguageServer):
    """The language server of one editor."""

    def __init__(self, *, config: Path | None, assignments: list[str]) -> None:
        """A server that will take its settings from these sources and the editor."""
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - it takes **kwargs untyped
            "infill",
            version("infill-ls"),
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=InfillProtocol,
            converter_factory=converter,
        )
        self.session = Session()
        self.config = config
        self.assignments = assignments

    @property
    def conversation(self) -> InfillProtocol:
        """The protocol under its own type, which pygls doesn't let an attribute have."""
        return cast("InfillProtocol", self.protocol)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log it; a message box would only be in the user's way, and a refusal is no fault."""
        level = logging.INFO if source is FeatureRequestError else logging.ERROR
        log.log(level, "%s: %s", getattr(source, "__name__", source), error)


def create_server(*, config: Path | None = None, assignments: list[str]) -> InfillServer:
    """A server with every feature registered, not yet reading."""
    sys.setswitchinterval(TURN_S)
    server = InfillServer(config=config, assignments=assignments)
    for register in FEATURES:
        register(server)
    return server
