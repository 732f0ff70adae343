"""`infill doctor` as a user runs it, with the embedded model and with a real vLLM."""

from __future__ import annotations

import doctor_wire
import pytest
from editing import repository_in
from engines import lite_python

# Where something else keeps the machine busy, twenty answers take their time.
PATIENCE_S = 600


def levels(ran):
    return {finding["check"]: finding["level"] for finding in ran.json["findings"]}


def settings(endpoint, **more):
    pairs = {"backend": "openai", "endpoint": endpoint, "context.budget_tokens": 2048, **more}
    return [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]


def test_a_fresh_installation_is_well(infill, tmp_path):
    ran = infill("doctor", "--json", cwd=repository_in(tmp_path))
    assert ran.code == 0
    found = levels(ran)
    assert found["python"] == found["configuration"] == found["round trip"] == "ok"
    assert "error" not in found.values()
    assert set(ran.json["findings"][0]) == {"check", "level", "found", "remedy"}


def test_what_is_wrong_is_shown_with_what_to_do(infill, tmp_path):
    """As a table, and with exit code 3 where something doesn't work."""
    with doctor_wire.serve(doctor_wire.Setup(sentinels=doctor_wire.ASCII)) as endpoint:
        ran = infill("doctor", *settings(endpoint), cwd=repository_in(tmp_path))
    assert ran.code == 3
    assert ran.out.splitlines()[0] == "errors: 2, warnings: 1"
    assert "spelled with ASCII characters" in ran.out
    assert "infill models --download-tokenizer" in ran.out


def test_an_index_that_a_server_keeps_is_seen(infill, tmp_path):
    root = repository_in(tmp_path)
    infill("index", cwd=root)
    ran = infill("doctor", "--json", cwd=root)
    index = next(one for one in ran.json["findings"] if one["check"] == "index")
    assert index["level"] == "ok"
    assert index["found"].startswith("1 files")


def test_wrong_settings_are_a_finding_too(infill, tmp_path):
    ran = infill("doctor", "--json", "--set", "context.budget_tokens=5", cwd=tmp_path)
    assert ran.code == 3
    assert levels(ran)["configuration"] == "error"


@pytest.mark.needs_vllm
def test_a_real_server_of_a_model_that_knows_nothing(infill, tmp_path, vllm_server):
    """Everything about the server is well; its random weights fill no hole."""
    more = {"served_model": "tiny", "tokenizer": vllm_server.tokenizer}
    arguments = settings(vllm_server.endpoint, **more, **{"context.budget_tokens": 512})
    root = repository_in(tmp_path)
    ran = infill("doctor", "--json", *arguments, cwd=root, timeout_s=PATIENCE_S)
    found = levels(ran)
    well = ("endpoint", "key", "model", "context", "prefix cache")
    assert {check: found[check] for check in well} == dict.fromkeys(well, "ok"), ran.out
    # A machine that is busy with something else may not answer in time.
    assert found["ids"] == "ok" or "couldn't be found out" in ran.out, ran.out
    assert (found["round trip"], found["kind"]) == ("error", "skipped")
    more["served_model"] = "other"
    arguments = settings(vllm_server.endpoint, **more)
    ran = infill("doctor", "--json", *arguments, cwd=tmp_path, timeout_s=PATIENCE_S)
    assert levels(ran)["model"] == "error"
    assert "tiny" in next(one["found"] for one in ran.json["findings"] if one["check"] == "model")


@pytest.mark.needs_lite
def test_a_model_on_this_machine_is_loaded_first(infill, tmp_path, tiny_model):
    """That takes as long as it takes, and is no silence."""
    pairs = {
        "backend": "lite",
        "model": tiny_model,
        "format": "deepseek-v2",
        "local.python": lite_python(),
        "local.idle_minutes": "0.05",
        "context.budget_tokens": "512",
    }
    arguments = [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]
    ran = infill("doctor", "--json", *arguments, cwd=repository_in(tmp_path), timeout_s=PATIENCE_S)
    found = levels(ran)
    well = ("extras", "backend", "tokenizer", "ids", "prefix cache")
    assert {check: found[check] for check in well} == dict.fromkeys(well, "ok"), ran.out
    assert (found["round trip"], found["kind"]) == ("error", "skipped")
