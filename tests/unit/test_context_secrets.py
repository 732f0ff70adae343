"""Secrets by content: what is found, what is excused, what is remembered, what leaves."""

from __future__ import annotations

import subprocess
import sys

import pytest

from context.secrets import edits
from context.secrets.edits import rescan
from context.secrets.gate import Gate, Passing
from context.secrets.scan import Finding, find_secret

# Put together here, so that this repository holds no text that looks like a key.
AWS = "AK" + "IA" + "QX7ZR2M4" + "W8LT5V3N"
GITHUB = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
BEGIN = "-----BEGIN RSA " + "PRIVATE KEY-----"
BODY = "MIIEpAIBAAKCAQEA" + "x9Yz7Qw3Er5Ty1Ui" * 3
PASSWORD = "xK93" + "mfq1"
URL = "postgres" + f"://app:{PASSWORD}@db.internal/main"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"a = 1\nkey = '{AWS}'\n", Finding("AWS Access Key", 2)),
        (f"client = connect('{AWS}')", Finding("AWS Access Key", 1)),
        (f'token = "{GITHUB}"', Finding("GitHub Token", 1)),
        (f"\n\n{BEGIN}\n{BODY}\n", Finding("Private Key", 3)),
        (f"KEY = '{BEGIN}\\n{BODY}'", Finding("Private Key", 1)),
        (f"DATABASE = '{URL}'\r\n", Finding("Basic Auth Credentials", 1)),
        (f"é\U0001f511 = 1\nkey = '{AWS}'", Finding("AWS Access Key", 2)),
        ("x" * 70_000 + f" {AWS}", Finding("AWS Access Key", 1)),
        ("short\n" * 20_000 + AWS, Finding("AWS Access Key", 20_001)),
    ],
)
def test_a_secret_is_found_with_its_kind_and_line(text, found):
    assert find_secret(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def f(password='secret'): ...",
        f"if line == '{BEGIN}':\n    read(line)\n",
        "postgres" + "://user:password@host/db",
        "https" + f"://app:{PASSWORD}@www.example.com/",
        "https" + "://%s:%s@host/",
        "oracle" + "://scott:tiger@localhost/test",
        "https" + "://{user}:{password}@host/",
        "AK" + "IAIOSFODNN7" + "EXAMPLE",
        f"key = '{AWS}'  # pragma: allowlist secret",
        f"// pragma: allowlist nextline secret\nkey = '{AWS}'",
        "21225780:" + "EverymajordevelopmentinthehistoryofAmerica",
    ],
)
def test_what_obviously_is_no_secret_is_passed(text):
    assert find_secret(text) is None


def test_a_finding_never_shows_the_secret():
    assert str(find_secret(f"key = '{AWS}'")) == "AWS Access Key on line 1"


def test_a_line_on_which_patterns_go_back_and_forth_takes_no_minutes():
    """A line of nothing but beginnings of tokens would be looked at from each of them."""
    assert find_secret("eyJ" * 30_000) is None


def test_typing_looks_at_what_changed(monkeypatch):
    """A document that was clean is not read again for one more line."""
    looked_at = []
    clean = rescan(None, "".join(f"value_{n} = {n}\n" for n in range(5_000)))
    monkeypatch.setattr(
        "context.secrets.edits.find_secret",
        lambda text: looked_at.append(len(text)) or find_secret(text),
    )
    half = len(clean.text) // 2
    typed = rescan(clean, clean.text[:half] + "x" + clean.text[half:])
    assert typed.finding is None
    assert max(looked_at) < 1_000
    line = clean.text.index("\n", half) + 1
    secret = rescan(typed, clean.text[:line] + f"key = '{AWS}'\n" + clean.text[line:])
    assert secret.finding == Finding("AWS Access Key", clean.text.count("\n", 0, line) + 1)
    assert rescan(secret, clean.text).finding is None


def test_typing_above_a_key_body_makes_it_a_key():
    """What a change far above says of a line counts, too."""
    text = "\n" * 5 + f"{BODY}\n"
    clean = rescan(None, text)
    assert clean.finding is None
    assert rescan(clean, BEGIN + text).finding == Finding("Private Key", 1)


def test_taking_an_excuse_away_brings_the_secret_back():
    excuse = "# pragma: allowlist nextline secret\n"
    excused = rescan(None, f"a\n{excuse}key = '{AWS}'\nb\n")
    assert excused.finding is None
    assert rescan(excused, f"a\nkey = '{AWS}'\nb\n").finding == Finding("AWS Access Key", 2)


def test_a_verdict_is_kept_by_content(tmp_path, monkeypatch):
    """The second process doesn't scan what the first one has."""
    first = Gate(tmp_path, tmp_path / "repository")
    assert first.finding(f"'{AWS}'") == Finding("AWS Access Key", 1)
    assert first.finding("clean") is None
    first.save()
    second = Gate(tmp_path, tmp_path / "repository")
    monkeypatch.setattr("context.secrets.gate.find_secret", lambda _: pytest.fail("scanned"))
    assert second.finding(f"'{AWS}'") == Finding("AWS Access Key", 1)
    assert second.finding("clean") is None
    kept = "".join(file.read_text() for file in tmp_path.rglob("secrets-*.txt"))
    assert kept
    assert AWS not in kept


def test_a_verdict_cut_short_on_disk_says_nothing(tmp_path):
    """A text counts as clean only where all of the word was written."""
    gate = Gate(tmp_path, tmp_path / "repository")
    gate.finding(f"'{AWS}'")
    gate.save()
    (file,) = tmp_path.rglob("secrets-*.txt")
    whole = file.read_text()
    for size in range(len(whole)):
        file.write_text(whole[:size])
        again = Gate(tmp_path, tmp_path / "repository")
        again.finding("other")
        again.save()
        assert Gate(tmp_path, tmp_path / "repository").finding(f"'{AWS}'") is not None


def test_without_a_writable_folder_verdicts_stay_in_memory(tmp_path, caplog):
    """One line in the log, no exception."""
    (tmp_path / "taken").write_text("")
    gate = Gate(tmp_path / "taken", tmp_path)
    for text in ("a", "b"):
        assert gate.finding(text) is None
        gate.save()
    assert len(caplog.records) == 1


def test_the_gate_lets_no_file_with_a_secret_through(tmp_path):
    texts = {"a.py": "a = 1\n", "b.py": f"key = '{AWS}'\n"}
    passes = Passing(Gate(None, tmp_path))
    assert [passes(path, f"digest of {path}", text) for path, text in texts.items()] == [
        True,
        False,
    ]
    assert passes.withheld == {"b.py": "secret: AWS Access Key on line 1"}


def test_of_a_file_shown_before_what_changed_is_looked_at(tmp_path, monkeypatch):
    """An open file has another digest at each keystroke, and a scan of all of it takes long."""
    gate, looked = Gate(tmp_path, tmp_path / "repository"), list[int]()
    text = "a = 1\n" * 2_000

    def counting(part: str) -> object:
        looked.append(len(part))
        return find_secret(part)

    monkeypatch.setattr(edits, "find_secret", counting)
    assert gate.finding_shown("a.py", "one", text) is None
    assert gate.finding_shown("a.py", "two", text.replace("1", "2", 1)) is None
    assert looked[0] == len(text)
    assert looked[1] < 1_000
    assert gate.finding_shown("a.py", "three", f"key = '{AWS}'\n{text}") is not None


def test_the_scanner_is_loaded_when_it_is_needed():
    """Its HTTP client and YAML reader cost more than the rest of a start."""
    probe = (
        "import sys, lsp_server.workspace\n"
        "print({'requests', 'yaml', 'detect_secrets'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
