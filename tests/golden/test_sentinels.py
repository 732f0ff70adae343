"""Control tokens stand where the format says, by their published ids, and nowhere else."""

from __future__ import annotations

import json

import pytest
from tiny_bpe import write

from context.types import Selection, Snippet
from inference.models import FORMATS, define_model, find_model, known_models
from inference.prompt.pack import PackState, pack
from inference.tokens.estimate import EstimatingTokenizer
from inference.tokens.file import FileTokenizer

# The small vocabulary moves out of the way of published ids, which begin at 0 in some families.
_CLEAR = 1_000_000


def _tokenizer(folder, form, published=()):
    """A small tokenizer of the family's control tokens, with their published ids where known."""
    kind = "sentences" if form.bos in {"<s>", "<bos>"} else "deepseek-v2"
    path = write(folder, kind=kind, format_name=form.name)
    described = json.loads(path.read_text("utf-8"))
    described["model"]["vocab"] = {
        token: number + _CLEAR for token, number in described["model"]["vocab"].items()
    }
    ids = dict(published)
    for place, token in enumerate(described["added_tokens"]):
        token["id"] = ids.get(token["content"], 500_000 + place)
    path.write_text(json.dumps(described), "utf-8")
    return FileTokenizer(path)


def _prompt(spec, tokenizer, noise, *, as_ids=True):
    """A prompt of which every text, what is typed included, holds the noise."""
    prefix = f"import other\n\nx = '{noise}'\ny = "
    suffix = f"\nz = '{noise}'\n"
    snippets = (
        Snippet("other.py", f"a = '{noise}'\n", "full", "imported here", 1, 0),
        Snippet("plain.py", "b = 1\n", "full", "imported here", 1, 1),
    )
    state = PackState()
    for typed in ("", f"'{noise}"):
        prompt, state = pack(
            Selection(prefix + typed, suffix, snippets, None, ()),
            state,
            path="main.py",
            spec=spec,
            tokenizer=tokenizer,
            budget_tokens=4_000,
            as_ids=as_ids,
        )
    return prompt


def _expected(form):
    """The control tokens of a prompt with two other files, in their order."""
    around = {"start": form.start, "files": (*form.file, *form.file), "header": form.header}
    items = [one for item in form.layout for one in around.get(item, (item,))]
    return [*form.beginning, *(item.key for item in items if hasattr(item, "key"))]


AS_IDS = [name for name, form in FORMATS.items() if not form.suffix_apart]


@pytest.mark.parametrize("format_name", AS_IDS)
def test_a_control_text_in_somebodys_source_stays_text(tmp_path, format_name):
    spec = define_model("tiny", format_name)
    form = spec.format
    tokenizer = _tokenizer(tmp_path, form)
    noise = " ".join(dict.fromkeys((*form.keys, *form.reserved)))
    prompt = _prompt(spec, tokenizer, noise)
    controls = [number for number in prompt.token_ids if number < _CLEAR]
    assert controls == [tokenizer.control_id(key) for key in _expected(form)]
    # SentencePiece reads its own sign for a blank as one.
    read = tokenizer.decode(prompt.token_ids).replace("\u2581", " ")
    assert read.count(noise.replace("\u2581", " ")) == 3 + form.has_fim


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_prompt_sent_as_text_holds_none_but_its_own(format_name):
    """A server would read them as control tokens: such files are left out, and lines cut off."""
    spec = define_model("tiny", format_name)
    form = spec.format
    for noise in form.reserved:
        prompt = _prompt(spec, EstimatingTokenizer(), noise, as_ids=False)
        own = "".join(item.text for item in form.marks)
        worded = (*form.start, *form.file, *form.header)
        own += "".join(item if isinstance(item, str) else item.text for item in worded)
        assert prompt.text.count(noise) == own.count(noise)
        assert noise not in prompt.suffix
        assert [entry.path for entry in prompt.left_out] == ["other.py"]


def test_the_defaults_sentinels_by_their_ids(tmp_path):
    spec = find_model("deepseek-coder-v2-lite-base")
    tokenizer = _tokenizer(tmp_path, spec.format, spec.token_ids)
    ids = _prompt(spec, tokenizer, "plain").token_ids
    assert [number for number in ids if number < _CLEAR] == [100_000, 100_003, 100_002, 100_004]
    assert ids[:2] == (100_000, 100_003)


_KNOWN = {spec.format.name: spec for spec in known_models() if spec.token_ids}


@pytest.mark.parametrize("spec", _KNOWN.values(), ids=_KNOWN)
def test_published_ids_are_those_of_the_prompt(tmp_path, spec):
    """Every control token of the prompt whose id is published has that one."""
    tokenizer = _tokenizer(tmp_path, spec.format, spec.token_ids)
    prompt = _prompt(spec, tokenizer, "plain")
    published = dict(spec.token_ids)
    expected = [published.get(key, tokenizer.control_id(key)) for key in _expected(spec.format)]
    assert [number for number in prompt.token_ids if number < _CLEAR] == expected
    assert prompt.n_tokens == len(prompt.token_ids)
