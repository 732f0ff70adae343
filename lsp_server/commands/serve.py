"""`infill serve`: the language server."""

from __future__ import annotations

import gc
import logging
import sys
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from lsp_server.server import InfillServer


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
    server = _quickly_created(options)
    try:
        if address is None:
            server.start_io()
        else:
            server.start_tcp(*address)
    finally:
        server.session.close()


def _quickly_created(options: argparse.Namespace) -> InfillServer:
    """The server, with the garbage collector out of the way while modules load.

    What loads now stays for good: looking through it again and again takes a tenth of the
    start, and later lengthens the longest pauses.
    """
    gc.disable()
    from lsp_server.server import create_server

    server = create_server(config=options.config, assignments=options.set)
    gc.freeze()
    gc.enable()
    return server


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal()):
        raise UsageError(f"--tcp {text}: expected HOST:PORT, for example 127.0.0.1:7878")
    return host, int(port)
