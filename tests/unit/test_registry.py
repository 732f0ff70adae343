"""Backends are found by name, and loaded only then."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from inference import registry
from inference.errors import BackendError, UnknownBackendError
from inference.registry import BackendSettings, known_backends, make_backend


def _other(settings):
    """What another package's entry point might lead to."""
    return ("made from", settings.model)


@pytest.fixture
def added(monkeypatch):
    """A backend that another package adds."""
    entry = EntryPoint("other", f"{__name__}:_other", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _self: _other)
    monkeypatch.setattr(registry, "entry_points", lambda *, group: [entry] if group else [])


def test_an_unknown_backend_is_answered_with_the_known_ones():
    with pytest.raises(UnknownBackendError, match=r"known are ngram, openai"):
        make_backend("gpt", BackendSettings())


async def test_a_built_in_is_made_from_settings():
    settings = BackendSettings("http://127.0.0.1:1/v1", "tiny", send_ids=True)
    backend = make_backend("openai", settings)
    assert backend.capabilities.token_ids
    await backend.aclose()


@pytest.mark.parametrize(("name", "expected"), [("openai", "`endpoint`"), ("ngram", "repository")])
def test_what_a_backend_needs_is_said(name, expected):
    with pytest.raises(BackendError, match=expected):
        make_backend(name, BackendSettings())


@pytest.mark.usefixtures("added")
def test_another_package_may_add_one():
    assert known_backends()[:2] == ("ngram", "openai")
    assert known_backends()[-1] == "other"
    assert make_backend("other", BackendSettings(model="tiny")) == ("made from", "tiny")


def test_a_key_is_not_shown():
    assert "sk-1" not in repr(BackendSettings(api_key="sk-1"))


def test_what_is_slow_to_load_is_loaded_when_needed():
    """The registry and the models bring in no client and no tokenizer library."""
    code = (
        "import sys, inference.registry, inference.answer.complete, inference.prompt.pack;"
        "import inference.tokens.tokenizer;"
        "print([name for name in ('httpx', 'tokenizers', 'numpy', 'torch') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout.strip() == "[]"
