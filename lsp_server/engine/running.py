"""A server of vLLM's, started, waited for and ended with us."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import FailureError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

_POLL_S = 1.0
# One answer of one token; a server that still warms up takes its time.
_ANSWER_S = 60.0
_END_S = 30.0
# What ends a program that nobody watches any more is passed on, too.
_ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_BY_SIGNAL = 128
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404


def find_program(python: str | None) -> Path:
    """The `vllm` beside an interpreter, or on the path.

    Args:
        python: the setting `local.python`; None means our own.

    Raises:
        FailureError: there is none.
    """
    beside = Path(python or sys.executable).parent / "vllm"
    if beside.is_file():
        return beside
    on_path = shutil.which("vllm")
    if on_path is None:
        raise FailureError(
            f"no program vllm was found beside {python or sys.executable} or on the PATH; install "
            "vLLM into an environment of its own and name its interpreter in `local.python`, or "
            "print the command with --print and run it where vLLM is",
            kind="program",
        )
    return Path(on_path)


def check_port(host: str, port: int) -> None:
    """Pass if nobody listens there; else what answers would be taken for our server.

    Raises:
        FailureError: somebody does, or the address isn't this machine's.
    """
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, number) as probe:
            # As servers do: what lingers of an earlier one is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise FailureError(
            f"--host {host} --port {port}: {error.strerror or error}; choose another --port, or "
            "end what listens there",
            kind="address",
        ) from None


@contextmanager
def started(
    program: Path, command: Sequence[str], environment: Mapping[str, str]
) -> Generator[subprocess.Popen[bytes]]:
    """The server, which ends where this does; what it says goes to our standard error.

    In a group of its own, so that a Ctrl-C reaches it once, from us: a second one makes
    it drop what it is doing.
    """
    process = subprocess.Popen(  # noqa: S603 - the command we printed
        [str(program), *command[1:]],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        stderr=sys.stderr.fileno(),
        env={**os.environ, **environment},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def ended_by_signals() -> Generator[None]:
    """Signals that end us are raised as `SystemExit` here, so that the server is ended first."""

    def leave(number: int, _frame: object) -> None:
        # Whoever is impatient and sends another one doesn't cut the ending short.
        for ending in _ENDING:
            signal.signal(ending, signal.SIG_IGN)
        raise SystemExit(_BY_SIGNAL + number)

    before = {ending: signal.signal(ending, leave) for ending in _ENDING}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def wait_until_ready(
    process: subprocess.Popen[bytes], endpoint: str, model: str, key: str | None
) -> float:
    """Seconds until a completion came; that a port is open, or `/health`, says less.

    Raises:
        FailureError: the server ended before.
    """
    import httpx

    began = time.monotonic()
    headers = {"authorization": f"Bearer {key}"} if key else {}
    question = {"model": model, "prompt": "def", "max_tokens": 1, "temperature": 0}
    # The server is on this machine: no proxy that is set for others.
    with httpx.Client(timeout=_ANSWER_S, trust_env=False, headers=headers) as client:
        while True:
            if (code := process.poll()) is not None:
                raise FailureError(_ended(code), kind="backend", cause="died")
            with suppress(httpx.HTTPError):
                answer = client.post(f"{endpoint}/completions", json=question)
                if answer.is_success:
                    return time.monotonic() - began
                _refuse(answer.status_code)
            time.sleep(_POLL_S)


def _refuse(status: int) -> None:
    """End here where waiting longer changes nothing: another server's refusals."""
    if status in {_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND}:
        raise FailureError(
            f"what listens there refuses the question with {status}: another server has the port, "
            "or the key in VLLM_API_KEY isn't its key; choose another --port",
            kind="backend",
            cause="key" if status != _NOT_FOUND else "model",
        )


def wait_for_end(process: subprocess.Popen[bytes]) -> None:
    """Return when the server ended well.

    Raises:
        FailureError: it ended otherwise.
    """
    if code := process.wait():
        raise FailureError(_ended(code), kind="backend", cause="died")


def _ended(code: int) -> str:
    by = f"by signal {-code}" if code < 0 else f"with code {code}"
    return (
        f"vLLM ended {by}; what it said stands above. Out of memory: a smaller --max-model-len, "
        "or --gpu-memory-utilization behind `--`; a flag it doesn't know: it is older or newer "
        "than 0.32"
    )
