"""`infill doctor` as a user runs it, with the embedded model and with a real vLLM."""

from __future__ import annotations

import doctor_wire
import pytest
from editing import repository_in


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
    assert ran.out.splitlines()[0] == "2 errors, 1 warnings"
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
    arguments = settings(vllm_server.endpoint, **more)
    ran = infill("doctor", "--json", *arguments, cwd=repository_in(tmp_path))
    found = levels(ran)
    well = ("endpoint", "key", "model", "context", "ids", "prefix cache")
    assert {check: found[check] for check in well} == dict.fromkeys(well, "ok"), ran.out
    assert found["round trip"] == "error"
    ran = infill("doctor", "--json", *arguments, "--set", "served_model=other", cwd=tmp_path)
    assert levels(ran)["model"] == "error"
    assert "tiny" in next(one["found"] for one in ran.json["findings"] if one["check"] == "model")
