"""`infill serve`: the language server."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> None:
    """Serve one editor until it goes away."""
    address = _address(options.tcp) if options.tcp else None
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if options.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # pygls logs whole messages, and with them the user's code.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    from lsp_server.server import create_server

    server = create_server(config=options.config, assignments=options.set)
    try:
        if address is None:
            server.start_io()
        else:
            server.start_tcp(*address)
    finally:
        server.session.close()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal()):
        raise UsageError(f"--tcp {text}: expected HOST:PORT, for example 127.0.0.1:7878")
    return host, int(port)
