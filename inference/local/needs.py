"""The libraries that each runner wants, and what to do where they are missing."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable

Version = tuple[int, ...]
PYTHON: Version = (3, 11)
# Distribution and oldest version, by runner, and the extra that brings them.
_NEEDS: dict[str, tuple[str, tuple[tuple[str, Version], ...]]] = {
    "safetensors": ("lite", (("torch", (2, 9)), ("transformers", (5, 22)))),
    "gguf": ("gguf", (("llama-cpp-python", (0, 3, 36)),)),
    "engine": ("vllm", (("vllm", (0, 32)),)),
}


def check_libraries(runner: str, version_of: Callable[[str], str] = version) -> None:
    """Pass where this interpreter has what the runner wants; nothing is imported.

    Raises:
        BackendError: says what is missing, and which command or setting helps.
    """
    extra, libraries = _NEEDS.get(runner, ("", ()))
    for name, oldest in libraries:
        found = _version(name, version_of)
        if found is None or parsed(found) < oldest:
            raise BackendError(_words(name, oldest, found, extra))


def parsed(text: str) -> Version:
    """The leading numbers of a version, such as `2.13.0+cpu`."""
    found = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _version(name: str, version_of: Callable[[str], str]) -> str | None:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return None


def _words(name: str, oldest: Version, found: str | None, extra: str) -> str:
    wanted = ".".join(map(str, oldest))
    has = f"has {name} {found}" if found else f"has no {name}"
    return (
        f"{sys.executable} {has}, and {wanted} or newer is needed; install it by "
        f'`pip install "infill-ls[{extra}]"`, or set `local.python` to an interpreter that has it'
    )
