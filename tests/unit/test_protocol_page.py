"""The page about the protocol says what the server does: neither less nor more."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from lsprotocol import types

from inference.errors import Cause
from lsp_server import messages, preview
from lsp_server.features.fallback import offer_in_list
from lsp_server.inline.shown import Kind
from lsp_server.server import create_server

PACKAGE = Path(preview.__file__).parent
PAGE = (PACKAGE / "PROTOCOL.md").read_text("utf-8")
CODE = re.compile(r"`([^`]+)`")
# What pygls sees to, or every server must.
BASE = {"exit", "$/cancelRequest", "$/setTrace"}
# A server says these by other means than a method of the same name.
PROGRESS = {"$/progress", "window/workDoneProgress/create"}


def section(heading):
    """What stands below the heading that has this in it, up to the next heading."""
    parts = re.split(r"^#{2,3} ", PAGE, flags=re.MULTILINE)
    (found,) = [part for part in parts if heading in part.split("\n", 1)[0]]
    return found


def column(heading, head):
    """What stands as code in the first column of the table with that head, in a section."""
    lines = section(heading).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {head} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows += CODE.findall(line.split("|")[1])
    return rows


@pytest.fixture(scope="module")
def server():
    made = create_server(assignments=[])
    offer_in_list(made)
    yield made
    made.session.close()


def test_every_message_that_is_heard_stands_there(server):
    heard = {*server.protocol.fm.features, types.WORKSPACE_EXECUTE_COMMAND}
    ours = {name for name in heard if name.startswith("infill/")}
    assert set(column("what the server hears", "message")) == heard - ours - BASE
    headed = set(re.findall(r"^#+ (?:Request|Notification) `(.*?)` \(client", PAGE, re.MULTILINE))
    assert headed == ours


def test_every_command_stands_there(server):
    assert set(column("Commands", "command")) == set(server.protocol.fm.commands)


def sent():
    """The names of what the code calls, and the methods that it names in notifications."""
    called, notified = set(), set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called.add(node.func.attr.removesuffix("_async"))
                if node.func.attr == "notify" and path.name != "client.py" and node.args:
                    name = node.args[0]
                    told = getattr(name, "value", None) or constants.get(getattr(name, "id", ""))
                    notified.add(told)
    return called, {name for name in notified if str(name).startswith("infill/")}


def test_every_message_that_is_said_stands_there():
    called, notified = sent()
    names = {method: _as_python(method) for method in types.METHOD_TO_TYPES}
    said = {
        method
        for method, name in names.items()
        if name in called and types.message_direction(method) != "clientToServer"
    }
    assert set(column("what the server says", "message")) - PROGRESS == said - PROGRESS
    headed = set(re.findall(r"^#+ Notification `(.*?)` \(server", PAGE, re.MULTILINE))
    assert headed == notified


def _as_python(method):
    """What pygls calls the method that sends a message."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", method).replace("/", "_").lower()


@pytest.mark.parametrize(
    ("heading", "head", "message"),
    [
        ("`infill/status`", "field", messages.Status),
        ("`infill/status`", "field of `error`", messages.Fault),
        ("`infill/answer`", "field", messages.Answer),
        ("`infill/answer`", "time", messages.Timings),
        ("`infill/partial`", "field", messages.Partial),
        ("`infill/didShow`", "field", messages.DidShow),
        ("`infill/didAccept`", "field", messages.DidAccept),
        ("`infill/didReject`", "field", messages.DidReject),
        ("`infill/context`", "field", messages.ContextAsked),
        ("Why there is nothing", "flag", messages.ClientFlags),
    ],
)
def test_every_field_stands_there(heading, head, message):
    """By the types that the code is checked against."""
    assert sorted(column(heading, head)) == sorted(message.__annotations__)


def test_the_context_of_a_place_stands_there():
    workspace = SimpleNamespace(
        settings=SimpleNamespace(context=SimpleNamespace(budget_tokens=1)),
        tokenizer=lambda: SimpleNamespace(name=""),
        spec=SimpleNamespace(name=""),
    )
    fields = preview.described(workspace, preview._NOTHING, None)
    assert sorted(column("`infill/context`", "field of the answer")) == sorted(fields)


@pytest.mark.parametrize(
    ("heading", "head", "words"),
    [
        ("`infill/status`", "kind", messages.StatusKind),
        ("`infill/status`", "cause", Cause),
        ("`infill/answer`", "source", messages.Source),
    ],
)
def test_every_stable_word_stands_there(heading, head, words):
    assert sorted(column(heading, head)) == sorted(get_args(words))


def test_the_kinds_of_accepting_stand_there():
    row = next(x for x in section("`infill/didAccept`").splitlines() if x.startswith("| `kind`"))
    assert set(CODE.findall(row)) == {"kind", *get_args(Kind)}
