"""Interpreters that have what the test environment hasn't: torch, llama.cpp, vLLM.

They can't share an environment (vLLM wants an older transformers), weigh gigabytes, and
are of no use to most tests. So a test that wants one names it:

    @pytest.mark.needs_lite  # or ("llama_cpp", "gguf"): these modules instead of torch's
    def test_something(tiny_model):
        found = answer(lite_python(), ROOT / "tests" / "lite" / "exactness.py", tiny_model)

and is skipped, with the reason, where neither the variable `INFILL_TEST_LITE_PYTHON`
(`INFILL_TEST_VLLM_PYTHON`) names an interpreter that has the modules nor this one does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import tiny_bpe

ROOT = Path(__file__).parents[1]
LITE, VLLM = "INFILL_TEST_LITE_PYTHON", "INFILL_TEST_VLLM_PYTHON"
# Taken out of the environment, as the servers under test would call them no settings of theirs.
_NAMED = {variable: os.environ.pop(variable, "") for variable in (LITE, VLLM)}
_TORCH = ("torch", "transformers")
_WANTED = {"needs_lite": (LITE, _TORCH), "needs_vllm": (VLLM, ("vllm",))}
_LOOK = (
    "import sys, importlib.util as u; print(*(m for m in sys.argv[1:] if u.find_spec(m) is None))"
)


def lite_python(*modules: str) -> str:
    """An interpreter that has these modules, by default torch and transformers; else a skip."""
    return _usable(LITE, modules or _TORCH)


def vllm_python() -> str:
    """An interpreter that has vLLM; else a skip."""
    return _usable(VLLM, ("vllm",))


def environment(**more: str) -> dict[str, str]:
    """For such an interpreter: our packages and tests on its path, nothing fetched.

    Its threads sleep where they wait, as in the process that holds a model.
    """
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    own = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_WAIT_POLICY": "PASSIVE"}
    return {**os.environ, **own, "PYTHONPATH": path, **more}


def answer(python: str, script: Path, *arguments: object, timeout_s: float = 300) -> Any:
    """The JSON that a script prints as its last line; what it said else where it fails."""
    done = subprocess.run(
        [python, str(script), *map(str, arguments)],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=timeout_s,
    )
    assert done.returncode == 0, f"{script.name}: {done.stderr[-4000:]}{done.stdout[-4000:]}"
    return json.loads(done.stdout.splitlines()[-1])


def make_tiny(folder: Path, *arguments: str) -> Path:
    """A tiny DeepSeek-V2 in the folder, made by whichever of these interpreters there is.

    Args:
        folder: where it goes, with its `tokenizer.json`.
        arguments: for `tiny_deepseek`, as `--set`, `num_hidden_layers=27`.
    """
    tokenizer = tiny_bpe.write(folder)
    command = [_maker(), str(ROOT / "tests" / "tiny_deepseek.py"), "--tokenizer", str(tokenizer)]
    model = folder / "model"
    subprocess.run(
        [*command, "--to", str(model), *arguments],
        env=environment(),
        capture_output=True,
        check=True,
        timeout=300,
    )
    return model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """The folder of a tiny DeepSeek-V2 with its tokenizer, made once."""
    return make_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip before anything is made for a test that can't run here."""
    for name, (variable, modules) in _WANTED.items():
        for mark in item.iter_markers(name):
            _usable(variable, mark.args or modules)


def _usable(variable: str, modules: tuple[str, ...]) -> str:
    python = _NAMED[variable] or sys.executable
    missing = _missing(python, modules)
    if missing:
        wanted = ", ".join(missing)
        pytest.skip(f"{wanted} not found with {python}; {variable} names the interpreter to take")
    return python


def _maker() -> str:
    """An interpreter that has torch and transformers."""
    for variable in (LITE, VLLM):
        python = _NAMED[variable] or sys.executable
        if not _missing(python, _TORCH):
            return python
    pytest.skip(f"no torch and transformers to make a model with; set {LITE} or {VLLM}")


@lru_cache
def _missing(python: str, modules: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the modules an interpreter hasn't; all, where it isn't one."""
    try:
        found = subprocess.run(
            [python, "-P", "-c", _LOOK, *modules],
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return modules
    return tuple(found.stdout.split())
