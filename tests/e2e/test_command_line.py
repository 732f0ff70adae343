"""What a user types and what comes back: results, reasons and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest

SCRIPT = Path(sysconfig.get_path("scripts")) / "infill"

CODE = """\
def area(width, height):
    return width * height


def volume(width, height, depth):
    return area(width, height) * depth


print(volume(1, 2, 3))
print(area(width=1, hei
"""


@pytest.fixture
def repository(tmp_path):
    """A repository with one module and one that imports it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shapes.py").write_text(CODE)
    calls = "print(area(1, 2))\n" * 2
    (tmp_path / "main.py").write_text(f"from shapes import area\n\n{calls}print(are\n")
    return tmp_path


def test_completes_a_line_of_the_repository(infill, repository):
    """The embedded default needs nothing but the repository."""
    ran = infill("complete", "main.py:5:10", "--json", cwd=repository)
    assert ran.code == 0, ran.err
    shown = ran.json
    assert shown["completion"].startswith("a(")
    assert shown["range"] == {
        "start": {"line": 4, "character": 9},
        "end": {"line": 4, "character": 9},
    }
    assert shown["backend"] == "ngram"
    assert 0 < shown["confidence"] <= 1
    assert shown["timings_ms"]["total"] > 0


def test_plain_output_is_the_completion_and_nothing_else(infill, repository):
    plain = infill("complete", "main.py:5:10", cwd=repository)
    as_json = infill("complete", "main.py:5:10", "--json", cwd=repository)
    streamed = infill("complete", "main.py:5:10", "--stream", cwd=repository)
    assert plain.out == as_json.json["completion"] == streamed.out


def test_standard_input_stands_for_the_buffer(infill, repository):
    """What the editor holds counts, not what was saved; the file need not exist."""
    ran = infill(
        "complete", "new.py:2:14", "--stdin", cwd=repository, stdin="import shapes\nshapes.area(wi"
    )
    assert ran.code in (0, 1), ran.err


def test_an_honest_nothing_says_why(infill, tmp_path):
    """Exit code 1, the reason on standard error, and the whole object with `--json`."""
    (tmp_path / "empty.py").write_text("")
    ran = infill("complete", "empty.py:1:1", "--json", cwd=tmp_path)
    assert ran.code == 1
    assert ran.json["completion"] is None
    assert ran.json["reason"]
    assert ran.json["reason"] in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "message"),
    [
        (("complete", "shapes.py:99:1"), 2, "position", "has 11 lines, line 99 was asked for"),
        (("complete", "shapes.py:1:99"), 2, "position", "has columns 1 to 25"),
        (("complete", "shapes.py"), 2, "position", "is not FILE:LINE:COL"),
        (("complete", "gone.py:1:1"), 3, "missing", "doesn't exist"),
        (("complete", ".git:1:1"), 3, "folder", "is a folder"),
        (("context", "gone.py:1:1"), 3, "missing", "doesn't exist"),
        (("index", "--root", "nowhere"), 3, "file", "is not a folder"),
        (("complete", "main.py:1:1", "--set", "backend=gpt"), 2, "unknown-backend", "ngram"),
        (("complete", "main.py:1:1", "--set", "model=gpt"), 2, "unknown-model", "gpt"),
        (("context", "main.py:1:1", "--set", "model=gpt"), 2, "unknown-model", "gpt"),
        (("complete", "main.py:1:1", "--set", "bakend=x"), 2, "setting", "did you mean 'backend'"),
        (("complete", "main.py:1:1", "--config", "no.toml"), 2, "setting", "does not exist"),
        (("context", "main.py:1:1", "--budget", "3"), 2, "budget", "3 tokens"),
        (("context", "main.py:1:1", "--budget", "0"), 2, "usage", "above 0"),
        (("frobnicate",), 2, "usage", "invalid choice"),
        (("models", "--jso"), 2, "usage", "unrecognized arguments: --jso"),
        (("models", "--root", "x" * 300), 3, "file", "is not a folder"),
        (("complete", "x" * 300 + ":1:1"), 3, "unreadable", "can't be read"),
        (("complete", f"main.py:{'9' * 5000}:1"), 2, "position", "is not FILE:LINE:COL"),
        (
            ("index", "--set", "context=5", "--set", "context.budget_tokens=700"),
            *(2, "setting", "there is no setting 'context'"),
        ),
        (("context", "main.py:1:1", "--set", "endpoint=http://[x"), 2, "setting", "not a URL"),
        (("complete", "main.py:1:1", "--set", "endpoint=http://[x"), 2, "setting", "not a URL"),
        (("serve", "--tcp", "127.0.0.1:99999"), 2, "usage", "a port up to 65535"),
        (("serve", "--tcp", "127.0.0.1:٣"), 2, "usage", "expected HOST:PORT"),
        (("serve", "--tcp", f"{'x' * 70}.invalid:7878"), 3, "address", "--tcp xxx"),
        (("complete", "../x.py:1:1", "--stdin", "--root", "."), 2, "root", "is not below"),
    ],
)
def test_wrong_use_and_missing_things(infill, repository, arguments, code, kind, message):
    """A clear message on standard error, one JSON object, the exit code of the contract."""
    ran = infill(*arguments, "--json", cwd=repository)
    assert ran.code == code, ran.err
    assert ran.json["error"]["kind"] == kind
    assert message in ran.json["error"]["message"]
    assert ran.json["error"]["message"] in ran.err


def test_a_binary_file_is_refused(infill, repository):
    (repository / "b.py").write_bytes(b"MZ\0\0\1")
    ran = infill("complete", "b.py:1:1", "--json", cwd=repository)
    assert (ran.code, ran.json["error"]["kind"]) == (3, "binary")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has named pipes and mode bits")
def test_a_pipe_is_refused_and_not_opened(infill, repository):
    """Opening it would wait for a writer for ever."""
    os.mkfifo(repository / "pipe.py")
    ran = infill("complete", "pipe.py:1:1", "--json", cwd=repository)
    assert (ran.code, ran.json["error"]["kind"]) == (3, "special")


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege on Windows")
@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("complete", "loop:1:1"), "unreadable"),
        (("context", "loop:1:1"), "unreadable"),
        (("index", "--root", "loop"), "file"),
    ],
)
def test_a_link_to_itself_is_refused(infill, repository, arguments, kind):
    (repository / "loop").symlink_to("loop")
    ran = infill(*arguments, "--json", cwd=repository)
    assert (ran.code, ran.json["error"]["kind"]) == (3, kind)


REDIRECTED = [
    ("models >&-", 0, ""),
    ("models --json >&- 2>&-", 0, ""),
    ("models | head -0", 0, ""),
    ("complete main.py:5:10 | head -0", 0, ""),
    ("complete main.py:5:10 --stream | head -0", 0, ""),
    ("complete main.py:5:10 --json 2>&- | head -0", 0, ""),
    ("complete gone.py:1:1 2>&-", 3, ""),
    ("complete main.py:5:10 --stdin <&-", 2, "standard input is closed"),
    ("serve <&-", 2, "standard input is closed"),
    ("index 2>&-", 0, "2 files"),
    ("index --json 2>/dev/full", 0, '"files": 2'),
    ("--help | head -0", 0, ""),
    ("models >/dev/full", 3, "No space left"),
    ("complete main.py:5:10 --json >/dev/full", 3, "No space left"),
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no always-full device")
@pytest.mark.parametrize(("line", "code", "said"), REDIRECTED, ids=[row[0] for row in REDIRECTED])
def test_streams_that_are_closed_or_full(infill, repository, line, code, said):
    """No stack trace and no complaint of the interpreter's, whatever the shell hands over."""
    command, *rest = line.split(" | ")
    told = f'{{ "$0" {command}; echo "=$?" >"$1"; }}' + "".join(f" | {part}" for part in rest)
    code_file = repository.parent / "code"
    done = subprocess.run(
        ["sh", "-c", told, SCRIPT, code_file],
        cwd=repository,
        env=infill.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert code_file.read_text() == f"={code}\n", done.stderr
    assert said in done.stdout + done.stderr
    assert said or not done.stderr


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps a folder that is in use")
def test_a_working_directory_that_is_gone_is_said(infill, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    told = 'rmdir "$1" && exec "$0" models --json'
    done = subprocess.run(
        ["sh", "-c", told, SCRIPT, gone],
        cwd=gone,
        env=infill.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, json.loads(done.stdout)["error"]["kind"]) == (3, "file")
    assert done.stderr.startswith("infill: the working directory no longer exists")


@pytest.mark.parametrize("command", ["complete", "context"])
def test_a_relative_tokenizer_counts_from_the_callers_folder(infill, repository, command):
    """The file is found and refused for what it holds, though Infill works elsewhere."""
    (repository / "tok.json").write_text("{}")
    place = (command, "main.py:5:10", "--json")
    remote = ("--set", "backend=openai", "--set", "endpoint=http://127.0.0.1:9/v1")
    by_setting = infill(*place, *remote, "--set", "tokenizer=tok.json", cwd=repository)
    by_variable = infill(*place, *remote, cwd=repository, INFILL_TOKENIZER="tok.json")
    for ran in (by_setting, by_variable):
        assert ran.json["error"]["kind"] == "tokenizer"
        assert "holds no `model`" in ran.json["error"]["message"]


def test_a_broken_encoding_is_said_and_completed(infill, repository):
    (repository / "latin.py").write_bytes(CODE.encode() + b"# caf\xe9\nprint(are")
    ran = infill("complete", "latin.py:12:10", "--json", cwd=repository)
    assert ran.code in (0, 1)
    assert "not UTF-8" in ran.err


def test_a_syntax_error_at_the_cursor_is_normal(infill, repository):
    (repository / "broken.py").write_text("def f(:\n  ((( 'x\nfrom shapes import ar")
    assert infill("complete", "broken.py:3:22", cwd=repository).code in (0, 1)
    assert infill("context", "broken.py:3:22", cwd=repository).code == 0


def test_an_empty_repository_and_none_at_all(infill, tmp_path):
    """`infill index` of nothing is an index of nothing."""
    ran = infill("index", "--json", "--edges", cwd=tmp_path)
    assert ran.code == 0
    assert (ran.json["files"], ran.json["graph"], ran.json["order"]) == (0, [], [])


def test_a_line_of_five_megabytes(infill, repository):
    """Neither hangs nor fails; only a window around the cursor is looked at."""
    (repository / "wide.py").write_text("x = [" + "1, " * 1_700_000 + "\nprint(are")
    start = time.monotonic()
    ran = infill("complete", "wide.py:2:10", "--json", cwd=repository)
    assert ran.code in (0, 1), ran.err
    shown = infill("context", "wide.py:2:10", "--json", cwd=repository).json
    assert shown["tokens"] <= shown["budget"]
    assert time.monotonic() - start < 60


def test_context_puts_imports_before_importers(infill, repository):
    """In prompt order, dependencies first, the current file last, within the budget."""
    (repository / "units.py").write_text("METRE = 1\n")
    (repository / "shapes.py").write_text("from units import METRE\n" + CODE)
    shown = infill("context", "main.py:5:10", "--json", "--budget", "2000", cwd=repository).json
    assert [file["path"] for file in shown["files"]] == ["units.py", "shapes.py"]
    assert shown["tokens"] <= shown["budget"] == 2000
    assert shown["prompt"].index("METRE = 1") < shown["prompt"].index("#main.py")
    assert all(file["reason"] for file in shown["files"])


def test_context_is_readable_and_prints_the_prompt(infill, repository):
    table = infill("context", "main.py:5:10", cwd=repository)
    prompt = infill("context", "main.py:5:10", "--prompt", cwd=repository)
    assert "shapes.py" in table.out
    assert "before the cursor" in table.out
    assert prompt.out.endswith("<｜fim▁end｜>print(are")  # noqa: RUF001


@pytest.mark.parametrize("typed", [(), ("--typed", "3")], ids=["as it is", "typed"])
def test_context_of_what_is_not_sent_is_nothing_and_why(infill, repository, typed):
    """Of a document that may not leave this machine a backend elsewhere gets no prompt."""
    (repository / ".env").write_text("PORT=1\nHOST=")
    remote = ("--set", "backend=openai", "--set", "endpoint=https://models.invalid/v1")
    for asked in (("--json",), ("--prompt",), ()):
        ran = infill("context", ".env:2:6", *remote, *typed, *asked, cwd=repository)
        assert ran.code == 1
        assert ".env is not sent to another machine: " in ran.err
        if asked == ("--json",):
            assert ran.json["refusal"] in ran.err
            assert (ran.json["prompt"], ran.json["tokens"]) == ("", 0)
        else:
            assert ran.out == ""
    local = infill("context", ".env:2:6", "--json", *typed, cwd=repository)
    assert local.json["refusal"] is None
    assert "PORT" in local.json["prompt"]


def test_index_prints_the_graph_and_is_warm_the_second_time(infill, repository):
    cold = infill("index", "--json", "--edges", cwd=repository).json
    warm = infill("index", "--json", cwd=repository).json
    assert cold["graph"] == [["main.py", "shapes.py"]]
    assert cold["order"] == ["shapes.py", "main.py"]
    assert (cold["parsed"], warm["parsed"], warm["from_cache"]) == (2, 0, 2)


def test_models_lists_names_and_formats(infill, tmp_path):
    shown = infill("models", "--json", cwd=tmp_path).json
    lite = next(m for m in shown["models"] if m["name"] == "deepseek-coder-v2-lite-base")
    assert lite["fim"] is True
    assert "deepseek-coder-v2-lite-base" in infill("models", cwd=tmp_path).out


def test_a_home_folder_is_not_a_repository(infill, tmp_path):
    """A file that lies bare in it is completed, and nothing beside it is read."""
    (tmp_path / "other.py").write_text("def other(): ...\n")
    (tmp_path / "note.py").write_text("import other\nother.\n")
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    shown = infill("context", "note.py:2:7", "--json", cwd=tmp_path, **home).json
    assert shown["files"] == []
    asked = infill("context", "note.py:2:7", "--json", "--root", ".", cwd=tmp_path, **home).json
    assert [file["path"] for file in asked["files"]] == ["other.py"]
    assert infill("complete", "note.py:2:7", cwd=tmp_path, **home).code in (0, 1)
