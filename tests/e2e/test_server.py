"""The real server process over stdio, spoken to as an editor would."""

from __future__ import annotations

import asyncio
import sys

import pytest

from lsp_server import launch
from lsp_server.client import connect
from lsp_server.errors import FailureError

pytestmark = pytest.mark.usefixtures("isolated")

TEXT = "def alpha(beta, gamma):\n    return beta\n\n\n" + "alpha(1, 2)\n" * 4 + "alp\n"
HEAVY = {"torch", "transformers", "vllm", "llama_cpp"}
GUARD = """
import atexit, sys
trace = sys.argv[1]
atexit.register(lambda: open(trace, "w").write("\\n".join(sys.modules)))
def refuse(event, arguments):
    if event == "socket.connect" and arguments[1][0] not in ("127.0.0.1", "::1"):
        raise SystemExit(f"a connection to {arguments[1]!r}")
sys.addaudithook(refuse)
sys.argv[1:] = ["serve"]
from lsp_server.__main__ import main
main()
"""


def opened(uri, text=TEXT, language="python"):
    """Parameters of `didOpen`."""
    return {"textDocument": {"uri": uri, "languageId": language, "version": 1, "text": text}}


def asked(uri, line, character):
    """Parameters of `inlineCompletion`."""
    return {
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
        "context": {"triggerKind": 1},
    }


@pytest.fixture
def document(tmp_path):
    """The URI of a file in a small repository."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text(TEXT)
    return (tmp_path / "a.py").as_uri()


def serve(*arguments):
    return launch.command("serve", *arguments)


async def test_an_item_has_a_range_on_one_line_and_an_accept_command(tmp_path, document):
    async with connect(serve(), tmp_path) as server:
        await server.settled()
        server.notify("textDocument/didOpen", opened(document))
        (item,) = await server.request("textDocument/inlineCompletion", asked(document, 8, 3))
        assert item["insertText"].startswith("ha(")
        assert item["range"]["start"]["line"] == item["range"]["end"]["line"] == 8
        command = {"command": item["command"]["command"], "arguments": item["command"]["arguments"]}
        assert await server.request("workspace/executeCommand", command) is None


async def test_inline_completion_is_advertised_statically(tmp_path):
    """Neovim takes it only so."""
    async with connect(serve(), tmp_path) as server:
        assert server.capabilities["inlineCompletionProvider"] is not None
        assert server.capabilities["positionEncoding"] == "utf-32"
        assert server.capabilities["textDocumentSync"]["change"] == 2


async def test_edits_are_followed(tmp_path, document):
    """The answer is for the text as it stands, not as it was opened or saved."""
    async with connect(serve(), tmp_path) as server:
        await server.settled()
        server.notify("textDocument/didOpen", opened(document))
        change = {
            "range": {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 9}},
            "text": "omega",
        }
        again = {
            "range": {"start": {"line": 4, "character": 0}, "end": {"line": 8, "character": 3}},
            "text": "omega(1, 2)\n" * 4 + "ome",
        }
        server.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": document, "version": 2}, "contentChanges": [change, again]},
        )
        (item,) = await server.request("textDocument/inlineCompletion", asked(document, 8, 3))
        assert item["insertText"].startswith("ga(")


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("textDocument/inlineCompletion", {"nonsense": 1}, "are not what the protocol says"),
        ("textDocument/inlineCompletion", asked("file:///never.py", 0, 0), "was never opened"),
        ("infill/context", {"textDocument": 5}, "takes textDocument and position"),
        ("no/such/method", {}, "Method Not Found"),
    ],
)
async def test_bad_requests_are_refused_and_the_server_goes_on(
    tmp_path, document, method, params, message
):
    async with connect(serve(), tmp_path) as server:
        await server.settled()
        server.notify("textDocument/didOpen", opened(document))
        with pytest.raises(FailureError, match=message):
            await server.request(method, params)
        assert await server.request("textDocument/inlineCompletion", asked(document, 8, 3))


async def test_a_position_outside_the_document_is_refused(tmp_path, document):
    async with connect(serve(), tmp_path) as server:
        server.notify("textDocument/didOpen", opened(document))
        with pytest.raises(FailureError, match="has 10 lines"):
            await server.request("textDocument/inlineCompletion", asked(document, 70, 0))


async def test_notifications_about_unknown_documents_are_survived(tmp_path, document):
    async with connect(serve(), tmp_path) as server:
        edit = {"textDocument": {"uri": document, "version": 2}, "contentChanges": [{"text": "x"}]}
        server.notify("textDocument/didChange", edit)
        server.notify("textDocument/didClose", {"textDocument": {"uri": document}})
        server.notify("textDocument/didOpen", opened(document))
        assert await server.request("textDocument/inlineCompletion", asked(document, 8, 3))


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "file://", "inmemory://model/1"])
async def test_what_is_no_file_yet_is_completed_by_its_own_text(tmp_path, document, uri):
    """And nothing of the folders that are open gets into its prompt."""
    (tmp_path / "b.py").write_text("def omega(): ...\n")
    async with connect(serve(), tmp_path) as server:
        await server.settled()
        server.notify("textDocument/didOpen", opened(uri))
        (item,) = await server.request("textDocument/inlineCompletion", asked(uri, 8, 3))
        assert item["insertText"].startswith("ha(")
        where = {"textDocument": {"uri": uri}, "position": {"line": 8, "character": 3}}
        assert (await server.request("infill/context", where))["files"] == []


async def test_the_context_request_answers_like_the_command(tmp_path, document):
    (tmp_path / "b.py").write_text("from a import alpha\nalpha(")
    uri = (tmp_path / "b.py").as_uri()
    async with connect(serve(), tmp_path) as server:
        await server.settled()
        server.notify("textDocument/didOpen", opened(uri, "from a import alpha\nalpha("))
        where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 6}}
        shown = await server.request("infill/context", {**where, "budget": 1000})
        assert [file["path"] for file in shown["files"]] == ["a.py"]
        assert shown["tokens"] <= 1000


async def test_nothing_heavy_is_loaded_and_no_connection_is_made(tmp_path, document):
    """The embedded default works under a guard that ends the server at the first connection."""
    trace = tmp_path / "modules"
    command = [sys.executable, "-P", "-c", GUARD, str(trace)]
    async with connect(command, tmp_path) as server:
        await server.settled()
        server.notify("textDocument/didOpen", opened(document))
        assert await server.request("textDocument/inlineCompletion", asked(document, 8, 3))
    loaded = set(trace.read_text().split())
    assert "pygls" in loaded
    assert not loaded & HEAVY


async def test_a_wrong_setting_is_told_and_the_server_stays(tmp_path, document):
    async with connect(serve("--set", "model=gpt"), tmp_path) as server:
        status = await server.settled()
        assert (status["kind"], status["error"]["kind"]) == ("error", "unknown-model")
        server.notify("textDocument/didOpen", opened(document))
        assert await server.request("textDocument/inlineCompletion", asked(document, 8, 3)) == []


async def test_the_server_ends_when_the_editor_dies(tmp_path):
    """Standard input at its end means there is nobody left."""
    process = await asyncio.create_subprocess_exec(
        *serve(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 10)


@pytest.mark.parametrize(
    "last_words", ["", "Content-Length: 99\\r\\n\\r\\n{", "Content-Length: 1\\r\\n\\r\\n}"]
)
async def test_a_server_that_dies_is_reported(tmp_path, last_words):
    """Before its first word, in the middle of a message, or talking nonsense."""
    program = f"import sys; sys.stdin.readline(); sys.stdout.write('{last_words}')"
    with pytest.raises(FailureError, match="ended before it answered"):
        async with asyncio.timeout(20), connect([sys.executable, "-c", program], tmp_path):
            pytest.fail("nothing was initialized")
