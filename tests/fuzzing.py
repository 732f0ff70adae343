"""Messages at random: valid ones, ones that nearly are, and junk."""

from __future__ import annotations

import copy
import json
from itertools import count

ODD = (
    None, True, -1, 0, 1, 3.5, 2**70, "", "x", "\ud800", [], [[]], {}, {"uri": 5}, "file:///%00",
    "file://[", "../../etc/passwd", {"line": -1, "character": 2**40},
)  # fmt: skip
URIS = (
    "file:///nowhere/a.py",
    "file:///nowhere/b%20c.py",
    "untitled:Untitled-1",
    "vscode-notebook-cell:/nowhere/n.ipynb#a",
    "file:///nowhere/.env",
)
BOOK = "file:///nowhere/n.ipynb"
TEXTS = (
    "",
    "def alpha(beta):\n    return beta\n\nalpha(1)\nalp",
    "a\r\nb\rc\f\u2028d😀\ud800\n",
    "{[(",
)
JUNK = (
    b"\x00\xff",
    b"Content-Length: x\r\n\r\n",
    b"Content-Length: 3\r\n\r\n{}",
    b"Content-Length: 99999999999999999999\r\n\r\n",
    b"\r\n\r\n",
    b"Content-Length: 5\r\n\r\n[1,2]",
    b"Content-Length: 0\r\n\r\n",
)


class Fuzz:
    """Makes messages; `requests` counts by id what was asked and must be answered.

    `choose` takes a sequence and gives one of it.
    """

    def __init__(self, choose, kinds=None):
        self.choose = choose
        self.kinds = kinds or KINDS
        self.requests = {}
        self._identifiers = count(1)
        self._version = count(1)

    def message(self):
        """Bytes to send."""
        kind = self.choose(("valid",) * 6 + ("odd",) * 3 + ("junk",))
        if kind == "junk":
            return self.choose(JUNK) + b"\n"
        method, params, is_request = self.choose(self.kinds)
        params = self._filled(copy.deepcopy(params))
        if kind == "odd":
            params = self._mutated(params)
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if is_request:
            message["id"] = self._identifier()
            self.requests[message["id"]] = method
        return framed(message)

    def _identifier(self):
        number = next(self._identifiers)
        return self.choose((number, f"s{number}"))

    def _filled(self, value):
        """Parameters with something in the place of every name of a kind of value."""
        if isinstance(value, dict):
            return {key: self._filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        makers = {
            "URI": lambda: self.choose(URIS),
            "TEXT": lambda: self.choose(TEXTS),
            "NUMBER": lambda: self.choose((0, 0, 1, 2, 3, 4, 50)),
            "VERSION": lambda: self.choose((next(self._version), 1)),
            "ID": lambda: self.choose((*list(self.requests)[-3:], 0, "none")),
        }
        return makers[value]() if isinstance(value, str) and value in makers else value

    def _mutated(self, value):
        """The same with something odd in one place."""
        if isinstance(value, dict) and value and self.choose((True, True, False)):
            key = self.choose(sorted(value))
            if self.choose((True, False, False)):
                return {name: one for name, one in value.items() if name != key}
            return {**value, key: self._mutated(value[key])}
        return copy.deepcopy(self.choose(ODD))


def framed(message):
    """A message as it travels."""
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


_AT = {"line": "NUMBER", "character": "NUMBER"}
_WHERE = {"textDocument": {"uri": "URI"}, "position": _AT}
_ITEM = {"uri": "URI", "languageId": "python", "version": "VERSION", "text": "TEXT"}
_CELL = {"kind": 2, "document": URIS[3]}
_EDITED = {"uri": "URI", "version": "VERSION"}
_EDIT = {"range": {"start": _AT, "end": _AT}, "text": "TEXT"}
_IDENTIFIED = {"textDocument": {"uri": "URI"}}
_BOOK = {"uri": BOOK, "notebookType": "jupyter", "version": 1, "cells": [_CELL]}

_TWICE = {"textDocument": _EDITED, "contentChanges": [_EDIT, _EDIT]}
_WHOLE = {"textDocument": _EDITED, "contentChanges": [{"text": "TEXT"}]}
_BOOK_CLOSED = {"notebookDocument": {"uri": BOOK}, "cellTextDocuments": []}

# The method, its parameters, whether it wants an answer.
KINDS = (
    ("textDocument/didOpen", {"textDocument": _ITEM}, False),
    ("textDocument/didOpen", {"textDocument": _ITEM}, False),
    ("textDocument/didChange", {"textDocument": _EDITED, "contentChanges": [_EDIT]}, False),
    ("textDocument/didChange", _TWICE, False),
    ("textDocument/didChange", _WHOLE, False),
    ("textDocument/didClose", _IDENTIFIED, False),
    ("textDocument/didSave", _IDENTIFIED, False),
    (
        "notebookDocument/didOpen",
        {"notebookDocument": _BOOK, "cellTextDocuments": [_ITEM | {"uri": URIS[3]}]},
        False,
    ),
    (
        "notebookDocument/didChange",
        {
            "notebookDocument": {"uri": BOOK, "version": "VERSION"},
            "change": {
                "cells": {
                    "structure": {
                        "array": {"start": "NUMBER", "deleteCount": "NUMBER", "cells": [_CELL]}
                    },
                    "textContent": [
                        {"document": {"uri": URIS[3], "version": "VERSION"}, "changes": [_EDIT]}
                    ],
                }
            },
        },
        False,
    ),
    ("notebookDocument/didClose", _BOOK_CLOSED, False),
    ("textDocument/inlineCompletion", _WHERE | {"context": {"triggerKind": 2}}, True),
    ("textDocument/inlineCompletion", _WHERE | {"context": {"triggerKind": 1}}, True),
    ("textDocument/completion", _WHERE, True),
    ("infill/context", _WHERE, True),
    ("infill/didShow", {"id": "ID"}, False),
    ("infill/didReject", {"id": "ID"}, False),
    ("infill/didAccept", {"id": "ID", "kind": "word"}, False),
    ("workspace/executeCommand", {"command": "infill.accepted", "arguments": ["ID"]}, True),
    ("workspace/didChangeConfiguration", {"settings": {"infill": {}}}, False),
    (
        "workspace/didChangeWorkspaceFolders",
        {"event": {"added": [], "removed": [{"uri": "file:///nowhere", "name": "n"}]}},
        False,
    ),
    (
        "workspace/didRenameFiles",
        {"files": [{"oldUri": URIS[0], "newUri": URIS[1]}]},
        False,
    ),
    ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "URI", "type": 2}]}, False),
    ("$/cancelRequest", {"id": "ID"}, False),
    ("$/setTrace", {"value": "off"}, False),
    ("$/no/such", {"x": "TEXT"}, False),
    ("no/such", {"x": "TEXT"}, True),
    ("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, True),
)  # fmt: skip
