"""Where settings come from, and what a wrong one says."""

from __future__ import annotations

import pytest

from lsp_server.configuration import Source, configure, from_repository, gather
from lsp_server.errors import SettingError


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user without a configuration file."""
    monkeypatch.setattr("lsp_server.configuration.user_file", lambda: tmp_path / "none.toml")
    return tmp_path


def gathered(config=None, root=None, environment=None, editor=None, assignments=()):
    return gather(
        config=config,
        root=root,
        environment=environment or {},
        editor=editor,
        assignments=list(assignments),
    )


def test_the_last_source_wins(home):
    file = home / "c.toml"
    file.write_text("backend = 'a'\nmodel = 'm'\n[context]\nbudget_tokens = 1000\n")
    environment = {"INFILL_CONTEXT_BUDGET_TOKENS": "2000", "INFILL_MODEL": "n"}
    made = gathered(file, None, environment, {"context": {"budget_tokens": 3000}}, ["model=o"])
    assert made.settings.backend == "a"
    assert made.settings.context.budget_tokens == 3000
    assert made.settings.model == "o"


def test_a_repository_may_narrow_but_not_redirect(home):
    """A cloned repository must not be able to send the user's code elsewhere."""
    (home / ".infill.toml").write_text(
        "endpoint = 'https://example.org'\n[context]\nignore = ['gen/']\n"
    )
    made = gathered(root=home)
    assert made.settings.endpoint is None
    assert made.settings.context.ignore == ("gen/",)
    assert ["'endpoint' is refused" in warning for warning in made.warnings] == [True]


def test_refusals_name_every_setting():
    _, warnings = from_repository(Source(".infill.toml", {"model": "x", "log": {"level": "debug"}}))
    assert len(warnings) == 2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"bakend": "x"}, "did you mean 'backend'?"),
        ({"context": {"budget_tokens": 1}}, "context.budget_tokens = 1: .*greater than or equal"),
        ({"log": {"level": "loud"}}, "'debug', 'info', 'warning' or 'error'"),
        ({"context": 5}, "there is no setting 'context'"),
    ],
)
def test_a_wrong_setting_says_what_was_found_and_what_is_allowed(values, message):
    with pytest.raises(SettingError, match=message):
        configure([Source("the editor", values)])


def test_an_unknown_variable_is_a_warning(home):
    assert gathered(environment={"INFILL_BAKEND": "x"}).warnings == (
        "environment variable INFILL_BAKEND is no setting",
    )


def test_lists_are_comma_separated_on_the_command_line(home):
    made = gathered(assignments=["context.ignore=a/, *.min.js"])
    assert made.settings.context.ignore == ("a/", "*.min.js")


@pytest.mark.parametrize("text", ["not toml [", "\udcff"])
def test_a_broken_file_is_named(home, text):
    file = home / "c.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingError, match=r"c\.toml"):
        gathered(file)


def test_a_missing_file_that_was_asked_for_is_an_error(home):
    with pytest.raises(SettingError, match="does not exist"):
        gathered(home / "c.toml")


def test_an_assignment_wants_an_equals_sign(home):
    with pytest.raises(SettingError, match="expected KEY=VALUE"):
        gathered(assignments=["backend"])
