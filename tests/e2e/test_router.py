"""Infill's requests through vLLM's own router, as the cluster's manifests set it up."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from contextlib import ExitStack, aclosing, contextmanager
from pathlib import Path

import httpx
import pytest
import wire
from engines import ROOT, environment, vllm_python

from inference.backends.openai import OpenAIBackend
from inference.registry import Sharing
from inference.types import Prompt, Request

yaml = pytest.importorskip("yaml")

PROMPT = Prompt("def f(", (5, 6, 7), 3, (), ())
REPLICAS, REPOSITORIES = 3, 8
# What in the manifest is about Kubernetes, and where the router listens.
LEFT_OUT = ("--service-discovery", "--selector", "--host", "--port", "--log-level")


def request_of(repository):
    return Request("def f(", "", "a.py", "Python", PROMPT, max_new_tokens=8, session=repository)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def manifest_arguments():
    """The router's own arguments as the manifest has them."""
    text = (ROOT / "inference" / "deploy" / "router.yaml").read_text()
    (router,) = (d for d in yaml.safe_load_all(text) if d["kind"] == "Deployment")
    given = router["spec"]["template"]["spec"]["containers"][0]["args"]
    return [one for one in given if not one.startswith(LEFT_OUT)]


@contextmanager
def routing(replicas):
    """The router in front of these servers; its address."""
    port = free_port()
    command = [
        str(Path(vllm_python()).parent / "vllm-router"),
        *manifest_arguments(),
        *("--host", "127.0.0.1", "--port", str(port), "--prometheus-port", str(free_port())),
        *("--worker-startup-check-interval", "1"),
        *("--worker-urls", *(replica.endpoint.removesuffix("/v1") for replica in replicas)),
    ]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def wait_for(address, process, patience_s=60):
    deadline = time.monotonic() + patience_s
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(address, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    pytest.fail(f"the router didn't become ready, code {process.poll()}")


def backend_at(endpoint):
    sharing = Sharing(session_header="x-session-id")
    return OpenAIBackend(endpoint, "tiny", "key", send_ids=True, sharing=sharing)


@contextmanager
def replicas(**script):
    with ExitStack() as stack:
        script = wire.Script(owned_by="vllm", **script)
        yield [stack.enter_context(wire.serve(script)) for _ in range(REPLICAS)]


@pytest.mark.needs_vllm("vllm_router", "orjson")
async def test_a_repository_stays_on_one_replica():
    with replicas(text=("pass",)) as servers, routing(servers) as endpoint:
        backend = backend_at(endpoint)
        for turn in range(3 * REPOSITORIES):
            request = request_of(f"repository-{turn % REPOSITORIES}")
            async with aclosing(backend.stream(request)) as chunks:
                assert "".join([chunk.text async for chunk in chunks]) == "pass"
        await backend.aclose()
    seen = [{head["x-session-id"] for head in server.headers} for server in servers]
    assert sum(map(len, seen)) == REPOSITORIES == len(set().union(*seen))
    # Nothing of what is asked is lost on the way.
    for server in servers:
        assert all(body["prompt"] == [5, 6, 7] for body in server.requests)
        assert all(body["stream_options"]["include_usage"] for body in server.requests)
        assert all(head["authorization"] == "Bearer key" for head in server.headers)


@pytest.mark.needs_vllm("vllm_router", "orjson")
async def test_a_cancelled_keystroke_reaches_the_replica():
    many = ("x ",) * 200
    with replicas(text=many, delay_s=0.05) as servers, routing(servers) as endpoint:
        backend = backend_at(endpoint)
        async with aclosing(backend.stream(request_of("one"))) as chunks:
            await anext(chunks)
            left = time.monotonic()
        (server,) = (one for one in servers if one.requests)
        assert await asyncio.to_thread(server.wait, lambda: server.hung_up)
        assert server.hung_up[0] - left < 0.5
        await backend.aclose()
