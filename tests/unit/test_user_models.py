"""Models and formats of the user's own, from the configuration to a prompt."""

from __future__ import annotations

import json

import gguf_file
import pytest

from context.types import Selection, Snippet
from inference.errors import UnknownModelError
from inference.models import FORMATS, find_model
from inference.prompt.pack import PackState, pack
from inference.tokens.tokenizer import EstimatingTokenizer
from lsp_server.configuration import gather
from lsp_server.errors import SettingError
from lsp_server.paths import located_setting
from lsp_server.user_models import model_of, named_model, own_models

OWN_FORMAT = """
[models."my-model-2.5"]
context_tokens = 4096
aliases = ["us/My-Model-2.5"]
use = "both"

[models."my-model-2.5".format]
layout = ["<fim>", "{start}", "{files}", "{header}", "{prefix}", "<hole>", "{suffix}", "<end>"]
controls = ["<fim>", "<hole>", "<end>", "<file>", "<repo>"]
start = "<repo>{repository}\\n"
file = "<file>{path}\\n"
header = "<file>{path}\\n"
bos = "<s>"
eos = "</s>"
"""


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Settings from a file with this text."""
    monkeypatch.setattr("lsp_server.configuration.user_file", lambda: tmp_path / "none.toml")

    def gathered(text, *assignments, editor=None, root=None):
        file = tmp_path / "config.toml"
        file.write_text(text, "utf-8")
        return gather(
            config=file, root=root, environment={}, editor=editor, assignments=list(assignments)
        )

    return gathered


def prompt_of(spec) -> str:
    selection = Selection(
        "def f():\n    ", "\n", (Snippet("a.py", "A = 1\n", "full", "imported here", 1),), None, ()
    )
    prompt, _ = pack(
        selection,
        PackState(),
        path="b.py",
        spec=spec,
        tokenizer=EstimatingTokenizer(),
        budget_tokens=500,
        anchoring="off",
        repository="shop",
    )
    return prompt.bos + prompt.text


def test_a_model_with_a_known_format(configured):
    text = '[models."my-v2"]\nformat = "deepseek-v2"\ncontext_tokens = 32768\n'
    spec = model_of(configured(text, "model=MY-v2").settings)
    assert (spec.name, spec.format, spec.context_tokens) == ("my-v2", FORMATS["deepseek-v2"], 32768)
    assert spec.note == "of your own"


def test_a_format_spelled_out(configured):
    spec = model_of(configured(OWN_FORMAT, "model=us/my-model-2.5").settings)
    assert prompt_of(spec) == (
        "<s><fim><repo>shop\n<file>a.py\nA = 1\n<file>b.py\ndef f():\n    <hole>\n<end>"
    )
    assert spec.stops == ("</s>", "<fim>", "<hole>", "<end>", "<file>", "<repo>")
    assert spec.format.reserved == ("<fim>", "<hole>", "<end>", "<file>", "<repo>", "<s>", "</s>")
    assert spec.format.keys == ("<s>", "<fim>", "<hole>", "<end>", "<repo>", "<file>")
    assert (spec.use, spec.has_fim) == ("both", True)


def test_texts_of_a_layout_may_be_no_control_tokens(configured):
    text = (
        '[models.plain.format]\nlayout = ["Complete:\\n", "{prefix}", "<|x|>"]\n'
        'controls = ["<|x|>"]\n'
    )
    spec = model_of(configured(text, "model=plain").settings)
    assert prompt_of(spec) == "Complete:\ndef f():\n    <|x|>"
    assert spec.format.reserved == ("<|x|>",)
    assert not spec.has_fim


def test_a_line_end_in_a_layout_is_no_control_token(configured):
    """Else no source could be shown, and every completion would end with its first line."""
    layout = 'layout = ["<s>", "{suffix}", "\\n", "{prefix}"]\n'
    spec = model_of(configured(own(layout), "model=m").settings)
    assert (spec.format.reserved, spec.stops) == (("<s>",), ("<s>",))
    none = model_of(configured(own(layout + "controls = []"), "model=m").settings)
    assert (none.format.reserved, none.stops) == ((), ())
    assert prompt_of(none) == "<s>\n\ndef f():\n    "


def test_an_own_model_takes_the_place_of_a_known_one(configured):
    text = '[models."deepseek-coder-v2-lite-base"]\nformat = "deepseek-v1"\n'
    spec = model_of(configured(text).settings)
    assert spec.format.name == "deepseek-v1"


def test_tables_of_several_sources_are_put_together(configured):
    editor = {"models": {"b.c": {"format": "deepseek-v1"}}}
    made = configured('[models.a]\nformat = "deepseek-v2"\n', editor=editor)
    names = [(spec.name, spec.format.name) for spec in own_models(made.settings.models)]
    assert names == [("a", "deepseek-v2"), ("b.c", "deepseek-v1")]


def test_a_repository_can_not_define_models(configured, tmp_path):
    root = tmp_path / "repository"
    root.mkdir()
    (root / ".infill.toml").write_text('[models.x]\nformat = "deepseek-v1"\n', "utf-8")
    made = configured("", root=root)
    assert made.settings.models == {}
    assert made.warnings[0].startswith(f"{root / '.infill.toml'}: 'models' is refused")


def own(fields: str) -> str:
    return f"[models.m.format]\n{fields}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[models.m]\nformat = "deepsek"',
            r"m\.format = 'deepsek': known formats are deep",
        ),
        (
            own('layout = ["<s>", "\\n", "{prefix}"]\ncontrols = ["\\n"]'),
            r"controls: '\\n' is white space, which stands in any source",
        ),
        ('[models." "]\nformat = "deepseek-v1"', "'' is no name: it is blank"),
        ('[models."a\\u001bb"]\nformat = "deepseek-v1"', r"'a\\x1bb' is no name"),
        ('[models.m]\nformat = "deepseek-v1"\nparameters_b = inf', "parameters_b = inf"),
        ("[models.m]\nformat = 3", r"models\.m\.format = 3: "),
        ("[models.m]", r"models\.m\.format = \{\}: Field required"),
        ("models = 3", r"models = 3: .*dictionary"),
        (
            '[models.m]\nformat = "deepseek-v2"\ncontext_tokens = 5',
            r"m\.context_tokens = 5",
        ),
        (
            '[models.m]\nformat = "deepseek-v2"\nuse = "x"',
            r"use = 'x': .*'completion'",
        ),
        ('[models.m]\nformat = "deepseek-v2"\nchat = "x"', r"chat = 'x': known are .*deepseek-v2"),
        ('[models.m]\nformat = "deepseek-v2"\nfim = "x"', r"models\.m\.fim = 'x': Extra inputs"),
        ('[models.qwen2.5]\nformat = "deepseek-v2"', r"models\.qwen2 = .*must stand in quotes"),
        (own('layout = ["{prefix}", "{sufix}"]'), r"'\{sufix\}' is no slot; known are \{start\}"),
        (own('layout = ["<a>{prefix}"]'), r"'<a>\{prefix\}' is no slot.*item of its own"),
        (own('layout = ["<a>"]'), r"models\.m\.format = .*\{prefix\} must stand there once"),
        (own('layout = ["{prefix}", "{suffix}"]'), r"what ends a prompt is .*found \{suffix\}"),
        (own('layout = "{prefix}"'), r"models\.m\.format\.layout = '\{prefix\}'"),
        (own('layout = ["", "{prefix}"]'), r"models\.m\.format\.layout\.0 = ''"),
        (
            '[models]\nm = {format = "deepseek-v2", aliases = ["N"]}\nn = {format = "deepseek-v2"}',
            r"'n' names both 'm' and 'n'",
        ),
    ],
)
def test_a_wrong_value_names_itself_and_what_is_allowed(configured, text, told):
    with pytest.raises(SettingError, match=r"config\.toml: .*" + told):
        configured(text)


def test_a_table_can_not_come_from_the_environment(tmp_path):
    made = gather(
        config=None,
        root=None,
        environment={"INFILL_MODELS": "x"},
        editor=None,
        assignments=[],
    )
    assert made.warnings == ("environment variable INFILL_MODELS is no setting",)


def test_a_model_is_named_by_its_folder(configured, tmp_path):
    """Its own files decide, whatever the folder is called."""
    own = find_model("deepseek-coder-6.7b-base")
    folder = tmp_path / "some weights"
    folder.mkdir()
    with pytest.raises(UnknownModelError, match=r"no config\.json"):
        model_of(configured("", f"model={folder}").settings)
    (folder / "config.json").write_text(json.dumps(dict(own.fingerprints)), "utf-8")
    assert model_of(configured("", f"model={folder}").settings) is own


def test_an_unknown_model_is_told_the_way_out(configured):
    settings = configured('[models.my-model]\nformat = "deepseek-v2"\n', "model=my-modl").settings
    with pytest.raises(UnknownModelError, match=r"near it: my-model\..*`models\.<name>`"):
        model_of(settings)


def vocabulary():
    """Deepseek-Coder-V2's, as far as its control tokens go."""
    found = [f"t{number}" for number in range(102_400)]
    for text, number in find_model("deepseek-coder-v2-lite-base").token_ids:
        found[number] = text
    return tuple(found)


def test_a_gguf_file_is_known_by_its_header(tmp_path):
    """Written with its ending, a model is a file, whether or not it looks like a path."""
    file = gguf_file.write_gguf(
        tmp_path / "weights.gguf",
        {
            "general.architecture": "deepseek2",
            "general.basename": "DeepSeek-Coder-V2-Lite-Base",
            "deepseek2.block_count": 27,
            "deepseek2.embedding_length": 2048,
            "deepseek2.expert_count": 64,
            "deepseek2.attention.kv_lora_rank": 512,
            "tokenizer.ggml.tokens": vocabulary(),
        },
    )
    for where in (file, tmp_path):
        assert named_model(str(where), ()).name == "deepseek-coder-v2-lite-base"
    assert located_setting("model", "weights.gguf", tmp_path) == str(file)


def test_a_gguf_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UnknownModelError, match=r"none\.gguf"):
        named_model(str(tmp_path / "none.gguf"), ())
