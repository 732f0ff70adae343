"""Document URIs as editors spell them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_server.uris import local_path, name_in, to_path

posix = pytest.mark.skipif(os.name == "nt", reason="paths of this system")


@posix
@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b.py", "/a/b.py"),
        ("FILE:///a/b.py", "/a/b.py"),
        ("file:/a/b.py", "/a/b.py"),
        ("file://localhost/a/b.py", "/a/b.py"),
        ("file:///a%20b/%C3%A9%F0%9F%98%80.py", "/a b/é😀.py"),
        ("file:///a;b,c.py", "/a;b,c.py"),
        ("file:///a%3Fb%23c.py", "/a?b#c.py"),
        ("file:///a.py?x#y", "/a.py"),
        ("file:///a/%FF.py", "/a/\udcff.py"),
        ("file:///c%3A/x.py", "/c:/x.py"),
    ],
)
def test_files(uri, path):
    """Whatever is percent-encoded, and bytes that are no text."""
    assert to_path(uri) == Path(path)


@pytest.mark.parametrize(
    "uri",
    ["", "file://", "file:", "untitled:Untitled-1", "file:a.py", "file:///a%00b", "git:/a.py?x"],
)
def test_what_is_no_file(uri):
    """A path that isn't absolute would be counted from wherever the server runs."""
    assert to_path(uri) is None


@posix
def test_another_machines_share_is_no_file_here():
    assert to_path("file://server/share/a.py") is None


def test_drives_and_shares():
    assert local_path("", "/c:/x/y.py", is_windows=True) == r"c:\x\y.py"
    assert local_path("server", "/share/a.py", is_windows=True) == r"\\server\share\a.py"
    assert local_path("", "/x/y.py", is_windows=True) == ""


def test_a_link_leads_to_what_it_names(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert to_path((tmp_path / "link" / "a.py").as_uri()) == tmp_path.resolve() / "real" / "a.py"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("untitled:Untitled-1", "Untitled-1"),
        ("git:/r/.env?%7Bref%7D", ".env"),
        ("vscode-notebook-cell:/r/a.ipynb#W0s", "a.ipynb"),
        ("untitled:", "Untitled"),
        ("", "Untitled"),
        (r"untitled:c:\x\y.py", "y.py"),
    ],
)
def test_a_name_for_what_is_no_file(uri, name):
    """Ignore rules and languages go by it."""
    assert name_in(uri) == name
