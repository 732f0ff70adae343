"""A repository can't slip its own modules into our processes."""

from __future__ import annotations

import pytest

HOSTILE = ("context/__init__.py", "inference/__init__.py", "pickle.py", "json.py", "subprocess.py")


@pytest.fixture
def hostile(tmp_path):
    """A repository with modules of our names and the standard library's, each leaving a trace."""
    trap = f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__)\nraise SystemExit(7)\n"
    for name in HOSTILE:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(trap)
    (tmp_path / "app.py").write_text("def alpha(beta):\n    return beta\n\nalpha(1)\nalp\n")
    return tmp_path


@pytest.mark.parametrize("by_path", [False, True], ids=["folder", "PYTHONPATH"])
def test_nothing_of_the_repository_runs(infill, hostile, by_path):
    """Neither from the working directory nor from `PYTHONPATH`, in the server and its workers."""
    variables = {"PYTHONPATH": str(hostile)} if by_path else {}
    ran = infill("complete", "app.py:5:4", "--json", cwd=hostile, **variables)
    assert ran.code in (0, 1), ran.err
    assert not (hostile / "ran").exists()
