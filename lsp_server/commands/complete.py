"""`infill complete`: headless completion through the language server itself."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lsp_server import launch
from lsp_server.client import Connection, connect
from lsp_server.commands.configured import server_arguments
from lsp_server.commands.output import note, print_json, print_text
from lsp_server.commands.place import Place, resolve
from lsp_server.errors import FailureError, NothingToOffer, of_server
from lsp_server.measuring.asking import completion_at, open_text

if TYPE_CHECKING:
    import argparse

Json = dict[str, Any]


def run(options: argparse.Namespace) -> None:
    """Print the completion at a place.

    Raises:
        CommandError: as the exit codes of the command line say.
    """
    result = asyncio.run(_converse(resolve(options), options))
    if result["completion"] is None:
        raise NothingToOffer(f"no completion: {result['reason']}")


async def _converse(place: Place, options: argparse.Namespace) -> Json:
    """The result, printed as soon as it is there: the server ends while the user reads."""
    command = launch.command("serve", *server_arguments(options))
    async with connect(command, place.root if place.to_crawl else None) as server:
        await server.ready()
        opened = open_text(server, place.file, place.text, place.cursor)
        if options.stream and not options.json:
            server.listen(_Printer())
        items = await server.request("textDocument/inlineCompletion", completion_at(opened))
        result = _result(items, server)
        _print(result, server, options)
        return result


def _print(result: Json, server: Connection, options: argparse.Namespace) -> None:
    if options.json:
        print_json(result)
    elif options.stream:
        _finish_stream(server, result["completion"])
    elif result["completion"] is not None:
        print_text(result["completion"], end="")


def _result(items: list[Json] | None, server: Connection) -> Json:
    answer = server.last("infill/answer")
    if answer is None:
        raise FailureError("the server answered without saying how", kind="server")
    if answer["error"] is not None:
        raise of_server(answer["error"])
    item = next(iter(items or ()), None)
    details = {key: answer[key] for key in answer if key not in ("uri", "version", "error")}
    return {
        "completion": item["insertText"] if item else None,
        "range": item["range"] if item else None,
        **details,
    }


class _Printer:
    """Prints what is new in each partial text, as long as somebody reads."""

    def __init__(self) -> None:
        self._printed = ""

    def __call__(self, method: str, params: Json) -> None:
        if method == "infill/partial" and params["text"].startswith(self._printed):
            # What fails here fails again when the rest is printed, where it can be reported.
            with suppress(OSError):
                print_text(params["text"][len(self._printed) :], end="")
            self._printed = params["text"]


def _finish_stream(server: Connection, completion: str | None) -> None:
    partial = server.last("infill/partial")
    printed = partial["text"] if partial else ""
    if completion is None:
        return
    if completion.startswith(printed):
        print_text(completion[len(printed) :], end="")
    else:
        sys.stdout.flush()
        note(f"the completion was cut to {completion!r} after it was streamed")
