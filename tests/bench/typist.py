"""Somebody who works on a file: 300 keystrokes at real places of it, the same for a seed.

Stretches of the file are taken out beforehand and typed again where they were, with
slips, with deleting back over a line's end and with undoing; words within lines are
changed; something is pasted; and now and then the typist goes elsewhere, or pauses.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from buffer import Buffer, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

Key = Literal["type", "enter", "backspace", "delete", "undo", "paste", "pause"]

KEYSTROKES = 300
_WORD = re.compile(r"(?<=[\s(.=])[A-Za-z_]\w{3,}(?=[^\n]{8})")
_LETTERS = "etaoinshrdlu"
# How often somebody stops to think, at a key and before going elsewhere.
_PAUSES, _PAUSES_BEFORE_LEAVING = 1 / 35, 0.7


@dataclass(frozen=True, slots=True)
class Moment:
    """The document after a key, or in a pause.

    Attributes:
        is_leap: the cursor has been elsewhere before.
    """

    text: str
    cursor: int
    key: Key
    is_leap: bool


@dataclass(slots=True)
class Task:
    """A stretch that is typed again, and how far that has come."""

    place: Place
    target: str
    done: int = 0
    past: list[tuple[str, int, list[str], int]] = field(
        default_factory=list["tuple[str, int, list[str], int]"]
    )


def session(text: str, pasted: str, seed: int, n: int = KEYSTROKES) -> Iterator[Moment]:
    """What an editor would show at each key, pauses between them.

    Args:
        text: of the file.
        pasted: lines from elsewhere.
        seed: of all chance.
        n: how many keys.
    """
    rng = random.Random(seed)  # noqa: S311 -- the same each time
    buffer, tasks = _taken_out(text, rng)
    n_keys, was = 0, buffer.here
    while n_keys < n:
        for episode in _episodes(buffer, tasks, pasted, rng):
            for key in episode:
                is_leap = n_keys > 0 and buffer.here is not was
                n_keys, was = n_keys + 1, buffer.here
                yield Moment(buffer.text, buffer.here.at, key, is_leap)
                if n_keys >= n:
                    return
                if rng.random() < _PAUSES:
                    yield Moment(buffer.text, buffer.here.at, "pause", is_leap=False)
            if rng.random() < _PAUSES_BEFORE_LEAVING:
                yield Moment(buffer.text, buffer.here.at, "pause", is_leap=False)


def _episodes(
    buffer: Buffer, tasks: list[Task], pasted: str, rng: random.Random
) -> Iterator[Iterator[Key]]:
    """What is done at one place after the other, four of them new and one seen before."""
    first, second, third = tasks
    yield _some(_retype(buffer, first, rng), 65)
    yield _some(_change(buffer, rng), 30)
    yield _some(_retype(buffer, second, rng), 80)
    yield _some(_retype(buffer, first, rng), 50)
    yield _some(_paste(buffer, third, pasted, rng), 85)
    yield _some(_change(buffer, rng), 40)


def _some(keys: Iterator[Key], n: int) -> Iterator[Key]:
    for _, key in zip(range(n), keys, strict=False):
        yield key


def _taken_out(text: str, rng: random.Random) -> tuple[Buffer, list[Task]]:
    """The document without three stretches, and these."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    chosen: list[tuple[int, int]] = []
    first, last = len(lines) // 8, len(lines) * 7 // 8
    while len(chosen) < 3:
        start, n_lines = rng.randrange(first, last), rng.randrange(4, 16)
        stretch = "\n".join(lines[start : start + n_lines])
        fits = 140 <= len(stretch) <= 420 and _is_whole(lines, start, stretch)
        if fits and all(abs(start - other) > 40 for other, _ in chosen):
            chosen.append((start, n_lines))
    places = {start: Place(starts[start] - 1) for start, _ in chosen}
    buffer = Buffer(text, _unit(lines), list(places.values()), next(iter(places.values())))
    tasks: list[Task] = []
    for start, n_lines in chosen:
        target = "\n" + "\n".join(lines[start : start + n_lines])
        buffer.here = places[start]
        buffer.delete(len(target))
        tasks.append(Task(buffer.here, target))
    return buffer, tasks


def _is_whole(lines: list[str], start: int, stretch: str) -> bool:
    """Whether a stretch follows a line with text, and closes what it opens."""
    pairs = all(stretch.count(one) == stretch.count(other) for one, other in ("()", "[]", "{}"))
    quotes = all(stretch.count(mark) % 2 == 0 for mark in ('"', "`", '"""'))
    starts_well = bool(lines[start - 1].strip() and lines[start].strip())
    return pairs and quotes and starts_well and "\t" not in stretch


def _unit(lines: list[str]) -> str:
    return "  " if any(re.match(r"  \S", line) and line[2] != "*" for line in lines) else "    "


def _retype(buffer: Buffer, task: Task, rng: random.Random) -> Iterator[Key]:
    """The rest of the stretch, key by key."""
    buffer.here = task.place
    has_joined = False
    while task.done < len(task.target):
        chance, target = rng.random(), task.target
        if chance < 0.015:
            yield from _slip(buffer, rng)
        elif chance < 0.022 and len(task.past) > 14:
            yield _undo(buffer, task, rng.randrange(4, 14))
        elif target[task.done - 1 : task.done] == "\n" and task.done > 60 and not has_joined:
            has_joined = True
            yield from _join(buffer, task, rng.randrange(2, 6))
        task.past.append((buffer.text, buffer.here.at, list(buffer.here.closers), task.done))
        if target[task.done] == "\n":
            yield from _end_line(buffer, task)
        else:
            buffer.character(target[task.done])
            task.done += 1
            yield "type"
    while buffer.here.closers:
        n = len(buffer.here.closers.pop(0))
        buffer.delete(n)
        yield "delete"


def _end_line(buffer: Buffer, task: Task) -> Iterator[Key]:
    """Enter, and the indentation made what it should be; or over what stands there already."""
    closers = buffer.here.closers
    if closers and closers[0][0] == "\n" and task.target.startswith(closers[0], task.done):
        task.done += len(closers[0])
        buffer.type_over(closers[0])
        return
    rest = task.target[task.done + 1 :]
    wanted = rest[: len(rest) - len(rest.lstrip(" "))]
    buffer.enter()
    task.done += 1
    yield "enter"
    if rest.startswith("\n"):
        buffer.erase(len(buffer.before))
        return
    while len(buffer.before) > len(wanted):
        buffer.erase(min(len(buffer.unit), len(buffer.before) - len(wanted)))
        yield "backspace"
    while len(buffer.before) < len(wanted):
        buffer.put(" " * min(len(buffer.unit), len(wanted) - len(buffer.before)))
        yield "type"
    task.done += len(wanted)


def _slip(buffer: Buffer, rng: random.Random) -> Iterator[Key]:
    """A few wrong letters, taken back."""
    n = rng.randrange(1, 5)
    for letter in rng.choices(_LETTERS, k=n):
        buffer.put(letter)
        yield "type"
    for _ in range(n):
        buffer.erase(1)
        yield "backspace"


def _join(buffer: Buffer, task: Task, n: int) -> Iterator[Key]:
    """Back over the line's start and some of the line before."""
    for _ in range(n):
        step = min(len(buffer.before), len(buffer.unit)) if not buffer.before.strip() else 1
        buffer.erase(step or 1)
        task.done -= step or 1
        yield "backspace"


def _undo(buffer: Buffer, task: Task, n: int) -> Key:
    text, at, closers, task.done = task.past[-n]
    buffer.restore(text, at, closers)
    del task.past[-n:]
    return "undo"


def _change(buffer: Buffer, rng: random.Random) -> Iterator[Key]:
    """Words within lines, deleted backwards or forwards and another typed in their place."""
    words = [match.group() for match in _WORD.finditer(buffer.text)]
    near = rng.randrange(len(buffer.text) // 8, len(buffer.text) * 7 // 8)
    for _ in range(2):
        found = _WORD.search(buffer.text, near) or _WORD.search(buffer.text)
        if found is None:
            return
        forwards = rng.random() < 0.25
        buffer.here = Place(found.start() if forwards else found.end())
        n_left = min(8, len(found.group()))
        # Letter by letter, or the word at one key.
        step = rng.choice((1, n_left))
        while n_left > 0:
            (buffer.delete if forwards else buffer.erase)(step)
            n_left -= step
            yield "delete" if forwards else "backspace"
        for letter in rng.choice(words)[:12]:
            buffer.put(letter)
            yield "type"
        near = buffer.here.at + rng.randrange(40, 600)


def _paste(buffer: Buffer, task: Task, pasted: str, rng: random.Random) -> Iterator[Key]:
    """Something from elsewhere, then what belongs there."""
    buffer.here = task.place
    n_lines = rng.choice((3, 8, 20, 60))
    buffer.put("\n" + "\n".join(pasted.split("\n")[:n_lines]))
    task.past.clear()
    yield "paste"
    yield from _retype(buffer, task, rng)
