"""A model's process as its users see it: shared, asked, left, let go."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from contextlib import aclosing

import pytest
from local_models import ask, collect, opened, said, until


@pytest.fixture
async def windows(tmp_path):
    """Windows of one user, none open yet."""
    async with opened(tmp_path) as several:
        yield several


async def test_an_answer_comes_in_steps_and_the_status_tells_of_the_load(windows):
    windows.script(load_s=0.1)
    steps = await collect(windows.open(), ask(6, ids=(7,) * 3))
    assert said(steps) == "0 1 2 3 4\n5 "
    assert [step.token_ids for step in steps] == [(n,) for n in range(6)]
    assert (steps[0].n_prompt, steps[-1].finish_reason, steps[0].logprob) == (3, "length", -0.5)
    assert windows.kinds == ["busy", "normal"]


async def test_windows_that_open_at_once_share_one_process(windows):
    models = [windows.open() for _ in range(4)]
    answers = await asyncio.gather(*(collect(model, ask(2)) for model in models))
    assert [said(answer) for answer in answers] == ["0 1 "] * 4
    assert windows.notes.count("loads 4096") == 1
    assert len(windows.described) == 1


async def test_one_window_closing_leaves_the_others_answer_alone(windows):
    one, other = windows.open(), windows.open()
    await collect(one, ask(1))
    answer = asyncio.create_task(collect(other, ask(30)))
    await asyncio.sleep(0.1)
    await one.aclose()
    assert len(await answer) == 30


async def test_leaving_an_answer_frees_the_model_at_once(windows):
    """Within 50 ms, of which a step of this runner takes ten."""
    model = windows.open()
    async with aclosing(model.stream(ask(1000, text="first"))) as steps:
        await anext(steps)
    left_s = time.perf_counter()
    await until(lambda: "ends first" in windows.notes)
    assert time.perf_counter() - left_s < 0.05 + 0.03  # what looking every 10 ms adds
    assert said(await collect(model, ask(1))) == "0 "


async def test_a_closed_window_ends_what_it_asked(windows):
    one, other = windows.open(), windows.open()
    async with aclosing(one.stream(ask(1000, text="first"))) as steps:
        await anext(steps)
        await one.aclose()
    assert said(await collect(other, ask(1))) == "0 "
    assert "ends first" in windows.notes


async def test_an_urgent_question_interrupts_at_the_end_of_a_line(windows):
    """What it interrupts goes on from there, and who asked that doesn't notice."""
    model = windows.open()
    slow = asyncio.create_task(collect(model, ask(40, ids=(1,) * 1000, priority=1)))
    await until(lambda: any(note.startswith("asked 1000") for note in windows.notes))
    began_s = time.perf_counter()
    assert said(await collect(model, ask(1, text="urgent"))) == "0 "
    assert time.perf_counter() - began_s < 0.3
    steps = await slow
    assert [step.token_ids for step in steps] == [(n,) for n in range(40)]
    assert [step.n_prompt for step in steps if step.n_prompt is not None][-1] == 1000
    assert len([note for note in windows.notes if note.startswith("asked 10")]) == 2


async def test_a_warm_up_gives_way(windows):
    model = windows.open()
    warm = asyncio.create_task(collect(model, ask(0, text="warm")))
    await until(lambda: "asked 0 warm 0" in windows.notes)
    assert said(await collect(model, ask(1))) == "0 "
    await warm
    assert windows.notes.index("ends warm") < windows.notes.index("asked 0  1")


async def test_the_newest_question_goes_first(windows):
    model = windows.open()
    first = asyncio.create_task(collect(model, ask(20, text="first")))
    await until(lambda: "asked 0 first 20" in windows.notes)
    rest = []
    for name in ("second", "third"):
        rest.append(asyncio.create_task(collect(model, ask(1, text=name))))
        await asyncio.sleep(0.02)
    await asyncio.gather(first, *rest)
    asked = [note.split()[2] for note in windows.notes if note.startswith("asked")]
    assert asked == ["first", "third", "second"]


async def test_a_model_that_schedules_by_itself_is_asked_all_at_once(windows):
    windows.script(flows=True)
    model = windows.open()
    await collect(model, ask(1))
    began_s = time.perf_counter()
    answers = await asyncio.gather(*(collect(model, ask(20)) for _ in range(8)))
    assert all(len(answer) == 20 for answer in answers)
    assert time.perf_counter() - began_s < 4 * 0.2


async def test_a_model_is_asked_and_said_to_be_there_once_it_is_ready(windows):
    """What an engine compiles at its first request is compiled by then."""
    windows.script(flows=True, step_s=0.1)
    model = windows.open()
    asking = asyncio.create_task(collect(model, ask(1, text="first")))
    await until(lambda: "loads 4096" in windows.notes)
    assert "normal" not in windows.kinds
    assert said(await asking) == "0 "
    assert windows.notes == ["loads 4096", "ready", "streams first"]
    assert windows.kinds == ["busy", "normal"]


async def test_a_window_with_longer_prompts_has_the_model_loaded_for_them(windows):
    small, large = windows.open(), windows.open(context_tokens=9000)
    await collect(small, ask(1))
    await collect(large, ask(1))
    assert said(await collect(small, ask(1))) == "0 "
    loads = [note for note in windows.notes if note.startswith("loads")]
    assert loads == ["loads 4096", "loads 9000"]


async def test_what_has_no_room_for_longer_prompts_stays_as_it_was(windows):
    windows.script(most_tokens=5000)
    small, large = windows.open(), windows.open(context_tokens=9000)
    await collect(small, ask(1))
    for model in (large, small, large):
        assert said(await collect(model, ask(1))) == "0 "
    loads = [note for note in windows.notes if note.startswith("loads")]
    assert loads == ["loads 4096", "loads 9000", "loads 4096"]
    (message,) = {each.message for each in windows.told if each.kind == "warning"}
    assert "no room for prompts of 9000 tokens, so it is loaded for 4096: too long" in message


async def test_an_idle_model_is_let_go_and_comes_back(windows):
    windows.script(load_s=0.1)
    model = windows.open(idle_s=0.3)
    await collect(model, ask(1))
    await until(lambda: not windows.described)
    assert said(await collect(model, ask(1))) == "0 "
    assert windows.kinds == ["busy", "normal"] * 2


async def test_a_model_that_nobody_uses_makes_room_for_another(windows):
    first = windows.open()
    await collect(first, ask(1))
    await first.aclose()
    windows.script(other=True)
    await collect(windows.open(), ask(1))
    assert len(windows.described) == 1
    once = ["loads 4096", "asked 0  1", "ends "]
    assert windows.notes == [*once, "closed", *once]


async def test_and_so_does_one_that_still_loads(windows):
    windows.script(load_s=60)
    first = windows.open()
    asking = asyncio.create_task(collect(first, ask(1)))
    await until(lambda: "loads 4096" in windows.notes)
    asking.cancel()
    await first.aclose()
    await asyncio.sleep(1.1)
    windows.script(other=True)
    assert said(await collect(windows.open(), ask(1))) == "0 "
    assert len(windows.described) == 1


async def test_a_model_in_use_stays_beside_another(windows):
    await collect(windows.open(), ask(1))
    windows.script(other=True)
    await collect(windows.open(), ask(1))
    assert len(windows.described) == 2


async def test_without_a_cache_folder_the_process_ends_with_its_only_user(windows):
    model = windows.open(shared=False)
    await collect(model, ask(1))
    await model.aclose()
    await until(lambda: windows.notes[-1] == "closed")
    assert not windows.described


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
async def test_only_the_user_can_read_how_it_is_reached(windows):
    await collect(windows.open(), ask(1))
    folder = windows.cache / "local"
    modes = {path.suffix: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {".json": 0o600, ".log": 0o600, ".lock": 0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_who_doesnt_know_the_token_is_told_nothing(windows):
    await collect(windows.open(), ask(1))
    (described,) = windows.described
    with socket.create_connection(("127.0.0.1", described["port"]), timeout=5) as stranger:
        stranger.sendall(b'{"nonce":"1"}\n')
        greeting = json.loads(stranger.makefile("rb").readline())
        assert described["token"] not in str(greeting)
        stranger.sendall(b'{"proof":"' + b"0" * 64 + b'","context_tokens":9,"idle_s":1}\n')
        assert stranger.recv(100) == b""


async def test_a_stranger_at_a_dead_models_port_is_told_nothing(windows):
    """The port of a process that is gone may be anybody's by now."""
    model = windows.open()
    await collect(model, ask(1))
    (described,) = windows.described
    await model.aclose()
    os.kill(described["pid"], signal.SIGTERM)
    await until(lambda: not windows.described)
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        path = next((windows.cache / "local").glob("*.log")).with_suffix(".json")
        path.write_text(json.dumps({**described, "port": port}))
        path.chmod(0o600)
        heard = asyncio.create_task(asyncio.to_thread(_overhear, stranger))
        assert said(await collect(windows.open(), ask(1, text="secret"))) == "0 "
        overheard = await heard
    assert described["token"].encode() not in overheard
    assert b"secret" not in overheard


def _overhear(stranger):
    """What is said to who answers wrongly."""
    connection, _ = stranger.accept()
    with connection:
        connection.settimeout(5)
        heard = connection.recv(1000)
        connection.sendall(b'{"nonce":"2","proof":"3"}\n')
        while more := connection.recv(1000):
            heard += more
    return heard
