"""A real `vllm serve` on this machine's processor, with a tiny model, for whatever asks one.

Its flags are those of a shared server on GPUs: a prefix cache, priorities, counters. Two
things are of the processor: latent attention is written out, as without AMX it comes
without a prefix cache, and nothing is compiled beforehand.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from engines import ROOT, environment, vllm_python

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "tiny"
CONTEXT_TOKENS = 8192
BLOCK_TOKENS = 32
_READY_S = 400
_END_S = 30
_FLAGS = (
    f"--host 127.0.0.1 --served-model-name {NAME} --dtype float32 --max-num-seqs 16 "
    f"--max-model-len {CONTEXT_TOKENS} --block-size {BLOCK_TOKENS} --enforce-eager "
    "--enable-prefix-caching --enable-prompt-tokens-details --scheduling-policy priority"
)


@dataclass(frozen=True)
class VllmServer:
    """A server that answers.

    Attributes:
        root: its address, `/v1` not included.
        model: the folder that it serves.
        process: its parent process.
    """

    root: str
    model: Path
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        """As `endpoint` is set."""
        return f"{self.root}/v1"

    @property
    def tokenizer(self) -> Path:
        """As `tokenizer` is set."""
        return self.model / "tokenizer.json"

    def metric(self, name: str) -> float:
        """The sum of a counter or gauge of its own."""
        text = httpx.get(f"{self.root}/metrics", timeout=10).text
        found = re.findall(rf"^vllm:{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
        assert found, f"the server doesn't count {name}"
        return sum(map(float, found))

    def idle_after_s(self, since_s: float, patience_s: float = 10) -> float:
        """How long after `since_s`, by the monotonic clock, nothing ran any more."""
        while time.monotonic() < since_s + patience_s:
            asked_s = time.monotonic()
            if self.metric("num_requests_running") == self.metric("num_requests_waiting") == 0:
                return asked_s - since_s
            time.sleep(0.01)
        raise AssertionError(f"still running after {patience_s} s")

    def wait_running(self, patience_s: float = 20) -> None:
        """Return once something runs."""
        until_s = time.monotonic() + patience_s
        while self.metric("num_requests_running") == 0:
            assert time.monotonic() < until_s, "nothing began to run"
            time.sleep(0.01)


@contextmanager
def serve(model: Path, *flags: str) -> Iterator[VllmServer]:
    """A server of that model, once it completes; gone with the block.

    Args:
        model: the folder with weights and tokenizer.
        flags: further ones, the last of each counts.
    """
    with (
        tempfile.TemporaryDirectory(prefix="vllm-") as folder,
        (Path(folder) / "log").open("wb") as log,
    ):
        port = _free_port()
        process = subprocess.Popen(
            [
                *(vllm_python(), "-m", "vllm.entrypoints.cli.main", "serve", str(model)),
                *(*_FLAGS.split(), "--port", str(port), *flags),
            ],
            env=_environment(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        server = VllmServer(f"http://127.0.0.1:{port}", model, process)
        try:
            _wait_ready(server, Path(folder) / "log")
            yield server
        finally:
            end(server)


def end(server: VllmServer) -> None:
    """Have it end, with all its processes."""
    if server.process.poll() is None:
        server.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.process.wait(_END_S)
    kill(server)


def kill(server: VllmServer) -> None:
    """Have it die at once, as a machine that loses its power."""
    with suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(_END_S)


@pytest.fixture(scope="session")
def vllm_server(tiny_model):
    """A server of the tiny model, started once."""
    with serve(tiny_model) as server:
        yield server


def _wait_ready(server: VllmServer, log: Path) -> None:
    """Return once it completes, as it says that it is well before it can.

    The first answer that tells how likely it is takes half a minute more, and is had here.
    """
    asked = {"model": NAME, "prompt": "a", "max_tokens": 2, "logprobs": 1}
    asked["structured_outputs"] = {"regex": r"b[\s\S]*"}
    until_s = time.monotonic() + _READY_S
    while server.process.poll() is None and time.monotonic() < until_s:
        with suppress(httpx.HTTPError):
            if httpx.post(f"{server.endpoint}/completions", json=asked, timeout=120).is_success:
                return
        time.sleep(0.5)
    raise AssertionError(log.read_text("utf-8", "replace")[-4000:])


def _environment(folder: str) -> dict[str, str]:
    of_vllm = {
        "VLLM_MLA_DISABLE": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_HOST_IP": "127.0.0.1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_CACHE_ROOT": folder,
        "VLLM_RPC_BASE_PATH": folder,
        "TMPDIR": folder,
        "PYTHONPATH": str(ROOT / "tests" / "vllm_patch"),
    }
    return environment() | of_vllm


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]
