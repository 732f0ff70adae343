"""The tokenizer of the server that completes, asked over its endpoint."""

from __future__ import annotations

import argparse
import inspect
import logging

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
        '{"tokens": [{"id": 1, "piece": "x"}]}',
        '{"tokens": [{"id": 1, "piece": [999]}]}',
        '{"tokens": 7}',
    ],
)
def test_whatever_else_a_server_answers_tokens_are_estimated(server, answer):
    server.answer = answer
    assert asked(server).name == "estimate"


def test_a_server_without_the_endpoint_is_done_without(tmp_path):
    with tokenize_wire.serve(tiny_bpe.write(tmp_path), "none") as server:
        assert asked(server).name == "estimate"
    assert asked(server).name == "estimate"


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
