"""A real `llama-server` for tests, from the sources that llama-cpp-python's own sdist carries.

    PYTHON tests/lite/llama_server/build.py FOLDER

PYTHON is one that has llama-cpp-python; cmake, ninja and a C++ compiler are on the path. Takes
two to three minutes on two cores, prints where the program is and does nothing where it
is there. Tests find it by the variable `INFILL_TEST_LLAMA_SERVER`.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent


def build(folder: Path) -> Path:
    """The path of the program."""
    program = folder / "build" / "bin" / "llama-server"
    if program.is_file():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    configured = [
        *("cmake", "-G", "Ninja", "-S", HERE, "-B", folder / "build"),
        f"-DLLAMA_SOURCE={_source(folder)}",
        f"-DLLAMA_LIBRARIES={_libraries()}",
        # It is asked for a few tokens of a tiny model: building counts for more.
        "-DCMAKE_CXX_FLAGS=-O1",
    ]
    _run(*configured)
    _run("ninja", "-C", folder / "build", "llama-server")
    return program


def _source(folder: Path) -> Path:
    """The folder of llama.cpp's sources, of the version that is installed."""
    wanted = f"llama-cpp-python=={version('llama-cpp-python')}"
    pip = (sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "llama-cpp-python")
    _run(*pip, "--dest", folder, wanted)
    [archive] = folder.glob("llama_cpp_python-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz") / "vendor" / "llama.cpp"


def _libraries() -> Path:
    found = find_spec("llama_cpp")
    if found is None or found.origin is None:
        raise SystemExit("this interpreter has no llama-cpp-python")
    return Path(found.origin).parent / "lib"


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    print(build(Path(sys.argv[1]).absolute()))  # noqa: T201 -- where it is
