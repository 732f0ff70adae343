"""What is fetched when asked: a model's tokenizer, and nothing else."""

from __future__ import annotations

from pathlib import Path

import hub_wire
import pytest
import tiny_bpe

LITE = "deepseek-ai/DeepSeek-Coder-V2-Lite-Base"


@pytest.fixture
def fetch(infill, tmp_path):
    """A function that fetches a tokenizer into an empty cache."""

    def run(name, *arguments, **variables):
        variables |= {"HF_HOME": str(tmp_path / "hub"), "HF_HUB_DISABLE_TELEMETRY": "1"}
        asked = ("models", "--download-tokenizer", name)
        return infill(*asked, *arguments, cwd=tmp_path, **variables)

    return run


def test_a_fetched_tokenizer_is_found_from_then_on(infill, fetch, tmp_path):
    """By the model's own name, without a setting; its path is what is printed."""
    data = tiny_bpe.write(tmp_path).read_bytes()
    with hub_wire.serve({"tokenizer.json": data}) as endpoint:
        plain = fetch("deepseek-coder-v2-lite-base", HF_ENDPOINT=endpoint)
        again = fetch(LITE, "--json", HF_ENDPOINT=endpoint).json
    assert plain.code == 0
    assert f"fetching tokenizer.json of {LITE} into " in plain.err
    path = Path(plain.out.removesuffix("\n"))
    assert again == {"model": LITE, "path": str(path)}
    assert path.read_bytes() == data
    (tmp_path / "main.py").write_text("x = 1\n")
    asked = ("context", "main.py:1:6", "--json")
    shown = infill(*asked, cwd=tmp_path, HF_HOME=str(tmp_path / "hub")).json
    assert shown["tokenizer"] == LITE
    assert shown["prompt_ids"]


@pytest.mark.parametrize(
    ("name", "variable", "code", "kind", "message"),
    [
        (LITE, "1", 3, "tokenizer", "HF_HUB_OFFLINE is set; unset it"),
        ("no-such-model", "", 2, "unknown-model", "unknown model 'no-such-model'"),
    ],
    ids=["offline", "unknown"],
)
def test_what_is_not_fetched_is_told_why(fetch, tmp_path, name, variable, code, kind, message):
    ran = fetch(name, "--json", HF_HUB_OFFLINE=variable)
    assert (ran.code, ran.json["error"]["kind"]) == (code, kind)
    assert message in ran.json["error"]["message"]
    assert message in ran.err
    assert not list(tmp_path.rglob("tokenizer.json"))


def test_a_model_that_the_hub_has_not_is_told(fetch):
    with hub_wire.serve({}) as endpoint:
        ran = fetch("somebody/nothing", HF_ENDPOINT=endpoint)
    assert (ran.code, ran.out) == (3, "")
    assert "the hub has no such model" in ran.err
