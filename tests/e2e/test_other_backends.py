"""A backend of another package: built, installed beside Infill, and completed by."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "infill-parrot"
version = "1.0"

[project.entry-points."infill.backends"]
parrot = "infill_parrot:make"
"""
BACKEND = '''
from inference.errors import BackendError
from inference.types import Capabilities, Chunk, Condition


class Parrot:
    """Says what the prompt's last line begins with, and that it has done so."""

    capabilities = Capabilities()

    def __init__(self, settings):
        self.settings = settings

    async def stream(self, request):
        self.settings.report(Condition("normal"))
        if self.settings.model == "mute":
            raise BackendError("the parrot is mute; choose another model", cause="model")
        yield Chunk("parrot_of(" + repr(self.settings.spec.name) + ")", finish_reason="stop")

    async def warm(self, request):
        pass

    async def aclose(self):
        pass


def make(settings):
    return Parrot(settings)
'''


def run(*command, cwd=None):
    """What a program says, or an error with what it complained of."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of an environment with Infill's wheel and the other package's."""
    folder = tmp_path_factory.mktemp("other")
    package = folder / "package"
    (package / "infill_parrot").mkdir(parents=True)
    (package / "pyproject.toml").write_text(PROJECT)
    (package / "infill_parrot" / "__init__.py").write_text(BACKEND)
    for source in (ROOT, package):
        build = (sys.executable, "-m", "build", "--wheel", "--no-isolation")
        run(*build, "--outdir", folder / "wheels", source)
    venv.create(folder / "venv", with_pip=True)
    found = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    wheels = sorted((folder / "wheels").iterdir())
    run(found, "-m", "pip", "install", "--no-deps", "--no-index", *wheels)
    purelib = run(found, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    # The dependencies come from this environment.
    Path(purelib, "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return found


def complete(python, folder, *arguments):
    """What `infill complete --json` says and its exit code, in a folder of its own."""
    (folder / "a.py").write_text("x = \n")
    command = [python.with_name("infill"), "complete", "a.py:1:5", "--json", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return json.loads(done.stdout), done.returncode


@pytest.mark.usefixtures("isolated")
def test_a_backend_of_another_package_completes(python, tmp_path):
    """Only its entry point says that it is there."""
    said, code = complete(python, tmp_path, "--set", "backend=parrot")
    assert code == 0
    assert said["completion"] == "parrot_of('deepseek-coder-v2-lite-base')"
    assert said["backend"] == "parrot"
    assert said["prompt_tokens"] > 0


@pytest.mark.usefixtures("isolated")
def test_its_failures_are_told_as_ours_are(python, tmp_path):
    arguments = ("--set", "backend=parrot", "--set", "served_model=mute")
    said, code = complete(python, tmp_path, *arguments)
    assert code == 3
    assert said["error"]["cause"] == "model"
    assert "choose another model" in said["error"]["message"]


@pytest.mark.usefixtures("isolated")
def test_an_unknown_backend_is_answered_with_its_name_among_the_known(python, tmp_path):
    said, code = complete(python, tmp_path, "--set", "backend=macaw")
    assert code == 2
    assert "parrot" in said["error"]["message"]
