"""Paths that users and editors name."""

from __future__ import annotations

import pytest

from lsp_server.paths import located, real
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
