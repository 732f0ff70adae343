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
from lsp_server.errors import FailureError, NothingToOffer, UsageError

if TYPE_CHECKING:
    import argparse

Json = dict[str, Any]

# What the user got wrong, as opposed to what broke.
USAGE_KINDS = frozenset({"setting", "unknown-model", "unknown-backend", "budget", "position"})


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
        _raise_for(await server.settled())
        uri = place.file.as_uri()
        server.notify("textDocument/didOpen", _opened(uri, place.text))
        if options.stream and not options.json:
            server.listen(_Printer())
        items = await server.request("textDocument/inlineCompletion", _asked(uri, place))
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


def _raise_for(status: Json) -> None:
    """End the command when the server can't serve at all."""
    error = status.get("error")
    if status["kind"] != "error" or error is None:
        return
    wrong = UsageError if error["kind"] in USAGE_KINDS else FailureError
    raise wrong(error["message"], kind=error["kind"])


def _opened(uri: str, text: str) -> Json:
    return {"textDocument": {"uri": uri, "languageId": "", "version": 1, "text": text}}


def _asked(uri: str, place: Place) -> Json:
    return {
        "textDocument": {"uri": uri},
        "position": {"line": place.line, "character": place.character},
        "context": {"triggerKind": 1},
    }


def _result(items: list[Json] | None, server: Connection) -> Json:
    answer = server.last("infill/answer")
    if answer is None:
        raise FailureError("the server answered without saying how", kind="server")
    if answer["error"] is not None:
        _raise_for({"kind": "error", "error": answer["error"]})
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
