"""A session of real typing, watched for flicker, stale text and silence without a reason.

    python tests/bench/watched_session.py FILE [--keys 300] [--endpoint URL --model M ...]

The real server over stdio, and an editor in front of it that does what VS Code does: each
key is an edit and a request, which cancels the one before; ghost text stays while what is
typed goes with it, and goes away when it doesn't. `typist.py` says what is typed, slips
and pauses included; keys come as people's do (log-normal, 140 ms in the middle). Now and
then ghost text that is right is accepted.

Without `--endpoint` the embedded default answers. What is counted:

- stale: an answer that isn't empty and whose document was another by then;
- flicker: ghost text that went with what was typed, and was changed for another or taken away;
- silence: a pause of the typist with nothing shown and no reason told;
- shown, and right: ghost text at a key, and whether what is typed next begins with it.

`--timeline FILE` writes a line for each key, to look at.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typist import Moment, session

from lsp_server import launch
from lsp_server.client import Connection, connect
from lsp_server.errors import FailureError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MIDDLE_S, _SPREAD, _PAUSE_S = 0.14, 0.5, 1.6
# Ghost text is accepted now and then, when at least so much of it is right.
_WORTH, _ACCEPTS = 4, 0.5


@dataclass(slots=True)
class Ghost:
    """What stands at the cursor in grey; `at` is the offset that it goes in at."""

    text: str
    at: int
    identifier: str


@dataclass(slots=True)
class Editor:
    """A document, its ghost text, and what was noticed."""

    server: Connection
    uri: str
    text: str
    version: int = 1
    ghost: Ghost | None = None
    pending: asyncio.Task[None] | None = None
    reason: str | None = None
    counts: Counter[str] = field(default_factory=Counter)
    waits_ms: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    sources: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def note(self, what: str) -> None:
        """A line of the timeline."""
        self.lines.append(f"{time.perf_counter():10.3f} {what}")

    def put(self, text: str, cursor: int) -> None:
        """Make the document this, as an edit; ghost text that goes with it stays."""
        old, self.text = self.text, text
        self.version += 1
        start, end, new = _edit(old, text)
        change = {"range": {"start": _at(old, start), "end": _at(old, end)}, "text": new}
        document = {"uri": self.uri, "version": self.version}
        params = {"textDocument": document, "contentChanges": [change]}
        self.server.notify("textDocument/didChange", params)
        self.ghost = _typed_into(self.ghost, new if start == end else None, start, cursor)

    def ask(self, cursor: int) -> None:
        """Ask for a completion, and let go of what was asked before."""
        if self.pending is not None:
            self.pending.cancel()
        self.pending = asyncio.create_task(self._ask(self.version, cursor))

    async def _ask(self, version: int, cursor: int) -> None:
        began = time.perf_counter()
        position = _at(self.text, cursor)
        params = {
            "textDocument": {"uri": self.uri},
            "position": position,
            "context": {"triggerKind": 2},
        }
        try:
            found = await self.server.request("textDocument/inlineCompletion", params)
        except FailureError as error:
            self.counts["errors"] += 1
            self.note(f"error {error}")
            return
        self.waits_ms.append((time.perf_counter() - began) * 1000)
        self._take(found, version, cursor)

    def _take(self, found: Any, version: int, cursor: int) -> None:
        items = (found.get("items") if isinstance(found, dict) else found) or []
        answers = reversed(self.server.said("infill/answer"))
        told = next((answer for answer in answers if answer["version"] == version), {})
        self.sources[str(told.get("source"))] += 1
        self.reason = told.get("reason")
        if version != self.version:
            self.counts["stale"] += bool(items)
            return
        if not items and self.reason:
            self.reasons[self.reason[:60]] += 1
        ghost = _ghost(items[0], self.text, cursor) if items else None
        was = self.ghost
        if was is not None and (ghost is None or not _goes_on(was.text, ghost.text)):
            self.counts["flicker"] += 1
            self.note(f"FLICKER {was.text!r} -> {ghost and ghost.text!r} ({self.reason})")
        self.ghost = ghost
        self.note(f"  {told.get('source')}: {ghost and ghost.text!r} {self.reason or ''}")


def _goes_on(old: str, new: str) -> bool:
    """Whether who reads the old text isn't disturbed by the new: one goes on from the other."""
    return new.startswith(old) or old.startswith(new)


def _ghost(item: dict[str, Any], text: str, cursor: int) -> Ghost:
    start = _offset(text, item["range"]["start"])
    kept = text[start:cursor]
    inserted = item["insertText"]
    arguments = (item.get("command") or {}).get("arguments") or [""]
    return Ghost(inserted[len(kept) :], cursor, arguments[0])


def _typed_into(ghost: Ghost | None, typed: str | None, start: int, cursor: int) -> Ghost | None:
    """The ghost text after an edit; None where that doesn't go with it."""
    if ghost is None or typed is None or start != ghost.at:
        return None
    mine = typed[: cursor - start]
    if not mine or not ghost.text.startswith(mine) or len(mine) == len(ghost.text):
        return None
    return Ghost(ghost.text[len(mine) :], cursor, ghost.identifier)


def _edit(old: str, new: str) -> tuple[int, int, str]:
    """The stretch of `old` that differs, and what stands there now."""
    most = min(len(old), len(new))
    start = next((i for i in range(most) if old[i] != new[i]), most)
    end = next((i for i in range(most - start) if old[-1 - i] != new[-1 - i]), most - start)
    return start, len(old) - end, new[start : len(new) - end]


def _at(text: str, offset: int) -> dict[str, int]:
    row = text.count("\n", 0, offset)
    return {"line": row, "character": offset - (text.rfind("\n", 0, offset) + 1)}


def _offset(text: str, position: dict[str, int]) -> int:
    start = 0
    for _ in range(position["line"]):
        start = text.index("\n", start) + 1
    return start + position["character"]


def accepted(moments: Sequence[Moment], here: int, ghost: Ghost) -> int | None:
    """The moment at which all of the ghost text was typed, where it is right; None elsewhere."""
    now = moments[here]
    wanted = now.text[: ghost.at] + ghost.text
    for later in range(here + 1, min(here + 2 * len(ghost.text) + 8, len(moments))):
        then = moments[later]
        if then.is_leap:
            return None
        if then.cursor == len(wanted) and then.text.startswith(wanted):
            return later
    return None


async def replay(editor: Editor, moments: Sequence[Moment], rng: random.Random) -> None:
    """Type it all, with a reader who looks at the ghost text before the next key."""
    here = 0
    while here < len(moments):
        moment = moments[here]
        if moment.key == "pause":
            await _pause(editor)
        else:
            _press(editor, moment)
            await asyncio.sleep(rng.lognormvariate(0, _SPREAD) * _MIDDLE_S)
        here = _next(editor, moments, here, rng)


def _press(editor: Editor, moment: Moment) -> None:
    editor.note(f"{moment.key} {_line(moment)!r}")
    editor.counts["keys"] += 1
    editor.put(moment.text, moment.cursor)
    editor.ask(moment.cursor)


def _next(editor: Editor, moments: Sequence[Moment], here: int, rng: random.Random) -> int:
    ghost = editor.ghost
    if ghost is None or moments[here].key == "pause":
        return here + 1
    editor.counts["shown"] += 1
    later = accepted(moments, here, ghost)
    editor.counts["right"] += later is not None
    if later is None or len(ghost.text) < _WORTH or rng.random() > _ACCEPTS:
        return here + 1
    editor.counts["accepted"] += 1
    editor.note(f"TAB {ghost.text!r}")
    command = {"command": "infill.accepted", "arguments": [ghost.identifier]}
    editor.ghost = None
    editor.pending = None
    asyncio.get_running_loop().create_task(_run(editor.server, command))
    return later


async def _run(server: Connection, command: dict[str, Any]) -> None:
    with contextlib.suppress(FailureError):
        await server.request("workspace/executeCommand", command)


async def _pause(editor: Editor) -> None:
    await asyncio.sleep(_PAUSE_S)
    if editor.ghost is not None:
        editor.counts["pauses with text"] += 1
        return
    waiting = editor.pending is not None and not editor.pending.done()
    told = waiting or editor.reason
    editor.counts["pauses with a reason" if told else "silence"] += 1
    editor.note(f"PAUSE {'still waiting' if waiting else editor.reason}")


def _line(moment: Moment) -> str:
    return moment.text[moment.text.rfind("\n", 0, moment.cursor) + 1 : moment.cursor]


async def watch(arguments: argparse.Namespace) -> Editor:
    """Run the session."""
    file: Path = arguments.file.resolve()
    root: Path = (arguments.root or file.parent).resolve()
    text = file.read_text(encoding="utf-8")  # noqa: ASYNC240 -- nothing runs yet
    pasted = "\n".join(text.split("\n")[:12])
    moments = list(session(text, pasted, arguments.seed, arguments.keys))
    settings = [f"--set={each}" for each in arguments.set]
    async with connect([*launch.command("serve"), *settings], root) as server:
        await server.settled()
        editor = Editor(server, file.as_uri(), moments[0].text)
        item = {"uri": editor.uri, "languageId": arguments.language, "version": 1}
        server.notify("textDocument/didOpen", {"textDocument": {**item, "text": editor.text}})
        await asyncio.sleep(arguments.settle)
        await replay(editor, moments, random.Random(arguments.seed))  # noqa: S311
        await asyncio.sleep(1)
    return editor


def report(editor: Editor) -> None:
    """Print what was noticed."""
    for name, count in sorted(editor.counts.items()):
        print(f"{name}: {count}")
    print("answered by:", dict(editor.sources))
    print("reasons:", dict(editor.reasons.most_common(6)))
    if len(editor.waits_ms) > 1:
        cuts = statistics.quantiles(editor.waits_ms, n=100)
        print(f"request to answer: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f}")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--language", default="python")
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--settle", type=float, default=5.0)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--timeline", type=Path)
    arguments = parser.parse_args()
    editor = asyncio.run(watch(arguments))
    report(editor)
    if arguments.timeline:
        arguments.timeline.write_text("\n".join(editor.lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
