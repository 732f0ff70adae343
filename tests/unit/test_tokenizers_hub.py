"""The model's own tokenizer: where it is looked for, and fetched from when asked."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import hub_wire
import pytest
import tiny_bpe
from huggingface_hub import constants, errors, hf_hub_download

from inference.errors import TokenizerError
from inference.models import define_model
from inference.tokens.hub import cached_tokenizer, download_tokenizer, hub_cache, is_hub_name
from inference.tokens.tokenizer import load_tokenizer

NAME = "maker/model"
SPEC = replace(define_model("tiny", "deepseek-v2"), hub=(NAME,))
COMMIT = hub_wire.COMMIT


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The hub's local cache, empty."""
    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    return folder


def keep(hub, commit=COMMIT, *, main=True, **more):
    """Put a tokenizer into the cache as the hub's library does."""
    repository = hub / f"models--{NAME.replace('/', '--')}"
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    if main:
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text(commit)
    return tiny_bpe.write(snapshot, **more)


def test_the_cache_is_where_the_library_has_it(monkeypatch):
    assert hub_cache() == Path(constants.HF_HUB_CACHE)
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    assert hub_cache() == Path("~/.cache/huggingface/hub").expanduser()
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    assert hub_cache() == Path("caches/huggingface/hub")
    monkeypatch.setenv("HF_HOME", "home")
    assert hub_cache() == Path("home/hub")
    monkeypatch.setenv("HF_HUB_CACHE", "own")
    assert hub_cache() == Path("own")


def test_the_home_of_nobody_is_a_folder_like_any_other(monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", "~nosuchuser/x")
    assert hub_cache() == Path("~nosuchuser/x")
    with pytest.raises(TokenizerError, match="can't read the tokenizer y"):
        load_tokenizer("~nosuchuser/x/y", SPEC)
    assert load_tokenizer(None, SPEC, folder="~nosuchuser/x").name == "estimate"


@pytest.mark.parametrize("text", ["", "model", "a/b/c", "../b", "a/..", "/b", "a/", "a b/c", "é/c"])
def test_what_is_no_name_on_the_hub_is_not_looked_for(text, hub):
    assert not is_hub_name(text)
    assert cached_tokenizer(text) is None


def test_the_branch_goes_before_other_revisions(hub):
    assert cached_tokenizer(NAME) is None
    main = keep(hub)
    keep(hub, "f" * 40, main=False)
    assert cached_tokenizer(NAME) == main


def test_without_the_branch_the_newest_revision_is_taken(hub):
    new, old = keep(hub, main=False), keep(hub, "f" * 40, main=False)
    os.utime(old, (1, 1))
    assert cached_tokenizer(NAME) == new


def test_a_cached_tokenizer_is_found_by_the_model(hub):
    assert load_tokenizer(None, SPEC).name == "estimate"
    keep(hub)
    tokenizer = load_tokenizer(None, SPEC)
    assert (tokenizer.name, tokenizer.exact) == (NAME, True)


def test_a_cached_tokenizer_is_found_by_its_name(hub):
    with pytest.raises(TokenizerError, match=f"infill models --download-tokenizer {NAME}"):
        load_tokenizer(NAME, SPEC)
    keep(hub)
    assert load_tokenizer(NAME, define_model("tiny", "deepseek-v2")).name == NAME


def test_the_models_folder_goes_before_the_cache(hub, tmp_path):
    keep(hub)
    own = tmp_path / "weights"
    own.mkdir()
    assert load_tokenizer(None, SPEC, folder=own).name == NAME
    tiny_bpe.write(own)
    assert load_tokenizer(None, SPEC, folder=own).name == "weights/tokenizer.json"
    assert load_tokenizer(NAME, SPEC, folder=own).name == NAME


def test_what_was_found_and_does_not_fit_is_passed_over(hub, tmp_path, caplog):
    """Only what the user set is an error."""
    keep(hub)
    (tmp_path / "tokenizer.json").write_text("{}")
    with caplog.at_level(logging.WARNING):
        assert load_tokenizer(None, SPEC, folder=tmp_path).name == NAME
    assert "holds no `model`" in caplog.text


@contextmanager
def served(files):
    """The means to fetch from a hub that has these files of the model."""
    with hub_wire.serve(files) as endpoint:
        yield lambda name, file: hf_hub_download(name, file, endpoint=endpoint)


def test_a_tokenizer_is_fetched_when_asked(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(hub))
    data = tiny_bpe.write(tmp_path).read_bytes()
    with served({"tokenizer.json": data, "tokenizer_config.json": b"{}"}) as fetch:
        path = download_tokenizer(NAME, fetch=fetch)
    assert path.read_bytes() == data
    assert (path.parent / "tokenizer_config.json").read_bytes() == b"{}"
    assert load_tokenizer(None, SPEC).name == NAME


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"tokenizer_config.json": b"{}"}, "it has no tokenizer.json"),
        ({}, "no such model"),
    ],
)
def test_a_hub_without_it_is_told_of(hub, files, message, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(hub))
    with served(files) as fetch, pytest.raises(TokenizerError, match=message):
        download_tokenizer(NAME, fetch=fetch)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (errors.OfflineModeIsEnabled("offline"), "HF_HUB_OFFLINE is set"),
        (errors.LocalEntryNotFoundError("no network"), "check the network"),
        (ConnectionError("read-only"), "the hub can't be reached or refused"),
        (PermissionError(13, "not allowed", "/cache"), "/cache can't be written: not allowed"),
    ],
)
def test_what_keeps_it_from_being_fetched_is_told(error, message):
    def fetch(name, file):
        raise error

    with pytest.raises(TokenizerError, match=message):
        download_tokenizer(NAME, fetch=fetch)


def test_that_the_library_is_offline_is_told_as_that(hub, monkeypatch):
    """It says itself that a file isn't there."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(hub))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(TokenizerError, match="HF_HUB_OFFLINE is set"):
        download_tokenizer(NAME)


def test_only_names_of_the_hub_are_fetched():
    with pytest.raises(TokenizerError, match="isn't a name on the hub"):
        download_tokenizer("./model.json")
