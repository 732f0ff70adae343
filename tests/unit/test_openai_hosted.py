"""DeepSeek's own service, and others that take the suffix in a field of its own."""

from __future__ import annotations

from contextlib import aclosing

import pytest
import wire
from packed import ESTIMATE, editor

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.models import find_model
from inference.types import Message, Prompt, Request
from inference.wire.asked import Terms
from inference.wire.body import Spelled
from inference.wire.endpoint import parse_endpoint
from inference.wire.manner import Manner
from inference.wire.question import question_of
from lsp_server.user_formats import UserFormat

SPEC = find_model("deepseek-v4-pro")
PROMPT = Prompt("def f(a):\n    return ", (1, 2), 9, (), (), suffix="\n\nprint(f(1))\n")
COMPLETION = Request("", "", "a.py", "Python", PROMPT, max_new_tokens=9_999)
CHAT = Request("", "", "a.py", "Python", messages=(Message("user", "hi"),), max_new_tokens=9_999)


def _asked(endpoint, request, *, salt="", manner=Manner()):  # noqa: B008 - a frozen value
    terms = Terms(parse_endpoint(endpoint), "deepseek-v4-pro", SPEC, salt)
    return question_of(request, terms, manner, Spelled())[0]


@pytest.mark.parametrize("path", ["", "/", "/v1", "/beta", "/beta/"])
def test_it_completes_under_its_beta_and_chats_where_it_is(path):
    """Whichever of its addresses is given."""
    found = _asked(f"https://api.deepseek.com{path}", COMPLETION)
    assert found.url == "https://api.deepseek.com/beta/completions"
    chat = _asked(f"https://api.deepseek.com{path}", CHAT)
    assert chat.url == f"https://api.deepseek.com{path.rstrip('/')}/chat/completions"


def test_prefix_and_suffix_go_apart_and_as_text():
    found = _asked("https://api.deepseek.com", COMPLETION, manner=Manner(ids=True))
    assert found.asked["suffix"] == "\n\nprint(f(1))\n"
    assert b'"prompt":"def f(a):' in found.body
    assert found.asked["max_tokens"] == 4096
    assert "stop" not in found.asked
    assert "thinking" not in found.asked


def test_a_chat_doesnt_think_and_may_be_longer():
    asked = _asked("https://api.deepseek.com", CHAT, salt="ab" * 32).asked
    assert asked["thinking"] == {"type": "disabled"}
    assert (asked["max_tokens"], asked["user_id"]) == (9_999, "ab" * 32)


def test_another_host_with_its_models_is_asked_as_any_other():
    found = _asked("https://gateway.example/v1", COMPLETION, salt="ab" * 32)
    assert found.url == "https://gateway.example/v1/completions"
    assert not {"user_id", "cache_salt", "thinking"} & found.asked.keys()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("completions api is only available when using beta api", "let `endpoint` lead to its"),
        ("suffix is not currently supported", "set `format` to the one"),
    ],
)
async def test_who_takes_no_suffix_apart_says_so(words, remedy):
    script = wire.Script(status=400, body=f'{{"error": {{"message": "{words}"}}}}')
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        with pytest.raises(BackendError, match="takes no suffix in a field of its own") as caught:
            async with aclosing(backend.stream(COMPLETION)) as chunks:
                _ = [chunk async for chunk in chunks]
        await backend.aclose()
    assert remedy in str(caught.value)


def test_what_is_typed_makes_the_prefix_longer_and_the_suffix_stays():
    ed = editor("//- /main.py\nimport a\n\n\ndef f():\n    return $0\n\n\nprint(f())\n", spec=SPEC)
    first = ed.prompt
    assert first.text.endswith("def f():\n    return ")
    assert first.text.startswith("#a.py\nA = 1\n#main.py\n")
    assert first.suffix == "\n\n\nprint(f())\n"
    ed.type("a.value(", ")")
    assert ed.prompt.text == first.text + "a.value("
    assert ed.prompt.suffix == first.suffix
    assert ed.n_heads == 1
    assert ed.prompt.token_ids is None


def test_the_suffix_and_what_the_server_adds_are_counted():
    ed = editor("//- /main.py\nx = $0\ny = 2\n", spec=SPEC)
    texts = sum(map(ESTIMATE.count, (ed.prompt.text, ed.prompt.suffix)))
    assert ed.prompt.n_tokens >= texts + 4
    assert [part.role for part in ed.prompt.parts] == [*("snippet", "prefix", "suffix", "typed")]


def test_a_format_of_ones_own_may_take_the_suffix_apart():
    made = UserFormat(layout=("{files}", "{prefix}"), suffix_apart=True).made("mine")
    assert made.suffix_apart
    assert made.has_fim
    for layout in (("{prefix}", "{suffix}", "<end>"), ("{prefix}", "<end>")):
        with pytest.raises(ValueError, match=r"ends with \{prefix\}"):
            UserFormat(layout=layout, suffix_apart=True)
