"""`infill engine`, as a user runs it; once with a real vLLM."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import tomllib

import pytest
from engines import vllm_python

from inference.machine import look

POSIX = pytest.mark.skipif(os.name != "posix", reason="vLLM runs on Linux")
NO_GPU = pytest.mark.skipif(bool(look().gpus), reason="is about machines without a GPU")
# A server of its own: answers the first completion, or ends at once.
FAKE = """#!{python}
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
if "--fail" in sys.argv:
    sys.exit(7)
class Answer(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert asked["model"] == "weights" and os.environ["HF_HUB_OFFLINE"] == "1"
        body = b'{{"choices": [{{"text": "x"}}]}}'
        self.send_response({status})
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
print("vLLM would talk here")
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Answer).serve_forever()
"""
CONFIG = """{"model_type": "qwen2", "hidden_size": 64, "num_hidden_layers": 2,
"num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 128,
"vocab_size": 1000, "max_position_embeddings": 32768, "tie_word_embeddings": true}"""


@pytest.fixture
def weights(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "config.json").write_text(CONFIG)
    (folder / "model.safetensors").write_bytes(b"not read here")
    return folder


def fake_vllm(folder, *, status=200):
    """The interpreter that `local.python` names, beside which a program calls itself vLLM."""
    program = folder / "bin" / "vllm"
    program.parent.mkdir()
    program.write_text(FAKE.format(python=sys.executable, status=status))
    program.chmod(0o755)
    return program.parent / "python"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def serving(infill, weights, python, port, *more):
    """A command line that serves a folder by the processor."""
    form = ("--set", "format=qwen2.5-coder", "--set", f"local.python={python}")
    return ("engine", str(weights), "--cpu", "--port", str(port), *form, *more)


def test_the_command_is_printed_for_another_machine(infill, tmp_path):
    ran = infill(
        "engine", "deepseek-coder-v2-base", "--print", "--gpus", "8", "--memory-gb", "80",
        "--", "--max-num-seqs", "16", cwd=tmp_path,
    )  # fmt: skip
    assert ran.code == 0
    words = shlex.split(ran.out)
    assert words[words.index("vllm") : words.index("vllm") + 2] == ["vllm", "serve"]
    assert words[words.index("--tensor-parallel-size") + 1] == "8"
    assert words[-2:] == ["--max-num-seqs", "16"]
    assert "split over 8 GPUs" in ran.err


def test_several_machines_are_told_what_to_run_where(infill, tmp_path):
    wanted = (
        "engine",
        "deepseek-coder-v2-base",
        "--gpus",
        "8",
        "--memory-gb",
        "80",
        "--nodes",
        "2",
    )
    ran = infill(*wanted, "--nodes", "2", "--print", cwd=tmp_path)
    lines = ran.out.splitlines()
    assert lines[:2] == ["# on the first machine", "ray start --head --port=6379"]
    assert "--distributed-executor-backend ray" in lines[-1]
    assert infill(*wanted, "--nodes", "2", cwd=tmp_path).code == 2


def test_as_json_there_is_one_object(infill, tmp_path):
    wanted = ("engine", "--print", "--json", "--memory-gb", "80", "--port", "8123")
    told = infill(*wanted, cwd=tmp_path).json
    assert told["command"][:2] == ["vllm", "serve"]
    assert told["layout"]["max_model_len"] == 131_072
    assert told["settings"] == {
        "backend": "openai",
        "endpoint": "http://127.0.0.1:8123/v1",
        "model": "deepseek-coder-v2-lite-base",
    }


def test_what_doesnt_fit_is_an_honest_nothing(infill, tmp_path):
    ran = infill("engine", "codestral", "--print", "--json", "--memory-gb", "24", cwd=tmp_path)
    assert ran.code == 1
    assert ran.json["command"] is None
    assert "22.2 B parameters" in ran.json["reason"]
    assert "What would fit" in ran.err


def test_a_configuration_alone_is_enough_to_plan_with(infill, weights, tmp_path):
    (weights / "model.safetensors").unlink()
    wanted = ("engine", str(weights), "--set", "format=qwen2.5-coder", "--memory-gb", "24")
    ran = infill(*wanted, "--print", cwd=tmp_path)
    assert f"vllm serve {weights} " in ran.out
    assert "aren't on this machine" in ran.err
    (weights / "config.json").unlink()
    ran = infill(*wanted, "--print", cwd=tmp_path)
    assert ran.code == 3
    assert "no config.json" in ran.err


@NO_GPU
def test_without_a_gpu_it_says_what_else_there_is(infill, tmp_path):
    ran = infill("engine", cwd=tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert "no GPU was found here" in ran.err
    assert infill("engine", "--gpus", "2", cwd=tmp_path).code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-model",), "unknown model"),
        (("deepseek-flash", "--memory-gb", "80"), "nothing tells how large"),
        (("--memory-gb", "0"), "above 0"),
        (("--memory-gb", "nan"), "above 0"),
        (("--memory-gb", "1e300"), "at most"),
        (("--memory-gb", "80", "--nodes", "1000000"), "from 1 to 1,024"),
        (("--memory-gb", "80", "--max-model-len", "100"), "320 or more"),
        (("--port", "70000"), "--port 70000"),
        (("--memory-gb", "80"), "--print"),
    ],
)
def test_wrong_use_is_told(infill, tmp_path, arguments, said):
    ran = infill("engine", *arguments, cwd=tmp_path)
    assert ran.code in {2, 3}
    assert said in ran.err


@POSIX
def test_other_machines_are_let_in_with_a_key_only(infill, weights, tmp_path):
    python = fake_vllm(tmp_path)
    ran = infill(
        *serving(infill, weights, python, 8000, "--host", "0.0.0.0"),  # noqa: S104
        cwd=tmp_path,
        VLLM_API_KEY="",
    )
    assert ran.code == 2
    assert "VLLM_API_KEY" in ran.err


@POSIX
def test_a_server_that_ends_at_once_is_told_of(infill, weights, tmp_path):
    python = fake_vllm(tmp_path)
    ran = infill(
        *serving(infill, weights, python, free_port(), "--json", "--", "--fail"), cwd=tmp_path
    )
    assert ran.code == 3
    assert "vLLM ended with code 7" in ran.json["error"]["message"]


@POSIX
def test_a_server_that_refuses_is_another_ones(infill, weights, tmp_path):
    python = fake_vllm(tmp_path, status=401)
    ran = infill(*serving(infill, weights, python, free_port()), cwd=tmp_path)
    assert ran.code == 3
    assert "another server has the port" in ran.err


@POSIX
def test_a_port_that_is_taken_is_told_of(infill, weights, tmp_path):
    python = fake_vllm(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = infill(*serving(infill, weights, python, port), cwd=tmp_path)
    assert ran.code == 3
    assert "choose another --port" in ran.err


@POSIX
def test_where_there_is_no_vllm_that_is_said(infill, weights, tmp_path):
    ran = infill(*serving(infill, weights, tmp_path / "python", 8000), cwd=tmp_path, PATH="")
    assert ran.code == 3
    assert "no program vllm was found" in ran.err


def started(infill, arguments, cwd):
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "lsp_server", *arguments],
        cwd=cwd,
        env=infill.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def read_settings(process):
    """The settings that are printed when the server is ready, behind the command."""
    assert "vllm serve" in process.stdout.readline()
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("format"):
            break
    return tomllib.loads("".join(lines))


def is_open(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@POSIX
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_us(infill, weights, tmp_path, ending):
    port = free_port()
    python = fake_vllm(tmp_path)
    with started(infill, serving(infill, weights, python, port), tmp_path) as process:
        told = read_settings(process)
        assert is_open(port)
        process.send_signal(ending)
        process.wait(30)
    assert process.returncode == 128 + ending
    assert not is_open(port)
    assert told == {
        "backend": "openai",
        "endpoint": f"http://127.0.0.1:{port}/v1",
        "model": str(weights),
        "served_model": "weights",
        "format": "qwen2.5-coder",
    }


@POSIX
@pytest.mark.needs_vllm
def test_a_real_vllm_is_started_and_completes(infill, tiny_model, tmp_path):
    port = free_port()
    arguments = (
        "engine", str(tiny_model), "--cpu", "--port", str(port), "--set", "format=deepseek-v2",
        "--set", f"local.python={vllm_python()}", "--", "--dtype", "float32",
    )  # fmt: skip
    source = tmp_path / "cart.py"
    source.write_text("def total(items):\n    return \n")
    with started(infill, arguments, tmp_path) as process:
        try:
            told = read_settings(process)
            settings = [part for name in told for part in ("--set", f"{name}={told[name]}")]
            more = ("--set", "completion.min_confidence=0", "--json")
            ran = infill("complete", "cart.py:2:12", *settings, *more, cwd=tmp_path)
            # What random weights write may be nothing to offer; it did come from this server.
            assert ran.code in {0, 1}, ran.err
            assert ran.json["backend"] == "openai"
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    deadline = time.monotonic() + 10
    while is_open(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_open(port)
