"""A crawl finds what may be sent, and says why the rest isn't."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from pathlib import Path

import marked
import pytest

from context.disk.crawl import crawl, forbidden, ignored_by
from context.disk.ignore import GIT, rules
from context.disk.screen import by_content, by_name


def paths(root: Path, *patterns: str) -> list[str]:
    return [found.path for found in crawl(root, patterns).files]


def test_ignore_files_nest_and_take_back(tmp_path: Path) -> None:
    """A deeper file overrules a higher one, a later line an earlier one."""
    marked.parse("""
        //- /.gitignore
        *.log
        /build/
        out/
        !keep.log
        //- /a.py
        //- /a.log
        //- /keep.log
        //- /build/x.py
        //- /sub/build/x.py
        //- /sub/.gitignore
        !a.log
        *.py
        //- /sub/a.log
        //- /sub/b.py
        //- /sub/out/c.txt
    """).write(tmp_path)
    assert paths(tmp_path) == [".gitignore", "a.py", "keep.log", "sub/.gitignore", "sub/a.log"]
    left_out = crawl(tmp_path).left_out
    assert left_out["build/"] == "ignored"
    assert left_out["sub/out/"] == "ignored"
    assert left_out["sub/b.py"] == "ignored"


@pytest.mark.parametrize(
    "name",
    [
        ".infillignore",
        ".aiignore",
        ".aiexclude",
        ".cursorignore",
        ".codeiumignore",
        ".copilotignore",
    ],
)
def test_every_assistants_ignore_file_counts(tmp_path: Path, name: str) -> None:
    """What one of them leaves out, another can't take back."""
    (tmp_path / name).write_text("private/\n")
    (tmp_path / ".gitignore").write_text("!private/\n")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "a.py").write_text("x = 1\n")
    assert "private/a.py" not in paths(tmp_path)
    assert ignored_by(tmp_path, "private/a.py") == name


def test_the_callers_patterns_count_too(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text("x")
    (tmp_path / "a.py").write_text("x")
    assert paths(tmp_path, "*.po") == ["a.py"]


def test_a_bad_pattern_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("!\n///\n*.log\n[\n")
    (tmp_path / "a.log").write_text("x")
    assert paths(tmp_path) == [".gitignore"]


@pytest.mark.parametrize("name", [".gitignore", "sub/.gitignore", ".infillignore"])
def test_a_range_that_runs_backwards_takes_no_other_line_with_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.log").write_text("x")
    (tmp_path / ".gitattributes").write_text("[z-a] linguist-generated\n*.log linguist-vendored\n")
    (tmp_path / name).write_text("[z-a]\n*.log\n")
    assert "sub/a.log" not in paths(tmp_path)
    assert ignored_by(tmp_path, "sub/a.log") == name.rpartition("/")[2]


@pytest.mark.parametrize(
    ("pattern", "path", "said"),
    [
        ("a*" * 25 + "b", "a" * 200, None),
        ("a*" * 25 + "b", "a" * 200 + "b", True),
        ("**/a/" * 20 + "b", "a/" * 90 + "c", None),
        ("**/a/" * 20 + "b", "a/" * 90 + "b", True),
        ("!" + "*a*/" * 10 + "x", "xax/" * 10 + "x", False),
    ],
)
def test_a_pattern_of_many_stars_takes_no_minutes(
    pattern: str, path: str, *, said: bool | None
) -> None:
    assert rules(GIT, [pattern]).says(path) is said


def test_what_lies_deeper_than_a_walk_goes_is_left_out_unasked(tmp_path: Path) -> None:
    assert forbidden(tmp_path, "a/" * 2_000 + "b.py") == "it is left out by its depth"


def test_an_inner_folder_obeys_the_repository_around_it(tmp_path: Path) -> None:
    """Unless the folder itself is ignored there: who opens it wants to work in it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("inner/*.log\nignored/\n")
    for folder in ("inner", "ignored"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.log").write_text("x")
    assert paths(tmp_path / "inner") == []
    assert paths(tmp_path / "ignored") == ["a.log"]


def test_folders_of_tools_are_not_entered(tmp_path: Path) -> None:
    """A virtual environment is known by its `pyvenv.cfg`, whatever it is called."""
    for folder in (".git", "node_modules", "__pycache__", "my-env"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text("x")
    (tmp_path / "my-env" / "pyvenv.cfg").write_text("home = x\n")
    found = crawl(tmp_path)
    assert found.files == ()
    assert found.left_out["my-env/"] == "pruned"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_and_pipes_are_left_out(tmp_path: Path) -> None:
    """A link could lead out of the root, to a secret, or round in a circle."""
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "secret.py").write_text("x")
    (root / "a.py").write_text("x")
    (root / "out.py").symlink_to(outside / "secret.py")
    (root / "in.py").symlink_to(root / "a.py")
    (root / "loop").symlink_to(root)
    (root / "gone").symlink_to(root / "nowhere")
    os.mkfifo(root / "pipe.py")
    found = crawl(root)
    assert [file.path for file in found.files] == ["a.py"]
    reasons = {"gone": "link", "in.py": "link", "loop": "link", "out.py": "link"}
    assert found.left_out == reasons | {"pipe.py": "special"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".env", "secret"),
        (".env.local", "secret"),
        ("server.pem", "secret"),
        ("tls.KEY", "secret"),
        ("id_rsa", "secret"),
        ("id_ed25519.pub", "secret"),
        ("id_generator.py", None),
        ("keyboard.py", None),
        ("logo.png", "binary"),
        ("jquery.min.js", "minified"),
        ("package-lock.json", "generated"),
        ("api_pb2.py", "generated"),
        ("environment.py", None),
    ],
)
def test_names_tell(name: str, reason: str | None) -> None:
    assert by_name(name) == reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x = 1\n", None),
        (b"a\0b", "binary"),
        (b"\xff\xfea\0", None),
        (b"var a=1;" * 1_000, "minified"),
        (b"// Code generated by protoc. DO NOT EDIT.\npackage a\n", "generated"),
        (b"# Generated by Django 5.2\nclass Migration: ...\n", None),
        (b"x = '" + b"a" * 3_000 + b"'\n", None),
    ],
)
def test_contents_tell(data: bytes, reason: str | None) -> None:
    assert by_content(data) == reason


def test_an_over_large_file_is_left_out_unread(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_bytes(b"x = 1\n" * 200_000)
    assert crawl(tmp_path).left_out == {"big.py": "over-large"}


def test_what_a_package_manager_fetched_is_vendored(tmp_path: Path) -> None:
    """By a marker that the tool itself leaves; a `vendor` that somebody wrote is kept."""
    marked.parse("""
        //- /node_modules/left/a.js
        //- /go/vendor/modules.txt
        # example.org/x v1
        //- /go/vendor/example.org/x/x.go
        //- /php/vendor/autoload.php
        //- /php/vendor/x/X.php
        //- /ruby/vendor/bundle/ruby/x.rb
        //- /own/vendor/mine.py
        //- /third_party/mine.py
    """).write(tmp_path)
    assert paths(tmp_path) == ["own/vendor/mine.py", "third_party/mine.py"]
    assert crawl(tmp_path).left_out == {
        "go/vendor/": "vendored",
        "node_modules/": "vendored",
        "php/vendor/": "vendored",
        "ruby/vendor/bundle/": "vendored",
    }


def test_gits_attributes_tell_what_isnt_the_repositorys_own(tmp_path: Path) -> None:
    """A deeper file overrules a higher one here, too, and other attributes say nothing."""
    marked.parse("""
        //- /.gitattributes
        *.py text eol=lf
        third_party/** linguist-vendored
        third_party/ours/** -linguist-vendored
        *.gen.py linguist-generated=true
        //- /third_party/theirs/a.py
        //- /third_party/ours/a.py
        //- /a.gen.py
        //- /sub/.gitattributes
        kept.gen.py linguist-generated=false
        //- /sub/kept.gen.py
        //- /a.py
    """).write(tmp_path)
    sources = [path for path in paths(tmp_path) if path.endswith(".py")]
    assert sources == ["a.py", "sub/kept.gen.py", "third_party/ours/a.py"]
    reasons = {"a.gen.py": "generated", "third_party/theirs/a.py": "vendored"}
    assert crawl(tmp_path).left_out == reasons
    assert ignored_by(tmp_path, "a.gen.py") is None


def test_a_folder_of_data_is_taken_by_its_first_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies deeper is found all the same, and what is left out is said in one line."""
    monkeypatch.setattr("context.disk.crawl.MAX_ENTRIES", 5)
    (tmp_path / "data" / "zz").mkdir(parents=True)
    (tmp_path / "data" / "zz" / "deep.py").write_text("x")
    for i in range(9):
        (tmp_path / "data" / f"{i}.txt").write_text("x")
    found = crawl(tmp_path)
    assert [file.path for file in found.files] == [
        *(f"data/{i}.txt" for i in range(4)),
        "data/zz/deep.py",
    ]
    assert found.left_out == {"data/*": "crowded folder"}


def test_a_repository_of_too_many_files_keeps_those_nearest_its_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("context.disk.crawl.MAX_FILES", 3)
    for folder in ("a/a", "b", "c"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.py").write_text("x")
        (tmp_path / folder / "y.py").write_text("x")
    found = crawl(tmp_path)
    assert [file.path for file in found.files] == ["b/x.py", "b/y.py", "c/x.py"]
    assert found.left_out == {"a/a/": "too many files", "c/y.py": "too many files"}


@pytest.mark.skipif(sys.platform != "linux", reason="others take no such names")
def test_names_that_are_no_unicode_are_left_out(tmp_path: Path) -> None:
    """No prompt, protocol or database could hold them."""
    for name in (b"\xfe.py", b"\xff/a.py", b"a.py"):
        file = tmp_path / os.fsdecode(name)
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    found = crawl(tmp_path)
    assert [file.path for file in found.files] == ["a.py"]
    assert set(found.left_out.values()) == {"unprintable name"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_sockets_and_devices_are_left_out(tmp_path: Path) -> None:
    # A socket's path may have some hundred bytes, and a test's folder has more on some systems.
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as made:
        made.bind(f"{folder}/s.py")
        assert crawl(Path(folder)).left_out == {"s.py": "special"}


def test_a_folder_that_cant_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated, as whoever runs the tests may be allowed everything."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.py").write_text("x")
    scandir = os.scandir

    def refuse(folder: str) -> object:
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr("context.disk.crawl.os.scandir", refuse)
    assert crawl(tmp_path).left_out == {"closed/": "unreadable"}
    assert paths(tmp_path) == ["a.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_an_ignore_file_that_is_a_link_is_none(tmp_path: Path) -> None:
    """Like git, which follows none, either: it could lead anywhere."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "rules").write_text("*.py\n")
    (root / ".gitignore").symlink_to(tmp_path / "rules")
    (root / "a.py").write_text("x")
    assert paths(root) == ["a.py"]
