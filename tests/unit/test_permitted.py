"""Where something is completed, and who may say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.configuration import gather
from lsp_server.errors import SettingError
from lsp_server.permitted import narrowed, turned_off
from lsp_server.settings import CompletionSettings, Settings


def settings(**completion):
    return Settings(completion=CompletionSettings(**completion))


def gathered(folder, *, editor=None, environment=None):
    none = folder / "none.toml"
    none.touch()
    made = gather(
        config=none, root=folder, environment=environment or {}, editor=editor, assignments=[]
    )
    return made.settings


@pytest.mark.parametrize(
    ("languages", "language", "is_on"),
    [
        ({}, "Python", True),
        ({"python": False}, "Python", False),
        ({"Python": False}, "Go", True),
        ({"*": False}, "Go", False),
        ({"*": False, "cpp": True}, "C++", True),
        ({"plaintext": False}, "Text", False),
    ],
)
def test_languages_go_by_any_of_their_names(languages, language, is_on):
    """Editors' ids and the names that `infill index` shows."""
    assert (turned_off(settings(languages=languages), language) is None) is is_on


def test_the_reason_names_the_setting():
    assert "completion.enabled" in (turned_off(settings(enabled=False), "Go") or "")
    reason = turned_off(settings(languages={"go": False}), "Go") or ""
    assert "completion.languages" in reason
    assert "for Go" in reason


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        ({"pyhton": False}, "no language 'pyhton'; did you mean 'Python'"),
        ({"python": "perhaps"}, "python = 'perhaps': expected true or false"),
        (["python"], "expected a table like"),
    ],
)
def test_what_is_no_such_table_says_what_would_be(tmp_path, languages, message):
    with pytest.raises(SettingError, match=message):
        gathered(tmp_path, editor={"completion": {"languages": languages}})


def test_a_line_of_text_says_it_too(tmp_path):
    found = gathered(tmp_path, environment={"INFILL_COMPLETION_LANGUAGES": "markdown=off, *=on"})
    assert found.completion.languages == {"Markdown": False, "*": True}


def test_a_repository_can_only_take_away(tmp_path):
    """What its user has turned off, no `.infill.toml` turns on."""
    (tmp_path / ".infill.toml").write_text(
        "[completion]\nenabled = true\nlanguages = { python = true, go = false }\n"
    )
    asked = {"completion": {"enabled": False, "languages": {"*": False, "go": True}}}
    found = gathered(tmp_path, editor=asked)
    assert not found.completion.enabled
    assert turned_off(found, "Go")
    found = gathered(tmp_path, editor={"completion": {"languages": {"*": False}}})
    assert turned_off(found, "Python")


TABLES = st.dictionaries(st.sampled_from(["*", "Python", "Go", "C++"]), st.booleans())


@given(TABLES, TABLES, st.sampled_from(["Python", "Go", "C++", "Rust"]))
def test_both_must_allow_a_language(ours, theirs, language):
    mine, limits = settings(languages=ours), settings(languages=theirs)
    both = narrowed(mine, limits.completion)
    wanted = not turned_off(mine, language) and not turned_off(limits, language)
    assert (turned_off(both, language) is None) is wanted


@pytest.mark.parametrize(("given_as", "found"), [("auto", "auto"), ("150", 150), (0, 0)])
def test_a_pause_is_a_number_or_left_to_us(given_as, found):
    assert settings(debounce_ms=given_as).completion.debounce_ms == found


@pytest.mark.parametrize("wrong", ["never", -1, 2001, True, 1.5])
def test_a_wrong_pause_says_what_is_right(tmp_path, wrong):
    with pytest.raises(SettingError, match="expected `auto` or milliseconds from 0 to 2000"):
        gathered(tmp_path, editor={"completion": {"debounce_ms": wrong}})
