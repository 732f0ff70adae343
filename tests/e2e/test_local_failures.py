"""What becomes of a model's users when its process, its library or its weights fail."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import venv
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from local_models import ask, collect, opened, said, until

from inference.errors import BackendError
from inference.local.client import LocalModel
from inference.registry import LocalPlan
from inference.runners.runner import Plan

if TYPE_CHECKING:
    from pathlib import Path

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals are another matter on Windows")


@pytest.fixture
async def windows(tmp_path):
    """Windows of one user, none open yet."""
    async with opened(tmp_path) as several:
        yield several


async def failure(model, question):
    """The fault that a question ends with."""
    with pytest.raises(BackendError) as raised:
        await collect(model, question)
    return raised.value


async def test_after_a_crash_the_next_question_starts_it_again(windows):
    model = windows.open()
    fault = await failure(model, ask(text="crash"))
    assert fault.cause == "died"
    assert "exit code 9 (its log says: RuntimeError: the device is gone)" in str(fault)
    assert said(await collect(model, ask(1))) == "0 "
    assert [each.message for each in windows.told if each.kind == "warning"] == [str(fault)]


@posix_only
async def test_killed_in_mid_stream(windows):
    """Who reads is told so at once; who didn't start the process doesn't know how it ended."""
    one, other = windows.open(), windows.open()
    for model in (one, other):
        await collect(model, ask(1))
    (described,) = windows.described
    async with aclosing(one.stream(ask(1000))) as steps:
        await anext(steps)
        os.kill(described["pid"], signal.SIGKILL)
        async with asyncio.timeout(5):
            with pytest.raises(BackendError, match="by SIGKILL, as systems do when memory"):
                async for _ in steps:
                    pass
    for model in (other, one):
        assert said(await collect(model, ask(1))) == "0 "
    assert len(windows.described) == 1
    assert windows.kinds.count("warning") == 2


async def test_the_third_crash_in_a_short_while_is_the_last(windows):
    model = windows.open()
    for _ in range(3):
        last = await failure(model, ask(text="crash"))
    held = await failure(model, ask(1))
    assert (str(held), held.cause) == (str(last), "died")
    assert 0 < held.retry_after_s <= 30
    assert windows.notes.count("loads 4096") == 3
    assert windows.troubles == ["warning", "warning", "error"]


async def test_other_weights_in_the_same_place_are_tried_at_once(windows):
    windows.script(fails="model.safetensors ends after 5 bytes")
    model = windows.open()
    for _ in range(3):
        fault = await failure(model, ask(1))
        assert (str(fault), fault.cause) == ("model.safetensors ends after 5 bytes", "weights")
    assert windows.notes.count("loads 4096") == 1
    assert windows.troubles == ["error"]
    (described,) = windows.described
    os.kill(described["pid"], signal.SIGTERM)
    await until(lambda: not windows.described)
    assert "5 bytes" in str(await failure(model, ask(1)))
    assert windows.notes.count("loads 4096") == 1
    windows.script()
    assert said(await collect(model, ask(1))) == "0 "


async def test_what_was_mended_while_somebody_types_is_tried_at_once(windows):
    """The process that tells why it couldn't be loaded is left for another."""
    windows.script(fails="it ends after 5 bytes")
    model = windows.open()
    assert (await failure(model, ask(1))).cause == "weights"
    windows.script()
    answers = await asyncio.gather(*(collect(model, ask(1)) for _ in range(3)))
    assert [said(answer) for answer in answers] == ["0 "] * 3
    assert windows.notes.count("loads 4096") == 2
    assert windows.kinds[-1] == "normal"


async def test_asking_on_and_on_doesnt_keep_what_couldnt_be_loaded(windows):
    """As something else than the files may be mended: memory that another program had."""
    windows.script(fails="no memory")
    model = windows.open()
    model._recipe = replace(model._recipe, remembered_s=0.3)
    await failure(model, ask(1))
    began_s = time.monotonic()
    while windows.described:
        assert "no memory" in str(await failure(model, ask(1)))
        assert time.monotonic() - began_s < 5
    assert (await failure(model, ask(1))).retry_after_s > 0
    assert windows.notes.count("loads 4096") == 1


async def test_where_nothing_can_be_written_a_process_is_shared_with_none(windows):
    windows.cache.write_text("a file")
    models = [windows.open(), windows.open()]
    for model in models:
        assert said(await collect(model, ask(1))) == "0 "
        await model.aclose()
    assert windows.notes.count("loads 4096") == 2
    await until(lambda: windows.notes.count("closed") == 2)


async def test_a_fault_while_running_leaves_the_model_there(windows):
    model = windows.open()
    assert (await failure(model, ask(text="run out"))).cause == "memory"
    assert said(await collect(model, ask(1))) == "0 "
    assert windows.notes.count("loads 4096") == 1


async def test_what_a_library_says_of_a_prompt_is_kept_out_of_messages_and_log(windows):
    model = windows.open()
    assert str(await failure(model, ask(text="break"))) == "running the model failed: KeyError"
    (log,) = (windows.cache / "local").glob("*.log")
    assert "_obey" in log.read_text()
    assert "break secret" not in log.read_text()


async def test_what_libraries_print_goes_to_the_log_and_no_further(windows, capfd):
    model = windows.open()
    await collect(model, ask(1, text="talk"))
    (log,) = (windows.cache / "local").glob("*.log")
    assert "talk" in log.read_text()
    assert capfd.readouterr() == ("", "")


async def test_an_engine_that_gives_up_ends_its_process(windows):
    windows.script(flows=True)
    model = windows.open()
    await collect(model, ask(1))
    assert "the engine is dead" in str(await failure(model, ask(text="give up")))
    await until(lambda: "warning" in windows.kinds)
    assert "as the library that runs the model gave up" in windows.told[-1].message
    assert said(await collect(model, ask(1))) == "0 "


async def test_an_engine_that_never_gets_ready_is_given_back(windows):
    windows.script(flows=True, unready="nothing to compile with")
    said = str(await failure(windows.open(), ask(1)))
    assert said == "loading the model failed: RuntimeError: nothing to compile with"
    assert windows.notes == ["loads 4096", "ready", "closed"]
    assert windows.troubles == ["error"]


async def test_asking_nothing_more_while_it_loads(windows):
    """Whoever stops waiting is gone at once, and the load goes on for the others."""
    windows.script(load_s=0.5)
    model = windows.open()
    hasty = asyncio.create_task(collect(model, ask(5, text="hasty")))
    patient = asyncio.create_task(collect(model, ask(1)))
    await until(lambda: windows.kinds == ["busy"])
    hasty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hasty
    assert said(await patient) == "0 "
    assert "asked 0 hasty 5" not in windows.notes


async def test_closing_while_it_starts(windows):
    model = windows.open()
    asking = asyncio.create_task(collect(model, ask(1)))
    await asyncio.sleep(0)
    await model.aclose()
    with pytest.raises(BackendError, match="closed"):
        await asking


@posix_only
async def test_ctrl_c_in_the_terminal_doesnt_reach_it(windows):
    await collect(windows.open(), ask(1))
    (described,) = windows.described
    assert os.getpgid(described["pid"]) != os.getpgid(0)


async def test_nothing_of_the_workspace_is_imported(windows, tmp_path, monkeypatch):
    """Neither from the folder that the server runs in, nor from its `PYTHONPATH`."""
    trap = f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__)\nraise SystemExit(7)\n"
    hostile = tmp_path / "workspace"
    for name in ("inference/__init__.py", "context/__init__.py", "torch.py", "json.py"):
        (hostile / name).parent.mkdir(parents=True, exist_ok=True)
        (hostile / name).write_text(trap)
    monkeypatch.chdir(hostile)
    monkeypatch.setenv("PYTHONPATH", str(hostile))
    assert said(await collect(windows.open(), ask(1))) == "0 "
    assert not (tmp_path / "ran").exists()


def _bare(tmp_path) -> Path:
    """An interpreter of this version that has no packages."""
    venv.create(tmp_path / "bare", symlinks=os.name != "nt")
    return tmp_path / "bare" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _real(tmp_path, python: str) -> LocalModel:
    """A model whose library isn't there."""
    plan = Plan(tmp_path / "weights")
    return LocalModel("gguf", plan, LocalPlan(python=python), tmp_path / "cache", None)


async def test_an_interpreter_that_isnt_there(tmp_path):
    fault = await failure(_real(tmp_path, str(tmp_path / "python9")), ask(1))
    assert "can't be started" in str(fault)
    assert "`local.python`" in str(fault)


@posix_only
async def test_an_interpreter_that_is_too_old(tmp_path):
    old = tmp_path / "python3.10"
    old.write_text("#!/bin/sh\necho 'Unknown option: -P' >&2\nexit 2\n")
    old.chmod(0o700)
    assert "older than Python 3.11" in str(await failure(_real(tmp_path, str(old)), ask(1)))


async def test_an_interpreter_without_the_library(tmp_path):
    """A fresh environment has none, and sees nothing of ours but our own two packages."""
    python = _bare(tmp_path)
    fault = await failure(_real(tmp_path, str(python)), ask(1))
    assert f"{python} has no llama-cpp-python" in str(fault)
    assert 'pip install "infill-ls[gguf]"' in str(fault)


async def test_another_interpreter_runs_our_runners(windows, tmp_path):
    """With nothing of this environment's packages, as it may be of another version."""
    steps = await collect(windows.open(python=str(_bare(tmp_path))), ask(2))
    assert said(steps) == "0 1 "
