"""Workers end when nobody waits for them any more."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pytest

from context.disk import workers
from context.disk.examine import Task

if TYPE_CHECKING:
    from pathlib import Path

WAIT_S = 30
BOOT = (
    "import os, sys, threading; sys.path.extend(sys.argv[1:]); from context import worker;"
    "real = worker._answer;"
    "worker._answer = lambda root, path, known:"
    " real(root, path, known) if path == 'first.py' else {fate};"
    "worker.serve()"
)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The workers that were started."""
    found: list[object] = []
    real = workers._start

    def start(*asked):
        found.append(real(*asked))
        return found[-1]

    monkeypatch.setattr(workers, "_start", start)
    monkeypatch.setattr(workers, "WORTH_BYTES", 0)
    monkeypatch.setattr(workers, "_BATCH_FILES", 1)
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 2)
    return found


@pytest.mark.parametrize("fate", ["os._exit(1)", "threading.Event().wait()"], ids=["die", "hang"])
def test_leaving_early_leaves_the_rest_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[object], fate: str
) -> None:
    """Workers that an interrupt killed aren't started again, nor are busy ones waited for."""
    monkeypatch.setattr(workers, "_BOOT", BOOT.format(fate=fate))
    names = ["first.py", *(f"{number}.py" for number in range(20))]
    for name in names:
        (tmp_path / name).write_text("x = 1\n")
    tasks = [Task(name, 0, 6) for name in names]
    records = workers.examine_all(tmp_path, tasks, stopped=lambda: False)
    next(task for task, _ in records if task.path == "first.py")
    leaving = Thread(target=records.close, daemon=True)
    leaving.start()
    leaving.join(WAIT_S)
    assert not leaving.is_alive()
    assert len(started) < len(tasks) // 2


def test_a_crew_starts_with_the_crawl_and_is_put_to_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those whom nobody takes end with it; a warm start has none."""
    monkeypatch.setattr(workers, "_WORTH_ENTRIES", 2)
    monkeypatch.setattr(workers, "WORTH_BYTES", 0)
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 2)
    (tmp_path / "a.py").write_text("x = 1\n")
    crew = workers.Crew(tmp_path, None, is_wanted=True)
    count = crew.counting(lambda: None)
    count()
    assert crew.take() is None
    count()
    spare = list(crew._idle)
    assert len(spare) == 2
    tasks = [Task("a.py", 0, 6)]
    found = list(workers.examine_all(tmp_path, tasks, stopped=lambda: False, crew=crew))
    crew.close()
    assert [record.facts is not None for _, record in found] == [True]
    assert all(worker.poll() is not None for worker in spare)
    unwanted = workers.Crew(tmp_path, None, is_wanted=False)
    for _ in range(5):
        unwanted.counting(lambda: None)()
    assert unwanted.take() is None
