"""`infill models`: what is known, and the whole of one model."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

import pytest

from inference.errors import BackendError
from inference.models import FORMATS, known_models
from inference.tokens import hub
from inference.weights.download import Fetching
from lsp_server.commands import models
from lsp_server.errors import FailureError, UsageError
from lsp_server.model_sheet import spelled
from lsp_server.user_formats import UserFormat

OWN = '[models."my-model"]\nformat = "deepseek-v1"\nlicence = "ours (all of it)"\n'


@pytest.fixture
def printed(tmp_path, capfdbinary):
    """What the command prints in a folder with a configuration of the user's."""

    def run(name=None, *, as_json=False, download=None, weights=None):
        config = tmp_path / "config.toml"
        config.write_text(OWN, "utf-8")
        given = {"root": tmp_path, "directory": tmp_path, "config": config, "set": []}
        given |= {"name": name, "download_tokenizer": download, "download_weights": weights}
        models.run(argparse.Namespace(json=as_json, verbose=False, **given))
        text = capfdbinary.readouterr().out.decode()
        return json.loads(text) if as_json else text

    return run


def test_every_model_has_its_row_the_users_own_too(printed):
    lines = printed().splitlines()
    assert lines[0].startswith(f"{len(known_models()) + 1} models, ")
    assert lines[1].split() == "model fills context GB + at 8K for format licence note".split()  # noqa: SIM905
    lite = next(line for line in lines if "v2-lite-base" in line).split("  ")
    assert [cell.strip() for cell in lite if cell.strip()][:7] == [
        "deepseek-coder-v2-lite-base",
        "middle",
        "128K",
        "31",
        "0.25",
        "completion",
        "deepseek-v2",
    ]
    assert "my-model" in lines[-1]
    assert lines[-1].endswith("ours     of your own") or "ours" in lines[-1]


def test_json_holds_everything(printed):
    shown = printed(as_json=True)
    assert [spec["name"] for spec in shown["models"]][-1] == "my-model"
    lite = shown["models"][0]
    assert lite["kv_bytes_per_token"] == 31_104
    assert lite["token_ids"]["<\uff5cfim\u2581hole\uff5c>"] == 100_002
    form = next(form for form in shown["formats"] if form["name"] == lite["format"])
    assert form["layout"][0] == form["controls"][0] == "<\uff5cfim\u2581begin\uff5c>"
    assert form["header"] == "#{path}\n"


def test_one_model_is_told_whole(printed):
    text = printed("deepseek-ai/DeepSeek-Coder-V2-Lite-Base")
    assert "  weights      31 GB in 16 bits\n" in text
    assert "  cache        0.25 GB at 8K, 4.1 GB at 128K\n" in text
    assert text.endswith("<\uff5cfim\u2581end\uff5c>    return \n")
    example = printed("my-model", as_json=True)["example"]
    assert example.startswith(
        "<\uff5cbegin\u2581of\u2581sentence\uff5c><\uff5cfim\u2581begin\uff5c>"
    )


@pytest.mark.parametrize("spec", known_models(), ids=lambda spec: spec.name)
def test_every_model_can_be_told_of(spec, printed):
    assert spec.format.name in printed(spec.name)


def test_an_unknown_one_is_wrong_use(printed, tmp_path):
    with pytest.raises(UsageError, match="near it: my-model") as caught:
        printed("my-modle")
    assert caught.value.kind == "unknown-model"
    with pytest.raises(UsageError, match=r"no config\.json"):
        printed("./weights")


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_what_is_shown_of_a_format_can_be_written_by_a_user(form):
    """So that who needs one that differs a little can begin with it."""
    shown = spelled(form)
    name = shown.pop("name")
    made = UserFormat.model_validate(shown).made(name)
    assert replace(made, reserved=()) == replace(form, reserved=())
    assert set(made.reserved) >= set(form.reserved)


@pytest.mark.parametrize(
    ("asked", "fetched"),
    [
        ("deepseek-coder-v2-lite-base", "deepseek-ai/DeepSeek-Coder-V2-Lite-Base"),
        ("DeepSeek-AI/deepseek-coder-v2-lite-base", "deepseek-ai/DeepSeek-Coder-V2-Lite-Base"),
        ("somebody/elses-model", "somebody/elses-model"),
    ],
)
def test_a_tokenizer_is_fetched_by_any_name_of_its_model(
    printed, tmp_path, monkeypatch, asked, fetched
):
    """Its configuration comes along; nothing else does."""
    names = []
    monkeypatch.setattr(
        hub, "_over_the_network", lambda *of: names.append(of) or str(tmp_path / of[1])
    )
    shown = printed(download=asked, as_json=True)
    assert shown == {"model": fetched, "path": str(tmp_path / "tokenizer.json")}
    assert names == [(fetched, "tokenizer_config.json"), (fetched, "tokenizer.json")]
    assert printed(download=asked) == f"{tmp_path / 'tokenizer.json'}\n"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("deepseek-coder-v2-lite-bass", "near it: .*deepseek-coder-v2-lite-base"),
        ("my-model", "isn't known to be on the hub"),
        ("./weights", "unknown model"),
    ],
)
def test_what_the_hub_can_not_have_is_wrong_use(printed, asked, message):
    with pytest.raises(UsageError, match=message) as caught:
        printed(download=asked)
    assert caught.value.kind == "unknown-model"


def test_one_model_at_a_time_is_fetched(printed):
    with pytest.raises(UsageError, match="takes one model alone"):
        printed("my-model", download="my-model")


def test_what_is_only_looked_at_is_not_fetched(printed, monkeypatch):
    monkeypatch.setattr(hub, "_over_the_network", lambda *_: pytest.fail("it was fetched"))
    printed()
    printed("deepseek-coder-v2-lite-base")


def test_weights_are_fetched_when_asked_and_where_they_lie_is_said(printed, monkeypatch, tmp_path):
    fetched = []
    monkeypatch.setattr(models, "plan_download", lambda name: Fetching(name, 31 * 10**9, 10**9))
    monkeypatch.setattr(models, "download_weights", lambda name: fetched.append(name) or tmp_path)
    said = printed(weights="deepseek-coder-v2-lite-base", as_json=True)
    assert said == {"model": "deepseek-ai/DeepSeek-Coder-V2-Lite-Base", "path": str(tmp_path)}
    assert fetched == ["deepseek-ai/DeepSeek-Coder-V2-Lite-Base"]


def test_a_download_that_fails_says_why(printed, monkeypatch):
    def plan(name):
        raise BackendError(f"the weights of {name} can't be downloaded: no room", cause="weights")

    monkeypatch.setattr(models, "plan_download", plan)
    with pytest.raises(FailureError, match="no room") as told:
        printed(weights="owner/name")
    assert told.value.cause == "weights"
