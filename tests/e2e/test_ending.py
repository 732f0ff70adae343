"""How the server comes to its end: signals, parents that die, clients that stop reading."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from lsp_server import launch
from lsp_server.output import FULL_BYTES
from tests import wire
from tests.raw import raw

pytestmark = pytest.mark.usefixtures("isolated")
posix = pytest.mark.skipif(os.name == "nt", reason="signals of this system")

TEXT = "def alpha(beta, gamma):\n    return beta\n\n\n" + "alpha(1, 2)\n" * 4 + "alp\n"
URI = "file:///nowhere/a.py"


def backend(server):
    """Settings for a model server."""
    model = "deepseek-ai/DeepSeek-Coder-V2-Lite-Base"
    return {"backend": "openai", "model": model, "endpoint": server.endpoint}


async def generating(server, scripted):
    """Return once the model server is at work for a request."""
    server.open(URI, TEXT)
    server.ask(
        1,
        "textDocument/inlineCompletion",
        {
            "textDocument": {"uri": URI},
            "position": {"line": 8, "character": 3},
            "context": {"triggerKind": 1},
        },
    )
    async with asyncio.timeout(20):
        while not scripted.running:  # noqa: ASYNC110 -- it runs in a thread of its own
            await asyncio.sleep(0.02)


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_in_mid_request_stops_the_generation_and_ends_the_server(number, request):
    """And the request is answered before the end."""
    # Tests that run in the background of a shell ignore an interrupt, and so would the server.
    request.addfinalizer(partial(signal.signal, number, signal.getsignal(number)))
    signal.signal(number, signal.default_int_handler)
    with wire.serve(wire.Script(text=("x",) * 3, hang="during")) as scripted:
        async with raw() as server:
            await server.begin(initializationOptions=backend(scripted))
            await generating(server, scripted)
            server.process.send_signal(number)
            rest = await asyncio.wait_for(server.rest(), 20)
            assert await asyncio.wait_for(server.process.wait(), 20) == 128 + number
            assert [m["id"] for m in rest if "method" not in m] == [1]
        assert scripted.hung_up


PARENT = """
import json, os, subprocess, sys
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=sys.stderr)
# A grandchild that holds the pipe open, as a shell in the background would.
holder = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                          stdout=server.stdin, stderr=subprocess.DEVNULL)
params = {"processId": os.getpid(), "rootUri": None, "capabilities": {}}
body = json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).encode()
server.stdin.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
server.stdin.flush()
print(server.pid, holder.pid, flush=True)
sys.stdin.readline()
os._exit(1)
"""


@posix
def test_the_server_ends_when_the_process_that_the_editor_named_is_gone():
    """Even where somebody else holds its standard input open."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *launch.command("serve")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    said = b""
    while b"capabilities" not in said:
        said += os.read(parent.stderr.fileno(), 65_536)
    parent.stdin.write(b"\n")
    parent.stdin.close()
    parent.wait(20)
    try:
        gone_by = time.monotonic() + 15
        while is_running(pids[0]):
            assert time.monotonic() < gone_by, "the server outlived its editor"
            time.sleep(0.1)
    finally:
        os.kill(pids[1], signal.SIGKILL)
        parent.stderr.close()
        parent.stdout.close()


def is_running(pid):
    """Whether a process runs that isn't our child; who is dead but not buried doesn't."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    state = listed.stdout.strip()
    return bool(state) and not state.startswith(b"Z")


async def test_a_process_that_can_not_be_seen_is_not_waited_for():
    """The number of a process outside of our container means nothing here."""
    async with raw() as server:
        await server.begin(processId=2**22 + 12345)
        await asyncio.sleep(0)
        assert "result" in await completed(server)


async def completed(server):
    """The answer to a request after everything before it was handled."""
    server.open(URI, TEXT)
    return await server.completed(5, URI, 8, 3)


async def test_a_client_that_closes_standard_output_is_gone():
    process = await asyncio.create_subprocess_exec(
        *launch.command("serve"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    process._transport.get_pipe_transport(1).close()
    process.stdin.write(b"Content-Length: 2\r\n\r\n{}")
    assert await asyncio.wait_for(process.wait(), 20) == 0
    process.stdin.close()


async def test_a_client_that_stops_reading_holds_nothing_up():
    """It goes on sending; once it reads again it finds every answer, in order."""
    async with raw() as server:
        await server.begin()
        n_asked = 20_000
        for identifier in range(1, n_asked + 1):
            server.ask(identifier, "no/such/method", None)
            if not identifier % 500:
                await server.process.stdin.drain()
        server.open(URI, TEXT)
        server.ask(0, "shutdown", None)
        # More than a pipe holds has been answered by now, and the last request heard, too.
        await server.process.stdin.drain()
        seen = [(await server.answer(n))["id"] for n in range(1, n_asked + 1)]
        assert seen == list(range(1, n_asked + 1))
        assert (await server.answer(0))["result"] is None


async def test_a_client_that_never_reads_is_let_go():
    """Its memory isn't ours to fill."""
    async with raw() as server:
        await server.begin()
        method = "x" * 500_000
        try:
            for identifier in range(1, FULL_BYTES // len(method) + 20):
                server.ask(identifier, method, None)
                await asyncio.wait_for(server.process.stdin.drain(), 20)
        except (BrokenPipeError, ConnectionResetError):
            pass
        # Only now, as asyncio sees no process end before its pipes do.
        unread = await asyncio.wait_for(server.process.stdout.read(), 20)
        assert len(unread) < FULL_BYTES + 2 * len(method)
        assert await asyncio.wait_for(server.process.wait(), 20) == 0


def test_an_editor_that_never_reads_standard_error_holds_nothing_up():
    """What is logged beyond what the pipe holds is lost, and no time."""
    server = subprocess.Popen(
        launch.command("serve"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    told = json.dumps({"jsonrpc": "2.0", "id": "never asked", "result": 1}).encode()
    params = {"processId": None, "rootUri": None, "capabilities": {}}
    first = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
    frames = [json.dumps(first).encode(), *[told] * 20_000]
    for body in frames:
        server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    server.stdin.close()
    # Standard input at its end, once everything before it was handled.
    assert server.wait(30) == 0
    for pipe in (server.stdout, server.stderr):
        pipe.close()
