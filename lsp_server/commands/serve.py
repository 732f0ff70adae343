"""`infill serve`: the language server."""

from __future__ import annotations

import gc
import logging
import re
import sys
from typing import TYPE_CHECKING

from lsp_server.errors import FailureError, UsageError
from lsp_server.garbage import collect_seldom
from lsp_server.output import Log
from lsp_server.transport import DRAIN_S, serve_stdio, serve_tcp

if TYPE_CHECKING:
    import argparse

    from lsp_server.server import InfillServer

LARGEST_PORT = 65_535


def run(options: argparse.Namespace) -> None:
    """Serve one editor until it goes away.

    Raises:
        UsageError: an address that isn't one, or no standard input to read from.
        FailureError: the address can't be listened at.
    """
    address = _address(options.tcp) if options.tcp else None
    if address is None and (sys.stdin is None or sys.stdout is None):
        closed = "input" if sys.stdin is None else "output"
        raise UsageError(f"standard {closed} is closed; an editor should hold it open")
    told = Log(sys.stderr.fileno()) if sys.stderr is not None else None
    logging.basicConfig(
        stream=told,
        level=logging.DEBUG if options.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # pygls logs whole messages, and with them the user's code.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server = _quickly_created(options)
    try:
        code = _listen(server, *address) if address else serve_stdio(server)
    finally:
        server.session.close()
        if told is not None:
            told.drain(DRAIN_S)
    sys.exit(code)


def _quickly_created(options: argparse.Namespace) -> InfillServer:
    """The server, with the garbage collector out of the way while modules load.

    What loads now stays for good: looking through it again and again takes a tenth of the
    start, and later lengthens the longest pauses.
    """
    gc.disable()
    from lsp_server.server import create_server

    server = create_server(config=options.config, assignments=options.set)
    gc.freeze()
    collect_seldom()
    gc.enable()
    return server


def _listen(server: InfillServer, host: str, port: int) -> int:
    try:
        return serve_tcp(server, host, port)
    except (OSError, UnicodeError) as error:
        # UnicodeError: what stands for the host can't be a name.
        raise FailureError(f"--tcp {host}:{port}: {error}", kind="address") from None


def _address(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"\[?(.+?)\]?:([0-9]{1,5})", text)
    if found is None or int(found[2]) > LARGEST_PORT:
        raise UsageError(
            f"--tcp {text}: expected HOST:PORT, for example 127.0.0.1:7878, "
            f"with a port up to {LARGEST_PORT}"
        )
    return found[1], int(found[2])
