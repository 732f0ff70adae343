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
from inference.tokens.tokenizer import TokenizeEndpoint, load_tokenizer

SPEC = define_model("tiny", "deepseek-v2")
FORM = FORMATS["deepseek-v2"]
SOURCE = inspect.getsource(argparse)[:20_000]


def asked(server, key=None):
    """The tokenizer of that server."""
    return load_tokenizer(None, SPEC, endpoint=TokenizeEndpoint(server.endpoint, "tiny", key))


@pytest.fixture(scope="module", params=tiny_bpe.KINDS)
def path(request, tmp_path_factory):
    """A tokenizer of each kind."""
    return tiny_bpe.write(tmp_path_factory.mktemp("bpe"), kind=request.param)


@pytest.fixture(scope="module", params=["vllm", "llama.cpp"])
def pair(request, path):
    """A server, its tokenizer, and the same from the file."""
    if (request.param, path.parent.name[:3]) == ("llama.cpp", "sentences"):
        pytest.skip("llama.cpp's pieces are text")
    with tokenize_wire.serve(path, request.param) as server:
        yield server, asked(server), load_tokenizer(path, SPEC)


def test_ids_are_those_of_the_file(pair):
    server, tokenizer, own = pair
    assert tokenizer.name == f"127.0.0.1:{server.port}/tokenize"
    assert tokenizer.encode(SOURCE) == own.encode(SOURCE)
    assert tokenizer.count(SOURCE) == own.count(SOURCE)
    assert tokenizer.seam_tokens == own.seam_tokens
