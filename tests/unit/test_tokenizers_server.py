"""The tokenizer of the server that completes, asked over its endpoint."""

from __future__ import annotations

import argparse
import inspect
import logging
import time

import pytest
import tiny_bpe
import tokenize_wire

from inference.errors import TokenizerError
from inference.models import FORMATS, define_model
from inference.tokens import asking
from inference.tokens import server as asking_server
from inference.tokens.tokenizer import TokenizeEndpoint, load_tokenizer

SPEC = define_model("tiny", "deepseek-v2")
FORM = FORMATS["deepseek-v2"]
SOURCE = inspect.getsource(argparse)[:20_000]
ODD = "\n\n  x = 'é世🙂e\u0301\ud800'  \r\n\n\t}\n// y\n    \nlast  "
WIRES = [
    ("vllm", "deepseek-v2"),
    ("vllm", "qwen2"),
    ("vllm", "gpt2"),
    ("vllm", "sentences"),
    ("llama.cpp", "deepseek-v2"),
    ("llama.cpp", "gpt2"),
]


@pytest.fixture(scope="module", autouse=True)
def _patience():
    """So that a machine with much to do fails no test."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asking, "_ANSWER_S", 60.0)
        patched.setattr(asking_server, "_ACQUAINT_S", 60.0)
        yield


def asked(server, key=None):
    """The tokenizer of that server, or the estimate."""
    return load_tokenizer(None, SPEC, endpoint=TokenizeEndpoint(server.endpoint, "tiny", key))


@pytest.fixture(scope="module", params=WIRES, ids=" ".join)
def pair(request, tmp_path_factory):
    """A server's tokenizer, and the same from its file."""
    dialect, kind = request.param
    path = tiny_bpe.write(tmp_path_factory.mktemp("bpe"), kind=kind)
    with tokenize_wire.serve(path, dialect) as server:
        yield asked(server), load_tokenizer(path, SPEC)


@pytest.fixture
def server(tmp_path):
    """One that speaks as vLLM does."""
    with tokenize_wire.serve(tiny_bpe.write(tmp_path)) as running:
        yield running


@pytest.mark.parametrize("text", [SOURCE, ODD, "x", ""], ids=["source", "odd", "x", "empty"])
def test_ids_are_those_of_the_file(pair, text):
    tokenizer, own = pair
    assert tokenizer.exact
    assert tokenizer.encode(text) == own.encode(text)
    assert tokenizer.count(text) == own.count(text)
    assert tokenizer.seam_tokens == own.seam_tokens


def test_a_sentinel_in_a_text_stays_text(pair):
    """However many there are, one request brings their ids."""
    tokenizer, _ = pair
    text = "".join(f"x{place} = '{mark}'\n" for place in range(9) for mark in FORM.reserved)
    before = tokenizer.n_requests
    ids = tokenizer.encode(text)
    assert tokenizer.n_requests - before == 1
    assert not {tokenizer.control_id(mark) for mark in FORM.reserved} & set(ids)
    # Vocabularies of sentences spell a space so.
    assert tokenizer.decode(ids).replace("▁", " ").strip() == text.replace("▁", " ").strip()


def test_control_tokens_are_found(pair):
    tokenizer, own = pair
    assert [tokenizer.control_id(mark) for mark in FORM.keys] == [
        own.control_id(mark) for mark in FORM.keys
    ]
    assert tokenizer.control_id("<nothing>") is None


def test_a_line_is_asked_for_once(pair):
    tokenizer, _ = pair
    tokenizer.encode(SOURCE)
    before = tokenizer.n_requests
    tokenizer.count(SOURCE)
    tokenizer.encode(SOURCE[: SOURCE.rindex("\n", 0, 9_000) + 1])
    assert tokenizer.n_requests == before
    tokenizer.encode(SOURCE.replace("import os as _os", "import os as _operating_system"))
    assert tokenizer.n_requests == before + 1


def test_few_requests_suffice(server, monkeypatch):
    """To get to know a server, and for a large text, which goes in pieces."""
    tokenizer = asked(server, "a key")
    assert tokenizer.name == f"127.0.0.1:{server.port}/tokenize"
    assert tokenizer.n_requests < 12
    assert set(server.keys) == {"Bearer a key"}
    before = tokenizer.n_requests
    monkeypatch.setattr(asking_server, "_MOST_CHARS", 2_000)
    tokenizer.encode("".join(f"name_{place} = {place}\n" for place in range(300)))
    assert tokenizer.n_requests - before == 3


def test_a_server_that_fails_is_told_of_once(server, caplog, monkeypatch):
    """Counting goes on with the estimate, and typing doesn't wait for a dead server each time."""
    tokenizer = asked(server)
    server.status = 500
    before = tokenizer.n_requests
    for word in ("one", "two", "six"):
        with caplog.at_level(logging.WARNING):
            assert tokenizer.count(f"{word} = 1\n") == 5
        with pytest.raises(TokenizerError, match="set `tokenizer`"):
            tokenizer.encode(f"{word} = 1\n")
    assert tokenizer.n_requests == before + 1
    assert len(caplog.records) == 1
    assert "status 500" in caplog.text
    server.status = 200
    monkeypatch.setattr(asking, "_PAUSE_S", 0.0)
    assert tokenizer.encode("one = 1\n")


@pytest.mark.parametrize(
    "answer",
    [
        "{}",
        "[]",
        "not JSON",
        '{"tokens": [1], "token_strs": null}',
        '{"tokens": [1], "token_strs": ["x"]}',
        '{"tokens": ["1"], "token_strs": ["x"]}',
        '{"tokens": [1e999], "token_strs": ["x"]}',
        '{"tokens": [{"id": 1, "piece": "x"}]}',
        '{"tokens": [{"id": 1, "piece": [999]}]}',
        '{"tokens": 7}',
    ],
)
def test_whatever_else_a_server_answers_tokens_are_estimated(server, answer):
    server.answer = answer
    assert asked(server).name == "estimate"


@pytest.mark.parametrize("number", [True, -5, 2**70, 2**31, 1.0, None])
@pytest.mark.parametrize("dialect", ["vllm", "llama.cpp"])
def test_what_can_be_no_id_is_none(server, dialect, number, monkeypatch):
    """Python takes `true` for a number, and a prompt of it wouldn't be one."""
    server.dialect = dialect
    told = tokenize_wire.Told.reply

    def lying(of, path, body):
        answer = told(of, path, body)
        if answer.get("tokens"):
            at = number if dialect == "vllm" else {"id": number, "piece": "x"}
            answer["tokens"] = [at, *answer["tokens"][1:]]
        return answer

    monkeypatch.setattr(tokenize_wire.Told, "reply", lying)
    assert asked(server).name == "estimate"


def test_a_server_that_cuts_texts_short_is_not_believed(server, monkeypatch):
    """As those do whose tokenizer was saved with a limit."""
    tokenizer = asked(server)
    told = tokenize_wire.Told.reply

    def cutting(of, path, body):
        answer = told(of, path, body)
        return answer | {key: answer[key][:3] for key in ("tokens", "token_strs")}

    monkeypatch.setattr(tokenize_wire.Told, "reply", cutting)
    with pytest.raises(TokenizerError, match="leaves out the end of a text"):
        tokenizer.encode("a_name = another_name + one_more\n")


@pytest.mark.parametrize("drips", ["start", "body"])
def test_a_server_that_drips_is_given_up_as_a_whole(server, drips, monkeypatch):
    """However often it sends something: only the whole answer counts, and it's asked once."""
    monkeypatch.setattr(asking, "_ANSWER_S", 0.1)
    server.drips = drips
    started = time.monotonic()
    tokenizer = asked(server)
    assert time.monotonic() - started < 2.0
    assert (tokenizer.name, tokenizer.for_now) == ("estimate", True)
    assert len(server.paths) == 1


def test_getting_acquainted_has_an_end(server, monkeypatch):
    """However quick each answer is."""
    monkeypatch.setattr(asking_server, "_ACQUAINT_S", 0.0)
    assert asked(server).for_now
    assert not server.paths


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_not_ready_is_an_estimate_for_now(server, status):
    server.status = status
    assert asked(server).for_now
    assert len(server.paths) == 1


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_server_that_tells_nothing_is_not_asked_again(server, status):
    """In neither dialect."""
    server.status = status
    assert not asked(server).for_now
    assert len(server.paths) == 2


def test_a_server_that_fails_may_be_another_one_later(server):
    tokenizer = asked(server)
    assert not tokenizer.for_now
    server.status = 503
    tokenizer.count("something new\n")
    assert tokenizer.for_now


def test_an_address_that_is_none_is_done_without():
    endpoint = TokenizeEndpoint("http://127.0.0.1:1/v\x01", "tiny")
    assert load_tokenizer(None, SPEC, endpoint=endpoint).name == "estimate"


def test_a_server_without_the_endpoint_is_done_without(tmp_path):
    with tokenize_wire.serve(tiny_bpe.write(tmp_path), "none") as server:
        assert asked(server).for_now is False
    assert asked(server).for_now is True


def test_a_server_of_another_model_is_done_without(tmp_path):
    with tokenize_wire.serve(
        tiny_bpe.write(
            tmp_path,
        )
    ) as server:
        endpoint = TokenizeEndpoint(server.endpoint, "tiny")
        other = define_model("other", "starcoder2")
        assert load_tokenizer(None, SPEC, endpoint=endpoint).exact
        assert load_tokenizer(None, other, endpoint=endpoint).name == "estimate"


@pytest.mark.parametrize("url", ["https://example.com/v1", "http://example.com/v1", "nonsense"])
def test_another_machine_is_not_asked(url):
    """Texts are counted before it is known whether they may leave this one."""
    tokenizer = load_tokenizer(None, SPEC, endpoint=TokenizeEndpoint(url, "tiny"))
    assert tokenizer.name == "estimate"
