"""Paths that users and editors name."""

from __future__ import annotations

import pytest

from lsp_server.paths import is_path, located, located_setting, real
from lsp_server.uris import to_path


def test_a_link_to_itself_stays_as_it_is(tmp_path):
    """Following it for ever, or ending with a stack trace, would help nobody."""
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    assert real(loop).name == "loop"
    assert to_path(loop.as_uri()) == real(loop)


def test_links_are_followed(tmp_path):
    (tmp_path / "a.py").touch()
    (tmp_path / "b.py").symlink_to("a.py")
    assert to_path((tmp_path / "b.py").as_uri()) == real(tmp_path) / "a.py"


@pytest.mark.parametrize("uri", ["untitled:1", "file:///a%00b.py", "file://[x/a.py", "file:"])
def test_other_uris_name_no_file(uri):
    assert to_path(uri) is None


def test_an_empty_path_and_an_unknown_user_stay_as_they_are(tmp_path):
    assert located("", tmp_path) == ""
    assert located("~nobody-of-that-name/x", None) == "~nobody-of-that-name/x"
    assert located("x", tmp_path) == str(tmp_path / "x")


def test_a_model_is_named_by_a_path_only_where_it_is_written_as_one(tmp_path):
    """A name on the hub holds a slash, too."""
    assert all(map(is_path, (str(tmp_path), "~/lite", "./lite", "../lite")))
    assert not any(map(is_path, ("deepseek-ai/DeepSeek-Coder-V2-Lite-Base", "lite", "")))
    assert located_setting("model", "./lite", tmp_path) == str(tmp_path / "lite")
    assert located_setting("model", "us/lite", tmp_path) == "us/lite"


def test_a_tokenizer_is_named_by_a_path_where_there_is_something(tmp_path):
    """Else by its name on the hub, if it could be one."""
    assert located_setting("tokenizer", "us/lite", tmp_path) == "us/lite"
    assert located_setting("tokenizer", "./us/lite", tmp_path) == str(tmp_path / "us" / "lite")
    (tmp_path / "us" / "lite").mkdir(parents=True)
    assert located_setting("tokenizer", "us/lite", tmp_path) == str(tmp_path / "us" / "lite")
