"""What goes over the wire is the JSON that it should be, whatever was spelled before."""

from __future__ import annotations

import json

import pytest

from inference.wire import body
from inference.wire.body import Spelled, body_of


@pytest.mark.parametrize("prompt", ['a\u2028"é世\\\n', (), (1,), tuple(range(300))])
def test_it_is_the_object_with_its_prompt(prompt):
    written, _ = body_of({"stop": ["é"], "n": 1}, prompt, Spelled())
    asked = prompt if isinstance(prompt, str) else list(prompt)
    assert json.loads(written) == {"stop": ["é"], "n": 1, "prompt": asked}


def test_the_head_that_stays_is_spelled_once(monkeypatch):
    known, spelled = Spelled(), []
    real = body._listed
    monkeypatch.setattr(body, "_listed", lambda ids: spelled.append(len(ids)) or real(ids))
    for n in range(10):
        prompt = (*range(5_000), *range(n))
        written, known = body_of({"n": 1}, prompt, known)
        assert json.loads(written)["prompt"] == list(prompt)
    assert sum(spelled) < 6_000


def test_another_prompt_is_spelled_anew():
    _, known = body_of({"n": 1}, tuple(range(500)), Spelled())
    for prompt in (tuple(range(1, 500)), tuple(range(3)), (), (*range(436), 7)):
        written, _ = body_of({"n": 1}, prompt, known)
        assert json.loads(written)["prompt"] == list(prompt)


def test_half_a_surrogate_pair_goes_over_as_the_sign_for_what_cannot_be_read():
    written, _ = body_of({"n": 1}, "a\ud83d", Spelled())
    assert json.loads(written)["prompt"] == "a\ufffd"
