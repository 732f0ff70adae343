"""`infill serve`: the language server."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError
from lsp_server.transport import serve_stdio, serve_tcp

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
    signal.signal(signal.SIGINT, _interrupted)
    try:
        code = serve_tcp(server, *address) if address else serve_stdio(server)
    finally:
        server.session.close()
    sys.exit(code)


def _interrupted(*_: object) -> None:
    """End at once: the thread that reads standard input can't be woken any other way."""
    os._exit(130)


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
