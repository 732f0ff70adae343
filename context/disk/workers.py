"""Many files read and parsed at once, in processes of their own.

Parsing holds the interpreter's lock, so threads would only make typing wait. A
worker is a fresh interpreter started with `-P` and `-E`, outside of the
workspace: a repository's own `json.py` or `context/` is never imported, nor does
a file that brings a parser down take the server with it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from typing import IO, TYPE_CHECKING, Any

from context.disk.examine import Record, Task, examine
from context.facts import FileFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Below this many bytes, starting processes takes longer than parsing.
WORTH_BYTES = 1_500_000
_BATCH_BYTES = 200_000
_BATCH_FILES = 50
_MOST_WORKERS = 8
# A crawl that has come so far will find enough to do for workers.
_WORTH_ENTRIES = 1_000
# What a worker in the background leaves to others.
_NICE = 10
_PACKAGE = Path(__file__).resolve().parents[1]
_BOOT = "import sys; sys.path.extend(sys.argv[1:]); from context.disk.worker import serve; serve()"


class Crew:
    """Workers that start while a crawl still goes on, if there is going to be work for them.

    A start takes a tenth of a second, as long as the crawl: on Django's tree they come to
    a fourteenth of a cold index. Whoever makes a crew closes it.
    """

    def __init__(self, root: Path, pause: Callable[[], None] | None, *, is_wanted: bool) -> None:
        self._root = root
        self._is_nice = pause is not None
        self._awaited = _WORTH_ENTRIES if is_wanted and _n_workers() > 1 else -1
        self._idle: list[subprocess.Popen[bytes]] = []

    def counting(self, pause: Callable[[], None]) -> Callable[[], None]:
        """`pause`, for a crawl that calls it at each entry, which is what is counted."""

        def count() -> None:
            pause()
            self._awaited -= 1
            if not self._awaited:
                self._idle = [
                    _spawn(self._root, is_nice=self._is_nice) for _ in range(_n_workers())
                ]

        return count

    def take(self) -> subprocess.Popen[bytes] | None:
        """A worker that waits for work; None where there is none."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def close(self) -> None:
        """End those that nobody has taken."""
        while (worker := self.take()) is not None:
            _stop(worker)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the drivers share.

    Attributes:
        done: records as they come, and a None from each driver at its end.
        over: set when nobody waits for records any more.
        workers: every one that was started.
    """

    root: Path
    stopped: Callable[[], bool]
    pause: Callable[[], None] | None = None
    crew: Crew | None = None
    todo: SimpleQueue[list[Task]] = field(default_factory=SimpleQueue)
    done: SimpleQueue[tuple[Task, Record] | None] = field(default_factory=SimpleQueue)
    over: Event = field(default_factory=Event)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def ends(self) -> bool:
        """Whether to leave the rest undone."""
        return self.over.is_set() or self.stopped()

    def leave(self) -> None:
        """Let the drivers come to an end at once, whatever their workers are busy with."""
        self.over.set()
        for worker in tuple(self.workers):
            worker.kill()


def examine_all(
    root: Path,
    tasks: Sequence[Task],
    *,
    stopped: Callable[[], bool],
    pause: Callable[[], None] | None = None,
    crew: Crew | None = None,
) -> Iterator[tuple[Task, Record]]:
    """Every task's record as it comes, in no order; ends early when `stopped` says so.

    With a `pause`, which is called in between and may let others go first, the workers
    leave them the processors, too. Those of a `crew` that wait are taken first.
    """
    n_workers = _n_workers()
    if n_workers < 2 or sum(task.size for task in tasks) < WORTH_BYTES:  # noqa: PLR2004 -- one is none
        for task in tasks:
            if stopped():
                return
            yield task, examine(root, task)
        return
    yield from _in_processes(_Work(root, stopped, pause, crew), tasks, n_workers)


def _n_workers() -> int:
    return min(os.cpu_count() or 1, _MOST_WORKERS)


def _in_processes(
    work: _Work, tasks: Sequence[Task], n_workers: int
) -> Iterator[tuple[Task, Record]]:
    for batch in _batches(tasks):
        work.todo.put(batch)
    with ThreadPoolExecutor(n_workers, thread_name_prefix="infill-parse") as pool:
        drivers = [pool.submit(_drive, work) for _ in range(n_workers)]
        try:
            for _ in drivers:
                while (item := work.done.get()) is not None:
                    yield item
        finally:
            # An interrupt, or a caller who has had enough, must not wait for the rest.
            work.leave()
    for driver in as_completed(drivers):
        driver.result()


def _batches(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    batch: list[Task] = []
    for task in tasks:
        batch.append(task)
        if len(batch) >= _BATCH_FILES or sum(each.size for each in batch) > _BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _drive(work: _Work) -> None:
    """Feed one worker until nothing is left to do, starting another where one dies."""
    worker: subprocess.Popen[bytes] | None = None
    try:
        while not work.ends():
            batch = work.todo.get_nowait()
            if work.pause is not None:
                work.pause()
            worker = worker or _start(work)
            try:
                for task, record in _ask(worker, work.root, batch):
                    work.done.put((task, record))
            except (OSError, ValueError):
                _stop(worker)
                worker = None
                _split(batch, work)
    except Empty:
        pass
    finally:
        work.done.put(None)
        if worker is not None:
            _stop(worker)


def _split(batch: list[Task], work: _Work) -> None:
    """Try the files of a batch that killed its worker one by one; blame the one that is alone.

    Where workers die of themselves (no memory, an installation that is being replaced) no
    file is to blame, and each is read here.
    """
    if len(batch) > 1:
        for task in batch:
            work.todo.put([task])
        return
    task = batch[0]
    if _is_sound(work):
        record = Record(task.mtime_ns, task.size, None, "unparsable")
    else:
        record = examine(work.root, task)
    work.done.put((task, record))


def _is_sound(work: _Work) -> bool:
    """Whether a worker that is asked about no file answers."""
    worker: subprocess.Popen[bytes] | None = None
    try:
        worker = _start(work)
        return not list(_ask(worker, work.root, []))
    except (OSError, ValueError):
        return False
    finally:
        if worker is not None:
            _stop(worker)


def _start(work: _Work) -> subprocess.Popen[bytes]:
    ready = work.crew.take() if work.crew else None
    worker = ready or _spawn(work.root, is_nice=work.pause is not None)
    work.workers.append(worker)
    if work.over.is_set():
        # Nobody may have seen it in the list any more.
        worker.kill()
    return worker


def _spawn(root: Path, *, is_nice: bool) -> subprocess.Popen[bytes]:
    worker = subprocess.Popen(  # noqa: S603 -- our own interpreter, our own code
        [sys.executable, "-P", "-E", "-c", _BOOT, *_import_path(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_PACKAGE,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if is_nice and sys.platform != "win32":
        os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)
    return worker


def _import_path(root: Path) -> list[str]:
    """Where a worker finds our packages: where we did, the workspace left out."""
    own = str(_PACKAGE.parent)
    others = [Path(place) for place in sys.path if place and place != own]
    safe = (place for place in others if place.is_absolute())
    return [own, *(str(place) for place in safe if not place.resolve().is_relative_to(root))]


def _ask(
    worker: subprocess.Popen[bytes], root: Path, batch: list[Task]
) -> list[tuple[Task, Record]]:
    pipe_in, pipe_out = worker.stdin, worker.stdout
    if pipe_in is None or pipe_out is None:
        raise OSError("the worker has no pipes")
    question = [str(root), [[task.path, task.known and task.known.digest] for task in batch]]
    pipe_in.write(json.dumps(question).encode() + b"\n")
    pipe_in.flush()
    rows = json.loads(pipe_out.readline())
    return [(task, _record(task, row)) for task, row in zip(batch, rows, strict=True)]


def _record(task: Task, row: list[Any]) -> Record:
    reason, *fields = row
    if fields:
        return Record(task.mtime_ns, task.size, FileFacts(task.path, *fields), reason)
    return Record(task.mtime_ns, task.size, None if reason else task.known, reason)


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        # What was still to be written can't be: nobody reads any more.
        return
