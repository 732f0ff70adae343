"""`infill doctor` against servers that are set up rightly and in each wrong way."""

from __future__ import annotations

from functools import partial

import doctor_wire
import pytest
import tiny_bpe
import wire
from doctor_wire import Setup

from inference.machine.values import Machine
from inference.types import Usage
from lsp_server import configuration
from lsp_server.doctor import surroundings
from lsp_server.doctor.examine import examine
from lsp_server.doctor.judging import extra_tokens, reads_otherwise
from lsp_server.doctor.length import judge_cache
from lsp_server.doctor.replies import Reply


@pytest.fixture
def doctor(tmp_path, monkeypatch):
    """A function that looks at a set-up; the findings by their check."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    machine = Machine("Linux", "a processor", 2, 32 * 10**9, 16 * 10**9)
    monkeypatch.setattr(surroundings, "look", lambda: machine)
    monkeypatch.setattr(surroundings, "_missing", lambda *_: {"torch", "llama_cpp", "vllm"})
    root = tmp_path / "repository"
    root.mkdir()

    async def look(endpoint=None, config=None, **settings):
        pairs = {"context.budget_tokens": 2048, **settings}
        if endpoint is not None:
            pairs |= {"backend": "openai", "endpoint": endpoint}
        gather = partial(
            configuration.gather,
            config=config,
            root=root,
            environment={},
            editor=None,
            assignments=[f"{name}={value}" for name, value in pairs.items()],
        )
        monkeypatch.setattr(configuration, "user_file", lambda: tmp_path / "none.toml")
        found = examine(gather, root, tmp_path / "cache", config)
        return {finding.check: finding async for finding in found}

    return look


def wrong(findings):
    """What isn't as it should be."""
    return {one.check for one in findings.values() if one.level in {"warning", "error"}}


async def test_a_right_set_up_has_nothing_to_complain_of_but_the_estimate(doctor):
    with doctor_wire.serve(Setup()) as endpoint:
        found = await doctor(endpoint)
    assert wrong(found) == {"tokenizer"}
    assert found["round trip"].found == "3 of 3 made-up holes filled"
    assert found["head"].level == found["prefix cache"].level == found["model"].level == "ok"


@pytest.mark.parametrize(
    ("setup", "check", "words"),
    [
        (Setup(sentinels=doctor_wire.ASCII), "sentinels", "ASCII"),
        (Setup(sentinels=doctor_wire.SWAPPED), "order", "exchanged"),
        (Setup(chats=True), "kind", "Instruct weights"),
        (Setup(template=True), "kind", "chat template"),
        (Setup(reads=3000), "head", "may be cut"),
        (Setup(reads=3000, refuses_long=True), "head", "context"),
        (Setup(context=1024), "context", "takes 1024 tokens"),
        (Setup(caches=False), "prefix cache", "read anew"),
        (Setup(model="other"), "model", "served are other"),
        (Setup(key="sk-right"), "key", "wants a key"),
    ],
    ids=[
        "ascii sentinels",
        "hole and end swapped",
        "instruct weights",
        "chat template",
        "head cut without a word",
        "context refused",
        "small context",
        "no prefix cache",
        "another model",
        "no key",
    ],
)
async def test_each_fault_is_found_with_its_remedy(doctor, setup, check, words):
    with doctor_wire.serve(setup) as endpoint:
        found = await doctor(endpoint)
    assert words in found[check].found
    assert found[check].level in {"warning", "error"}
    assert found[check].remedy
    others = {"sentinels", "order", "kind", "head", "prefix cache", "model", "key"} - {check}
    assert not wrong(found) & others


async def test_a_full_width_model_asked_by_an_ascii_format(doctor, tmp_path):
    """The other way round: the user has spelled the format with look-alikes."""
    config = tmp_path / "own.toml"
    config.write_text(
        "[models.mine.format]\n"
        'layout = ["<|fim_begin|>", "{files}", "{header}", "{prefix}", "<|fim_hole|>", "{suffix}", '
        '"<|fim_end|>"]\n'
        'eos = "<|end_of_sentence|>"\n'
    )
    with doctor_wire.serve(Setup(model="mine")) as endpoint:
        found = await doctor(endpoint, config=config, model="mine")
    assert "full-width" in found["sentinels"].found
    assert found["sentinels"].level == "error"


async def test_look_alikes_are_tried_whatever_the_tokenizer_knows(doctor, tmp_path):
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    with doctor_wire.serve(Setup(sentinels=doctor_wire.ASCII)) as endpoint:
        found = await doctor(endpoint, tokenizer=tiny_bpe.write(folder))
    assert "ASCII" in found["sentinels"].found


async def test_ids_that_disagree_are_told(doctor, tmp_path):
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    setup = Setup(owner="vllm", tokens=(1, 2, 3))
    with doctor_wire.serve(setup) as endpoint:
        found = await doctor(endpoint, tokenizer=tiny_bpe.write(folder))
    assert found["ids"].level == "warning"
    assert "reads texts differently" in found["ids"].found
    assert "another model" in found["tokenizer"].found


async def test_counts_of_another_models_tokenizer_accuse_nobody(doctor, tmp_path):
    """That a server reads more tokens than were sent is no chat template then."""
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    with doctor_wire.serve(Setup(owner="vllm", tokens=(1, 2, 3))) as endpoint:
        found = await doctor(endpoint, tokenizer=tiny_bpe.write(folder), model="starcoder2-3b")
    assert "chat template" not in str(found)
    assert "head is cut" not in str(found)


def replies_that_took(*read):
    return [
        Reply("", 50 * n, exact=True, seconds=0.1, usage=Usage(tokens, 5))
        for n, tokens in enumerate(read, 1)
    ]


@pytest.mark.parametrize(
    ("read", "extra"),
    [
        ((50, 100, 150), 0),
        ((51, 101, 151), 1),
        ((59, 109, 160), 9),
        ((72, 130, 190), None),
        ((40, 80, 120), None),
        ((), None),
    ],
)
def test_only_what_each_prompt_costs_alike_is_put_around_it(read, extra):
    assert extra_tokens(replies_that_took(*read)) == extra


@pytest.mark.parametrize(
    ("read", "otherwise"),
    [((72, 130, 190), True), ((59, 109, 160), False), ((40, 80, 120), False), ((), False)],
)
def test_another_tokenizer_is_seen_by_what_it_costs_each_prompt(read, otherwise):
    assert reads_otherwise(replies_that_took(*read)) is otherwise


@pytest.mark.parametrize("status", [502, 503, 302, 418])
async def test_a_list_of_models_that_fails_is_told_by_its_status(doctor, status):
    """It may complete all the same, so that this is no error."""
    with doctor_wire.serve(Setup(listing=status)) as endpoint:
        found = await doctor(endpoint)
    assert found["endpoint"].level == "warning"
    assert found["endpoint"].remedy
    assert "closed the connection" not in found["endpoint"].found
    assert found["key"].level == found["model"].level == "skipped"
    assert found["round trip"].level == "ok"


async def test_a_server_without_a_list_of_models_is_well(doctor):
    with doctor_wire.serve(Setup(listing=404)) as endpoint:
        found = await doctor(endpoint)
    assert wrong(found) == {"tokenizer"}
    assert found["model"].level == found["context"].level == "skipped"


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_what_is_never_answered_is_not_called_well(doctor, status):
    """Nor is anybody told to wait for a question that nobody will ask."""
    with doctor_wire.serve(Setup(status=status)) as endpoint:
        found = await doctor(endpoint)
    assert found["ids"].level == "skipped"
    assert found["round trip"].level == "error"
    assert found["round trip"].remedy
    assert "asked again" not in found["round trip"].found + found["round trip"].remedy


async def test_a_server_that_was_cold_is_asked_again(doctor):
    with doctor_wire.serve(Setup(cold=2)) as endpoint:
        found = await doctor(endpoint)
    assert found["ids"].level == "ok"


@pytest.mark.parametrize(
    ("owner", "level"), [("llamacpp", "ok"), ("vllm", "error"), ("somebody", "warning")]
)
async def test_a_server_of_one_model_may_answer_to_any_name(doctor, owner, level):
    with doctor_wire.serve(Setup(model="/models/a.gguf", owner=owner, context=4096)) as endpoint:
        found = await doctor(endpoint)
    assert found["model"].level == level
    assert found["context"].level == "ok"


async def test_a_refused_length_names_one_budget(doctor):
    """That with which the product's own requests fit."""
    with doctor_wire.serve(Setup(reads=3000, refuses_long=True, context=1024)) as endpoint:
        found = await doctor(endpoint)
    assert "to 640" in found["context"].remedy
    assert "`context.budget_tokens` to 366 or less" in found["head"].remedy


async def test_a_broken_configuration_file_says_where(doctor, tmp_path):
    config = tmp_path / "own.toml"
    config.write_text('model = "mine"\nbackend = ')
    found = await doctor(config=config)
    assert "line 2" in found["configuration"].found
    assert found["configuration"].remedy == "correct it there, or leave it away"


async def test_a_server_that_is_not_there(doctor):
    found = await doctor(f"http://127.0.0.1:{wire.closed_port()}/v1")
    assert found["endpoint"].level == "error"
    assert "nothing listens" in found["endpoint"].found
    assert found["round trip"].level == "error"
    assert found["head"].level == "skipped"


async def test_the_embedded_model_needs_nothing(doctor):
    found = await doctor()
    assert wrong(found) == set()
    assert found["round trip"].level == "ok"


async def test_wrong_settings_end_the_look(doctor):
    found = await doctor(model="gpt")
    assert found["backend"].level == "error"
    found = await doctor(**{"context.budget_tokens": 5})
    assert "context.budget_tokens" in found["configuration"].found


async def test_a_backend_without_its_libraries(doctor):
    found = await doctor(backend="vllm", model="deepseek-coder-v2-lite-base")
    assert found["extras"].level == "error"
    assert "infill-ls[vllm]" in found["extras"].remedy


async def test_only_made_up_code_is_sent(doctor, tmp_path):
    (tmp_path / "repository" / "secret.py").write_text("PRIVATE = 'of the user'\n")
    setup = Setup(template=True)
    with doctor_wire.serve(setup) as endpoint:
        await doctor(endpoint)
    assert setup.asked
    assert not any("of the user" in prompt or "secret" in prompt for prompt in setup.asked)


@pytest.mark.parametrize(
    ("cold_s", "warm_s", "cached", "level"),
    [
        (2.0, 0.1, None, "ok"),
        (2.0, 1.9, None, "warning"),
        (0.1, 0.1, None, "skipped"),
        (0.1, 0.1, 900, "ok"),
        (0.1, 0.1, 0, "warning"),
    ],
)
def test_a_cache_is_seen_by_the_count_else_by_the_clock(cold_s, warm_s, cached, level):
    first = Reply("", 1000, exact=True, seconds=cold_s)
    second = Reply("", 1000, exact=True, seconds=warm_s, usage=Usage(1000, 5, cached))
    assert judge_cache(first, second).level == level


@pytest.mark.parametrize(
    ("cold_s", "warm_s", "level"), [(1.1, 1.1, "skipped"), (3.0, 1.2, "ok"), (3.0, 2.8, "warning")]
)
def test_a_long_way_to_the_server_is_no_reading(cold_s, warm_s, level):
    first, second = (Reply("", 1000, exact=True, seconds=one) for one in (cold_s, warm_s))
    assert judge_cache(first, second, short_s=1.0).level == level


def test_a_damaged_index_is_told(tmp_path):
    cache = tmp_path / "cache"
    assert "none yet" in surroundings.index(tmp_path, cache).found
    (folder,) = cache.iterdir()
    (folder / f"index-{surroundings.SCHEMA}.sqlite3").write_bytes(b"no database" * 100)
    assert surroundings.index(tmp_path, cache).level == "warning"
