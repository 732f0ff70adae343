"""How long an editor waits for a completion while another branch is checked out.

    python tests/bench/branch_switch.py [--files 5000] [--seconds 20] [--pause-ms 20] [--seed 1]

Makes a git repository of that many Python files that import one another, with a second
branch on which each of them says something else. The real server runs on it, with the
embedded model; one completion after the other is asked for, each after an edit, as
somebody who types without a pause would. First with the disk at rest, then from the
moment git switches until the index has followed, and once more at rest on the new
branch. The floor in the same run is what a request costs that is refused at once,
asked in turn with the others, so that what the machine is busy with shows in both.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsp_server import launch
from lsp_server.client import Connection, connect
from lsp_server.errors import FailureError

N_IN_FOLDER = 50
WORDS = ("cache", "index", "value", "record", "total", "result", "entry", "state", "layer", "token")


@dataclass
class Times:
    """Seconds, of completions and of the floor."""

    completions: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        """One line of the table."""
        asked, floor = self.completions, self.floor
        return (
            f"{name:<22} {_ms(asked, 50):>8} {_ms(asked, 99):>8} {_ms(asked, 100):>8}"
            f" {_ms(floor, 50):>8} {_ms(floor, 99):>8} {len(asked):>6}"
        )


def _ms(seconds: list[float], percent: int) -> str:
    return f"{at_percent(seconds, percent) * 1000:.1f}"


def at_percent(seconds: list[float], percent: int) -> float:
    """The value that so many percent of the others don't exceed."""
    return sorted(seconds)[min(len(seconds) - 1, len(seconds) * percent // 100)]


def make_repository(root: Path, n: int, seed: int) -> list[str]:
    """A repository with branches `one` and `two`; the paths of its files."""
    chance = random.Random(seed)  # noqa: S311 -- no secret, and the same each time
    paths = [f"pkg/part{i // N_IN_FOLDER}/mod{i}.py" for i in range(n)]
    _git(root, "init", "-q", "-b", "one")
    for branch in ("one", "two"):
        if branch == "two":
            _git(root, "checkout", "-q", "-b", "two")
        for i, path in enumerate(paths):
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            (file.parent / "__init__.py").touch()
            file.write_text(_module(i, n, branch, chance))
        _git(root, "add", "-A")
        _git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", branch)
    _git(root, "checkout", "-q", "one")
    return paths


def _module(i: int, n: int, branch: str, chance: random.Random) -> str:
    others = sorted(chance.sample(range(n), 3))
    lines = [f"from pkg.part{j // N_IN_FOLDER}.mod{j} import make_{j}" for j in others]
    for k in range(6):
        first, second = chance.sample(WORDS, 2)
        lines += [
            "",
            "",
            f"def {'make' if not k else branch}_{i}{f'_{k}' if k else ''}({first}, {second}=None):",
            f'    """Make the {first} of the {second}."""',
            f"    {second} = make_{others[k % 3]}({first}, {second})",
            f"    if {second} is None:",
            f"        return {first}",
            f"    return {second}.{branch}_{chance.choice(WORDS)}({first})",
        ]
    return "\n".join(lines) + "\n"


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


class Typist:
    """Types at the end of one file, and asks for a completion after each letter."""

    def __init__(self, server: Connection, root: Path, path: str, pause_s: float) -> None:
        self._server, self._pause_s = server, pause_s
        self._uri = (root / path).as_uri()
        self._line = "    return make"
        self._text = (root / path).read_text() + "\n\ndef typed(cache, index):\n"
        self._version = 1
        document = {"uri": self._uri, "languageId": "python", "version": 1, "text": self._text}
        server.notify("textDocument/didOpen", {"textDocument": document})

    async def type_for(self, seconds: float, times: Times) -> None:
        """Ask until the time is over."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            times.completions.append(await self._ask())
            times.floor.append(await self._refused())
            await asyncio.sleep(self._pause_s)

    async def _ask(self) -> float:
        self._version += 1
        typed = self._line[: self._version % len(self._line)]
        change = {
            "textDocument": {"uri": self._uri, "version": self._version},
            "contentChanges": [{"text": self._text + typed}],
        }
        place = {"line": self._text.count("\n"), "character": len(typed)}
        context = {"textDocument": {"uri": self._uri}, "position": place}
        started = time.perf_counter()
        self._server.notify("textDocument/didChange", change)
        await self._server.request(
            "textDocument/inlineCompletion", {**context, "context": {"triggerKind": 1}}
        )
        return time.perf_counter() - started

    async def _refused(self) -> float:
        started = time.perf_counter()
        try:
            await self._server.request("infill/nothing", {})
        except FailureError:
            return time.perf_counter() - started
        raise AssertionError("the server knows a method that it shouldn't")


async def _has_followed(server: Connection, root: Path, path: str) -> bool:
    """Whether the index holds what the new branch says of a file."""
    uri = (root / "asking.py").as_uri()
    name = Path(path).stem.removeprefix("mod")
    module = path.removesuffix(".py").replace("/", ".")
    text = f"from {module} import two_{name}_1\n\ntwo_{name}_1("
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    server.notify("textDocument/didOpen", {"textDocument": document})
    where: dict[str, Any] = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 2}}
    shown = await server.request("infill/context", {**where, "budget": 2000})
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return f"def two_{name}_1(" in shown["prompt"]


async def measure(root: Path, paths: list[str], options: argparse.Namespace) -> None:
    """Print the table."""
    quiet, during, after = Times(), Times(), Times()
    async with connect(launch.command("serve"), root) as server:
        started = time.perf_counter()
        await server.settled()
        print(f"{len(paths)} files, indexed and learnt after {time.perf_counter() - started:.1f} s")
        typist = Typist(server, root, paths[0], options.pause_ms / 1000)
        await typist.type_for(2, Times())
        await typist.type_for(options.seconds, quiet)
        started = time.perf_counter()
        switch = await asyncio.create_subprocess_exec("git", "checkout", "-q", "two", cwd=root)
        await typist.type_for(options.seconds, during)
        await switch.wait()
        followed = await _has_followed(server, root, paths[-1])
        while not followed and time.perf_counter() - started < 4 * options.seconds:
            await typist.type_for(1, during)
            followed = await _has_followed(server, root, paths[-1])
        print(f"followed: {followed}, {time.perf_counter() - started:.1f} s after git began")
        await typist.type_for(options.seconds / 2, after)
    _print(quiet, during, after)


def _print(quiet: Times, during: Times, after: Times) -> None:
    print(f"{'ms':<22} {'p50':>8} {'p99':>8} {'max':>8} {'floor50':>8} {'floor99':>8} {'n':>6}")
    for name, times in (("quiet", quiet), ("during the switch", during), ("after it", after)):
        print(times.row(name))
    ratio = at_percent(during.completions, 99) / at_percent(quiet.completions, 99)
    floor = at_percent(during.floor, 99) / at_percent(quiet.floor, 99)
    slow = statistics.median(during.completions) / statistics.median(quiet.completions)
    print(f"during / quiet: p50 {slow:.2f}, p99 {ratio:.2f} (floor's p99 {floor:.2f})")


def main() -> None:
    """Make the repository, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pause-ms", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="infill-switch-") as folder:
        home = Path(folder)
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
            os.environ[name] = str(home / name.lower())
        os.environ["INFILL_BACKEND"] = "ngram"
        root = home / "repository"
        root.mkdir()
        paths = make_repository(root, options.files, options.seed)
        asyncio.run(measure(root, paths, options))


if __name__ == "__main__":
    main()
