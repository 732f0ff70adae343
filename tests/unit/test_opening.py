"""Settings as a backend is told them, and what of a user's identity goes to a server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inference.local.backend import plan_for
from lsp_server.identity import session_name, user_salt
from lsp_server.opening import backend_settings, stays_here
from lsp_server.settings import LocalSettings, ServerSettings, Settings
from lsp_server.user_models import model_of


def made(tmp_path=None, **settings):
    chosen = Settings(**settings)
    return backend_settings(chosen, model_of(chosen), cache_dir=tmp_path)


def test_every_setting_of_a_server_arrives():
    server = ServerSettings(
        session_header="x-mine", ca_file="/ca.pem", connect_timeout_s=1, read_timeout_s=2
    )
    sharing = made(backend="openai", endpoint="https://models.test/v1", server=server).sharing
    assert (sharing.session_header, sharing.ca_file) == ("x-mine", "/ca.pem")
    assert (sharing.connect_s, sharing.read_s) == (1, 2)


def test_every_setting_of_a_local_model_arrives():
    local = LocalSettings(python="python3", device="cpu", cache_gb=2, idle_minutes=5, threads=3)
    plan = made(backend="lite", local=local).local
    assert (plan.python, plan.device, plan.cache_gb) == ("python3", "cpu", 2)
    assert (plan.idle_s, plan.threads) == (300, 3)
    assert plan.context_tokens == 8192 + 384


def test_a_models_process_is_given_the_tokenizer_that_was_set(tmp_path):
    file = tmp_path / "tokenizer.json"
    file.write_text("{}")
    for wanted in (file, tmp_path):
        settings = made(backend="lite", tokenizer=str(wanted))
        assert plan_for(settings, tmp_path / "weights").tokenizer == file
    assert plan_for(made(backend="lite"), tmp_path).tokenizer is None
    own = made(backend="lite", tokenizer=str(tmp_path / "model.gguf"))
    assert plan_for(own, tmp_path).tokenizer is None


@pytest.mark.parametrize(
    ("endpoint", "salt", "expected"),
    [
        ("https://models.test/v1", "off", ""),
        ("https://models.test/v1", "our-team", "our-team"),
        ("http://127.0.0.1:8000/v1", "auto", ""),
    ],
)
def test_who_shares_a_cache_is_the_users_to_say(endpoint, salt, expected):
    found = made(backend="openai", endpoint=endpoint, server=ServerSettings(cache_salt=salt))
    assert found.sharing.cache_salt == expected


def test_on_a_shared_server_nobody_shares_by_default(tmp_path):
    remote = {"backend": "openai", "endpoint": "https://models.test/v1"}
    mine = made(tmp_path / "me", **remote).sharing.cache_salt
    assert len(mine) == 32
    assert mine == made(tmp_path / "me", **remote).sharing.cache_salt
    assert mine not in repr(made(tmp_path / "me", **remote))


def test_the_salt_is_kept_for_the_user_alone(tmp_path):
    salt = user_salt(tmp_path)
    file = tmp_path / "salt"
    assert file.read_text() == salt
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
    user_salt.cache_clear()
    assert user_salt(tmp_path) == salt
    file.write_text("broken")
    user_salt.cache_clear()
    assert len(user_salt(tmp_path)) == 32


def test_a_salt_that_cannot_be_kept_lasts_for_the_process(tmp_path):
    (tmp_path / "file").write_text("")
    assert len(user_salt(tmp_path / "file" / "below")) == 32


def test_a_sessions_name_tells_neither_user_nor_repository():
    one = session_name("a" * 32, Path("/home/me/secret-project"))
    assert one == session_name("a" * 32, Path("/home/me/secret-project"))
    assert one != session_name("b" * 32, Path("/home/me/secret-project"))
    assert "secret" not in one


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, True),
        ({"endpoint": "https://models.test/v1"}, True),
        ({"backend": "lite"}, True),
        ({"backend": "vllm"}, True),
        ({"backend": "openai", "endpoint": "http://localhost:1/v1"}, True),
        ({"backend": "openai", "endpoint": "https://models.test/v1"}, False),
        ({"backend": "of-another-package"}, False),
    ],
)
def test_what_stays_on_this_machine(settings, expected):
    assert stays_here(Settings(**settings)) is expected
