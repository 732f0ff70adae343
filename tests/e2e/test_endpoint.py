"""Completion by a model server: what is sent, what comes back, and every way it can fail."""

from __future__ import annotations

import asyncio
import time

import pytest
import wire

from lsp_server import launch
from lsp_server.client import connect

BEGIN, HOLE, END = "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"  # noqa: RUF001


@pytest.fixture
def repository(tmp_path):
    """Two modules, and a secret that must never travel."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shapes.py").write_text("def area(width, height):\n    return width * height\n")
    (tmp_path / "main.py").write_text("from shapes import area\n\nprint(\n")
    (tmp_path / ".env").write_text("PASSWORD=hunter2\n")
    return tmp_path


def settings(endpoint, **more):
    """Arguments that point the command at a server."""
    pairs = {"backend": "openai", "endpoint": endpoint, **more}
    return [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]


def test_the_models_own_prompt_is_sent_and_its_answer_printed(infill, repository):
    """Cross-file text inside of the prefix, the current file last, sentinels exact.

    What stands on the cursor's line comes behind them, as the beginning of the middle.
    """
    with wire.serve(wire.Script(text=("area", "(1, 2)", ")\n"))) as server:
        ran = infill(
            "complete", "main.py:3:7", "--json", *settings(server.endpoint), cwd=repository
        )
    assert ran.code == 0, ran.err
    assert ran.json["completion"] == "area(1, 2))"
    (asked,) = server.requests
    assert asked["prompt"] == (
        f"{BEGIN}#shapes.py\ndef area(width, height):\n    return width * height\n"
        f"#main.py\nfrom shapes import area\n\n{HOLE}\n{END}print("
    )
    assert ran.json["prompt_tokens"] > 0
    assert ran.json["model"] == "deepseek-coder-v2-lite-base"
    assert ran.json["timings_ms"]["first_token"] > 0


def test_stream_prints_as_it_comes(infill, repository):
    with wire.serve(wire.Script(text=("area", "(1", ", 2))", "\n"))) as server:
        ran = infill(
            "complete", "main.py:3:7", "--stream", *settings(server.endpoint), cwd=repository
        )
    assert ran.out == "area(1, 2))"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (wire.Script(status=500, body="boom", content_type="text/plain"), "500"),
        (wire.Script(body="<html>hi</html>", content_type="text/html"), "a web page"),
        (wire.Script(status=401, body="{}"), "401"),
        (wire.Script(status=404, body="{}"), "404"),
        (wire.Script(text=("ar",), finish=None, tear=True), "broke off"),
        (wire.Script(events=("data: {nonsense",)), "JSON"),
        (wire.Script(drop=True), "closed"),
    ],
    ids=["500", "html", "401", "404", "half a stream", "no json", "drop"],
)
def test_a_failing_endpoint_is_named_with_a_remedy(infill, repository, script, message):
    """Exit code 3, one clear message, and no stack trace."""
    with wire.serve(script) as server:
        ran = infill(
            "complete", "main.py:3:7", "--json", *settings(server.endpoint), cwd=repository
        )
    assert ran.code == 3, ran.err
    assert ran.json["error"]["kind"] == "backend"
    assert message in ran.json["error"]["message"]
    assert "hunter2" not in ran.err


def test_an_endpoint_that_refuses(infill, repository):
    endpoint = f"http://127.0.0.1:{wire.closed_port()}/v1"
    ran = infill("complete", "main.py:3:7", "--json", *settings(endpoint), cwd=repository)
    assert ran.code == 3
    assert "127.0.0.1" in ran.json["error"]["message"]


@pytest.mark.parametrize("hang", ["before", "during"])
def test_an_endpoint_that_hangs_is_given_up_at_the_deadline(infill, repository, hang):
    more = {"completion.deadline_ms": 700}
    with wire.serve(wire.Script(text=("a", "b"), hang=hang)) as server:
        arguments = settings(server.endpoint, **more)
        ran = infill("complete", "main.py:3:7", "--json", *arguments, cwd=repository)
        assert server.wait(lambda: server.running == 0)
    if hang == "before":
        assert ran.code == 3
        assert "no answer within 700 ms" in ran.json["error"]["message"]
    else:
        assert (ran.code, ran.json["completion"]) == (1, None)
        assert "no whole line" in ran.json["reason"]


def test_without_an_endpoint_the_remedy_is_said(infill, repository):
    ran = infill("complete", "main.py:3:7", "--json", "--set", "backend=openai", cwd=repository)
    assert ran.code == 3
    assert "set `endpoint`" in ran.json["error"]["message"]


def test_plain_http_to_another_machine_is_refused(infill, repository):
    ran = infill(
        "complete", "main.py:3:7", "--json", *settings("http://example.org/v1"), cwd=repository
    )
    assert ran.code == 3
    assert "https" in ran.json["error"]["message"]


def test_a_repository_cannot_name_an_endpoint(infill, repository):
    """What it says is refused with a warning, and nothing goes there."""
    with wire.serve() as server:
        (repository / ".infill.toml").write_text(
            f"backend = 'openai'\nendpoint = '{server.endpoint}'\n"
        )
        ran = infill("complete", "main.py:3:7", "--json", cwd=repository)
    assert ran.json["backend"] == "ngram"
    assert "'endpoint' is refused" in ran.err
    assert server.requests == []


def test_a_missing_key_is_named_by_its_variable(infill, repository):
    arguments = settings("https://example.org/v1", api_key_env="NO_SUCH_KEY")
    ran = infill("complete", "main.py:3:7", "--json", *arguments, cwd=repository)
    assert ran.code == 2
    assert "NO_SUCH_KEY" in ran.json["error"]["message"]


def test_a_secret_file_is_not_sent_to_another_machine(infill, repository):
    arguments = settings("https://192.0.2.1/v1")
    ran = infill("complete", ".env:1:10", "--json", *arguments, cwd=repository)
    assert ran.code == 1
    assert "is not sent to another machine" in ran.json["reason"]


@pytest.mark.usefixtures("isolated")
async def test_a_cancelled_request_is_cancelled_at_the_endpoint(repository):
    """One that asks for the same joins; once both are cancelled, the connection soon goes."""
    uri = (repository / "main.py").as_uri()
    text = (repository / "main.py").read_text()
    with wire.serve(wire.Script(text=("a",) * 50, delay_s=0.2)) as endpoint:
        command = launch.command("serve", *settings(endpoint.endpoint))
        async with connect(command, repository) as server:
            await server.settled()
            document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
            server.notify("textDocument/didOpen", {"textDocument": document})
            asked = {
                "textDocument": {"uri": uri},
                "position": {"line": 2, "character": 6},
                "context": {"triggerKind": 1},
            }
            request = asyncio.ensure_future(server.request("textDocument/inlineCompletion", asked))
            await asyncio.to_thread(endpoint.wait, lambda: endpoint.running == 1)
            newer = asyncio.ensure_future(server.request("textDocument/inlineCompletion", asked))
            await asyncio.sleep(0)
            request.cancel()
            # Longer than what nobody waits for is left alone.
            await asyncio.sleep(0.4)
            assert (len(endpoint.requests), endpoint.running) == (1, 1)
            started = time.monotonic()
            newer.cancel()
            assert await asyncio.to_thread(endpoint.wait, lambda: len(endpoint.hung_up) == 1)
            assert time.monotonic() - started < 0.5
            assert await asyncio.to_thread(endpoint.wait, lambda: endpoint.running == 0)
