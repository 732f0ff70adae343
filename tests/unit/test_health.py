"""How a backend is: told once, cleared by an answer, and not asked in vain."""

from __future__ import annotations

import asyncio
import re

import pytest

from inference.answer.heard import Heard, Rules
from inference.answer.hole import hole_at
from inference.errors import BackendError, BudgetError
from inference.types import Condition
from inference.wire.patience import Patience
from lsp_server import health as module
from lsp_server.health import Health
from lsp_server.inline.silence import silence
from lsp_server.settings import Settings


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def told():
    """A health and how often somebody was told."""
    calls = []
    return Health(lambda: calls.append(1)), calls


@pytest.mark.parametrize(
    ("backend", "words"),
    [("openai", "check that it runs"), ("lite", "goes on from what it has read")],
)
def test_silence_up_to_the_deadline_is_told_by_what_is_likely(backend, words):
    """A server may hang; a model on this machine is still reading."""
    settings = Settings(backend=backend)
    heard = Heard(0.0, hole_at("", ""), Rules(0))
    assert re.search(f"within 20000 ms; .*{words}", str(silence(settings, heard)))
    heard.first_token_s = 0.2
    assert silence(settings, heard) is None
    assert silence(settings, None) is None


def test_a_failure_is_told_once_for_each_cause(told):
    health, calls = told
    for seconds in (3, 2, 1):
        health.failed(BackendError(f"try again in {seconds} s", cause="quota"))
    assert len(calls) == 1
    health.failed(BackendError("no such model", cause="model"))
    health.failed(BudgetError("too small"))
    assert len(calls) == 3


def test_another_message_without_a_cause_is_another_failure(told):
    health, calls = told
    health.failed(BackendError("failed (500); its log may say why"))
    health.failed(BackendError("failed (503); its log may say why"))
    assert len(calls) == 1
    health.failed(BackendError("answered with a web page"))
    assert len(calls) == 2


def test_an_answer_clears_it(told, clock):
    health, calls = told
    health.answered()
    assert calls == []
    health.failed(BackendError("no", cause="key"))
    health.answered()
    assert len(calls) == 2
    assert health.fault is None
    assert health.refusal is None


def test_what_is_hopeless_is_asked_less_and_less(clock):
    health = Health()
    pauses = []
    for _ in range(7):
        health.failed(BackendError("no", cause="key"))
        began = clock[0]
        while health.refusal is not None:
            clock[0] += 0.5
        pauses.append(clock[0] - began)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_a_named_time_is_kept(clock):
    health = Health()
    health.failed(BackendError("wait", cause="quota", retry_after_s=120))
    clock[0] += 119
    assert health.refusal is not None
    clock[0] += 2
    assert health.refusal is None


def test_what_may_pass_by_itself_is_asked_again_at_once(clock):
    health = Health()
    health.failed(BackendError("nothing listens", cause="unreachable"))
    assert health.refusal is None


def test_a_condition_is_told_when_it_changes(told):
    health, calls = told
    for condition in (Condition("busy", "loading"), Condition("busy", "loading")):
        health.report(condition)
    assert len(calls) == 1


async def test_who_waits_for_a_model_waits_until_it_is_there():
    health = Health()
    await health.ready()
    health.report(Condition("busy", "loading"))
    waiting = asyncio.create_task(health.ready())
    await asyncio.sleep(0)
    health.report(Condition("busy", "still loading"))
    await asyncio.sleep(0)
    assert not waiting.done()
    health.report(Condition("normal"))
    await waiting


@pytest.mark.parametrize("words", ["failed (500)", "does `endpoint` lead to the API?"])
def test_the_length_of_a_pause_makes_no_other_failure(told, words):
    health, calls = told
    patience = Patience(clock=lambda: 0.0)
    for _ in range(9):
        health.failed(patience.failed(BackendError(words, retry_after_s=3600)))
        health.failed(patience.failed(BackendError(words)))
    health.failed(BackendError(words))
    assert len(calls) == 1


def test_a_pause_is_no_second_telling_of_what_failed(told):
    """The backend reports it besides, and the failure is what is shown."""
    health, calls = told
    health.failed(BackendError("it broke off", cause="died"))
    health.report(Condition("warning", "it broke off; it is asked again in 1 s"))
    health.report(Condition("normal"))
    assert len(calls) == 1
    health.answered()
    health.report(Condition("busy", "loading"))
    assert len(calls) == 3
