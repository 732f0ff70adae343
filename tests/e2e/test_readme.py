"""The README's commands are the ones that are run."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def commands(path):
    """The lines of a document's indented or fenced shell blocks."""
    return re.findall(r"^(?:    )?(python3 -m venv .+)$", path.read_text("utf-8"), re.MULTILINE)


def test_the_test_command_is_the_same_everywhere():
    """In the README, for contributors, and in what CI runs step by step."""
    readme, contributing = commands(ROOT / "README.md"), commands(ROOT / "CONTRIBUTING.md")
    assert len(readme) == 2
    assert readme[1] == contributing[0]
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    for part in ("--require-hashes -r constraints.txt", "--no-deps -e ."):
        assert part in readme[1]
        assert part in ci


def test_the_first_command_prints_what_the_readme_says(infill):
    """After the installation it is a cut-off file of ours through a pipe."""
    first = commands(ROOT / "README.md")[0]
    cut, file, place = re.search(
        r"head -c (\d+) (\S+) \| \S+ complete (\S+) --stdin", first
    ).groups()
    text = (ROOT / file).read_bytes()[: int(cut)].decode()
    ran = infill("complete", place, "--stdin", cwd=ROOT, stdin=text)
    readme = (ROOT / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"^It prints\n\n    (.+)$", readme, re.MULTILINE)
    assert ran.out == shown, ran.err


def test_no_document_speaks_of_this_machine():
    """What is committed names no folder of whoever wrote it."""
    documents = [*ROOT.glob("*.md"), *ROOT.glob("*.txt"), *(ROOT / "lsp_server").glob("*.md")]
    for path in documents:
        found = re.findall(r"(?<![\w.])/(?:work|root|home|Users)/\S*", path.read_text("utf-8"))
        assert found == [], path
