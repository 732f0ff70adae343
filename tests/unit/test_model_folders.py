"""A folder of weights tells which model it is, or says what it told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inference.errors import UnknownModelError
from inference.models import find_model, identify, known_models
from inference.models.disk import read_folder

if TYPE_CHECKING:
    from pathlib import Path

LITE = find_model("deepseek-coder-v2-lite-base")
LLAMA = find_model("codellama-7b")
V2_TEMPLATE = "{% for m in messages %}{{ 'User: ' + m.content }}{% endfor %}{{ 'Assistant:' }}"
LLAMA_TEMPLATE = "{{ '[INST] ' + messages[0].content + ' [/INST]' }}"
V2_5_TEMPLATE = "{{ '<\uff5cUser\uff5c>' + m.content }}{{ '<\uff5cAssistant\uff5c>' }}"


def write(folder: Path, spec, template="", ids=None, **config) -> Path:
    """A folder that holds what the model's own one says of itself."""
    folder.mkdir(parents=True)
    told = {"model_type": "llama"} | dict(spec.fingerprints) | config
    (folder / "config.json").write_text(json.dumps(told), "utf-8")
    added = [{"content": text, "id": number} for text, number in (ids or spec.token_ids)]
    written = {"added_tokens": added, "model": {"type": "BPE", "vocab": {"a": 0}}}
    (folder / "tokenizer.json").write_text(json.dumps(written), "utf-8")
    if template:
        settings = json.dumps({"chat_template": template})
        (folder / "tokenizer_config.json").write_text(settings, "utf-8")
    return folder


def identified(folder: Path) -> str:
    return identify(read_folder(folder), known_models()).name


def test_the_architecture_tells_the_model(tmp_path):
    own = find_model("deepseek-coder-6.7b-base")
    assert identified(write(tmp_path / "weights", own)) == own.name


def test_a_chat_template_tells_an_instruct_model(tmp_path):
    assert identified(write(tmp_path / "a", LLAMA)) == "codellama-7b"
    assert identified(write(tmp_path / "b", LLAMA, LLAMA_TEMPLATE)) == "codellama-7b-instruct"


def test_models_of_one_architecture_are_told_by_how_they_chat(tmp_path):
    """Those that chat alike, too, are all named, with the ways out."""
    large = find_model("deepseek-coder-v2-instruct")
    with pytest.raises(UnknownModelError, match=r"fits deepseek-v2\.5, deepseek-v2\.5-1210; set"):
        identified(write(tmp_path / "a", large, V2_5_TEMPLATE))
    with pytest.raises(UnknownModelError, match=r"v2-instruct, deepseek-v2-chat; .*`tokenizer`"):
        identified(write(tmp_path / "b", large, V2_TEMPLATE))


def test_a_template_in_a_file_of_its_own_or_among_others(tmp_path):
    folder = write(tmp_path / "a", LLAMA)
    (folder / "chat_template.jinja").write_text(LLAMA_TEMPLATE, "utf-8")
    assert identified(folder) == "codellama-7b-instruct"
    several = [{"name": "default", "template": LLAMA_TEMPLATE}]
    assert identified(write(tmp_path / "b", LLAMA, several)) == "codellama-7b-instruct"


@pytest.mark.parametrize(
    "name",
    [
        "DeepSeek-V2.5-1210",
        "models--deepseek-ai--DeepSeek-V2.5-1210/snapshots/0123abcd",
    ],
)
def test_a_whole_name_decides_between_equals(tmp_path, name):
    large = find_model("deepseek-v2.5")
    assert identified(write(tmp_path / name, large, V2_5_TEMPLATE)) == "deepseek-v2.5-1210"


def test_a_name_in_the_configuration_decides_between_equals(tmp_path):
    told = {"_name_or_path": "deepseek-ai/DeepSeek-Coder-V2-Lite-Base"}
    assert identified(write(tmp_path / "a", LITE, V2_TEMPLATE, **told)) == LITE.name


def test_a_name_that_the_architecture_denies_is_not_believed(tmp_path):
    """Somebody's tiny model may well say what it was made from."""
    folder = write(tmp_path / "DeepSeek-Coder-V2-Lite-Base", LITE, hidden_size=128)
    with pytest.raises(UnknownModelError, match=r"hidden_size 128.*fits no model known; tell its"):
        identified(folder)


def test_a_general_model_of_the_same_architecture_is_told_by_its_name_alone(tmp_path):
    """DeepSeek-V2-Lite has the configuration of Coder's, and wasn't taught to fill in."""
    for spec in (LITE, find_model("deepseek-v2-lite")):
        folder = write(tmp_path / spec.hub[0].split("/")[1], spec)
        assert identified(folder) == spec.name
    with pytest.raises(UnknownModelError, match=r"fits deepseek-coder-v2-lite-base, deepseek-v2-l"):
        identified(write(tmp_path / "weights", LITE))


def test_a_part_of_a_name_tells_nothing(tmp_path):
    other = find_model("deepseek-v2.5")
    folder = write(tmp_path / "my-DeepSeek-V2.5-1210", other, V2_5_TEMPLATE)
    with pytest.raises(UnknownModelError, match="fits"):
        identified(folder)


def test_another_models_control_tokens_speak_against_it(tmp_path):
    shifted = tuple((text, number + 1) for text, number in LITE.token_ids)
    with pytest.raises(UnknownModelError, match="fits no model known"):
        identified(write(tmp_path / "a", LITE, ids=shifted))
    with pytest.raises(UnknownModelError, match="fits no model known"):
        identified(write(tmp_path / "b", LITE, ids=(("<s>", 1),)))


def test_what_a_downloaded_folder_says_is_printed_harmlessly(tmp_path):
    folder = write(tmp_path / "a", LITE, model_type="\x1b[2J" + "x" * 999)
    with pytest.raises(UnknownModelError, match=r"model_type \[2Jx{76}, ") as caught:
        identified(folder)
    assert str(caught.value).isprintable()


def test_a_folder_without_a_tokenizer_is_known_by_its_configuration(tmp_path):
    folder = write(tmp_path / "a", LLAMA)
    (folder / "tokenizer.json").unlink()
    assert identified(folder) == LLAMA.name


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "\x00" * 8, "[" * 100_000])
def test_a_folder_that_is_no_models(tmp_path, text):
    if text is not None:
        (tmp_path / "config.json").write_text(text, "utf-8")
    with pytest.raises(UnknownModelError, match=r"no config\.json that can be read"):
        read_folder(tmp_path)


def test_odd_files_are_no_obstacle(tmp_path):
    """What isn't as expected says nothing."""
    folder = write(tmp_path / "a", LITE, template=[1, {"template": None}])
    (folder / "tokenizer.json").write_text('{"added_tokens": 3, "model": [1]}', "utf-8")
    with pytest.raises(UnknownModelError, match="fits no model known"):
        identified(folder)


PUBLISHED = [spec for spec in known_models() if spec.hub]


@pytest.mark.parametrize("spec", PUBLISHED, ids=lambda spec: spec.name)
def test_every_models_own_folder_is_told(tmp_path, spec):
    """By its whole name where nothing else tells it from its equals."""
    ids = dict.fromkeys(spec.format.keys, 7) | dict(spec.token_ids)
    template = spec.chat.answer if spec.chat else ""
    folder = write(tmp_path / spec.hub[0].split("/")[-1], spec, template, tuple(ids.items()))
    assert identified(folder) == spec.name
