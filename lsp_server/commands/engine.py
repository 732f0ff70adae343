"""`infill engine`: the vLLM server for a model, printed and started."""

from __future__ import annotations

import os
import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from context.disk.files import find_root
from inference.engine import endpoint_of, recommend, recommend_processor
from inference.machine.values import in_words
from inference.wire.endpoint import is_loopback
from lsp_server.commands.configured import configured_for
from lsp_server.commands.output import note, print_json, print_text
from lsp_server.engine.asked import asked, others
from lsp_server.engine.running import (
    check_port,
    ended_by_signals,
    find_program,
    started,
    wait_for_end,
    wait_until_ready,
)
from lsp_server.errors import FailureError, NothingToOffer, UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from inference.engine import Recommendation
    from lsp_server.engine.asked import Asked

KEY_VARIABLE = "VLLM_API_KEY"


def run(options: argparse.Namespace) -> None:
    """Print the command that serves a model on this machine's GPUs, and start it.

    Raises:
        NothingToOffer: the model doesn't fit, or there is no GPU, with the arithmetic.
        UsageError: an unknown model, or a machine described that isn't this one.
        FailureError: vLLM isn't there, or ended.
    """
    root: Path = options.root or find_root(options.directory / "_")
    settings = configured_for(options, root).settings
    wanted = asked(options, settings)
    made = _recommended(wanted, cpu=options.cpu)
    note(in_words(wanted.machine))
    if options.json and (made.refusal or options.print):
        print_json(_told(wanted, made))
    if made.refusal:
        raise NothingToOffer(made.refusal)
    for reason in made.notes:
        note(reason)
    if not options.json:
        print_text(_script(made))
    if not options.print:
        _start(wanted, made, settings.local.python, as_json=options.json)


def _recommended(wanted: Asked, *, cpu: bool) -> Recommendation:
    if cpu:
        endpoint = endpoint_of(wanted.wish)
        return recommend_processor(wanted.shape, wanted.machine, wanted.wish, endpoint)
    return recommend(wanted.shape, wanted.machine, wanted.wish, others=others())


def _script(made: Recommendation) -> str:
    """The commands as a shell takes them, each with where it is run if that isn't here."""
    before = [f"# on {step.where}\n{shlex.join(step.command)}" for step in made.before]
    here = ["# then on the first machine"] if made.before else []
    variables = [f"{name}={shlex.quote(value)}" for name, value in made.environment]
    return "\n".join((*before, *here, " ".join((*variables, shlex.join(made.command)))))


def _told(wanted: Asked, made: Recommendation) -> dict[str, Any]:
    return {
        "model": wanted.shape.name,
        "command": list(made.command) or None,
        "reason": made.refusal or None,
        "environment": dict(made.environment),
        "before": [{"where": step.where, "command": list(step.command)} for step in made.before],
        "layout": asdict(made.layout) if made.layout else None,
        "notes": list(made.notes),
        "settings": _settings(wanted, made) if made.command else None,
        "machine": asdict(wanted.machine),
    }


def _settings(wanted: Asked, made: Recommendation) -> dict[str, str]:
    """What points Infill at the server."""
    named = {} if wanted.model == made.served_name else {"served_model": made.served_name}
    form = {"format": wanted.form} if wanted.form else {}
    is_locked = os.environ.get(KEY_VARIABLE) or not is_loopback(wanted.wish.host)
    key = {"api_key_env": KEY_VARIABLE} if is_locked else {}
    model = {"model": wanted.model, **named, **form}
    return {"backend": "openai", "endpoint": made.endpoint, **model, **key}


def _start(wanted: Asked, made: Recommendation, python: str | None, *, as_json: bool) -> None:
    key = os.environ.get(KEY_VARIABLE) or None
    _refuse(wanted, made, key)
    program = find_program(python)
    check_port(wanted.wish.host, wanted.wish.port)
    with ended_by_signals(), started(program, made.command, dict(made.environment)) as server:
        seconds = wait_until_ready(server, made.endpoint, made.served_name, key)
        note(f"ready after {seconds:.0f} s; Ctrl-C ends it. Infill's settings for it:")
        if as_json:
            print_json(_told(wanted, made))
        else:
            lines = (f"{name} = '{value}'" for name, value in _settings(wanted, made).items())
            print_text("\n".join(lines))
        wait_for_end(server)


def _refuse(wanted: Asked, made: Recommendation, key: str | None) -> None:
    """End here where the command can't be started from here, and say why."""
    if wanted.described:
        raise UsageError("--gpus and --memory-gb describe another machine: --print prints for it")
    if made.before:
        raise UsageError(
            "a server over several machines is started by hand, as Ray has to run on all of them "
            "first: --print prints the commands, and where each belongs"
        )
    if os.name != "posix":
        raise FailureError(
            "vLLM runs on Linux: start it in WSL, where the command is the same", kind="system"
        )
    if not wanted.shape.local and wanted.wish.offline:
        raise FailureError(
            f"the weights of {wanted.shape.name} aren't on this machine; `infill models "
            "--download-weights NAME` fetches those of a name, and --download lets vLLM do so",
            kind="weights",
        )
    if not is_loopback(wanted.wish.host) and key is None:
        raise UsageError(
            f"--host {wanted.wish.host} lets other machines in: put a key into the environment "
            f"variable {KEY_VARIABLE} first"
        )
