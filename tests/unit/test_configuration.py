"""Where settings come from, and what a wrong one says."""

from __future__ import annotations

import os

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
        ({"endpoint": "http://[x"}, "endpoint = 'http://\\[x': not a URL"),
        ({"endpoint": "http://me:secret@[x"}, "endpoint = 'http://\\[x': not a URL"),
        ({"endpoint": "http://h:99999/v1"}, "not a URL .*for example http://127"),
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


@pytest.mark.parametrize(
    "assignments",
    [("context=5", "context.budget_tokens=700"), ("context.budget_tokens=700", "a.b=1")],
)
def test_names_are_checked_before_they_are_put_together(home, assignments):
    """A group given a value and a member at once must be told, not fallen over."""
    with pytest.raises(SettingError, match="there is no setting"):
        gathered(assignments=assignments)


def test_a_group_with_a_value_in_the_environment_is_only_a_warning(home):
    environment = {"INFILL_CONTEXT": "5", "INFILL_CONTEXT_BUDGET_TOKENS": "700"}
    made = gathered(environment=environment)
    assert made.settings.context.budget_tokens == 700


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has named pipes and device files")
@pytest.mark.parametrize(
    "make",
    [
        lambda path: os.mkfifo(path, 0o600),
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.mkdir(),
    ],
    ids=["pipe", "device", "folder"],
)
def test_only_a_regular_file_is_read(home, make):
    """A pipe would be waited for, and a device read without end."""
    make(home / ".infill.toml")
    with pytest.raises(SettingError, match=r"infill\.toml"):
        gathered(root=home)
    make(home / "c.toml")
    with pytest.raises(SettingError, match=r"c\.toml"):
        gathered(home / "c.toml")


def test_a_repositorys_file_must_lie_in_the_repository(home):
    """A link could make us read, and quote, what the repository couldn't hold itself."""
    root = home / "root"
    root.mkdir()
    (home / "other.toml").write_text("[context]\nignore = ['a']\n")
    (root / ".infill.toml").symlink_to(home / "other.toml")
    with pytest.raises(SettingError, match="out of the repository"):
        gathered(root=root)


def test_a_link_within_the_repository_is_followed(home):
    (home / "real.toml").write_text("[context]\nignore = ['a']\n")
    (home / ".infill.toml").symlink_to("real.toml")
    assert gathered(root=home).settings.context.ignore == ("a",)


def test_a_link_to_itself_is_named(home):
    (home / ".infill.toml").symlink_to(".infill.toml")
    with pytest.raises(SettingError, match=r"infill\.toml"):
        gathered(root=home)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#" * 200_000, "200,000 bytes"),
        ("a = " + "[\n" * 5000, "too deep"),
        (".".join("a" * 2000) + " = 1", "break it up"),
    ],
    ids=["large", "arrays", "long key"],
)
def test_a_file_that_is_too_much_is_named(home, text, message):
    (home / ".infill.toml").write_text(text)
    with pytest.raises(SettingError, match=message):
        gathered(root=home)


def test_a_byte_order_mark_is_no_part_of_a_file(home):
    file = home / "c.toml"
    file.write_text("model = 'm'\n", "utf-8-sig")
    assert gathered(file).settings.model == "m"


def test_a_relative_tokenizer_counts_from_where_it_is_named(home, monkeypatch):
    """From the file's folder, from the editor's workspace; `~` is the user's."""
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    file = home / "c.toml"
    file.write_text("tokenizer = 'tok.json'\n")
    root = home / "root"
    assert gathered(file).settings.tokenizer == str(home / "tok.json")
    assert gathered(root=root, editor={"tokenizer": "t"}).settings.tokenizer == str(root / "t")
    assert gathered(editor={"tokenizer": "~/t"}).settings.tokenizer == str(home / "t")
