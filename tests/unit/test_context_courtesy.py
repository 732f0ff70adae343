"""Whoever works in the background waits for who waits for an answer, but not for ever."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

from context import courtesy as manners
from context.courtesy import Courtesy
from context.patient import Patient
from context.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

WAIT_S = 20


def test_background_work_goes_on_when_the_last_answer_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(manners, "_PATIENCE_S", WAIT_S)
    courtesy, done = Courtesy(), Event()

    def work() -> None:
        courtesy.give_way()
        done.set()

    with courtesy:
        with courtesy:
            thread = Thread(target=work)
            thread.start()
        assert courtesy.quiet_s == 0
        assert not done.is_set()
    assert done.wait(WAIT_S)
    thread.join(WAIT_S)
    assert courtesy.quiet_s > 0


def test_somebody_who_never_stops_asking_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manners, "_PATIENCE_S", 0.001)
    courtesy = Courtesy()
    with courtesy:
        for _ in range(3):
            courtesy.give_way()


def test_a_refresh_asks_and_so_does_who_learns_from_the_texts(tmp_path: Path) -> None:
    """Between any two files, so that nobody waits for more than one of them."""
    for i in range(10):
        (tmp_path / f"m{i}.py").write_text(f"import m{i - 1}\n")
    asked: list[int] = []

    class Counting(Courtesy):
        def give_way(self) -> None:
            asked.append(1)

    repository = Repository(tmp_path, cache_dir=None, courtesy=Counting())
    repository.refresh()
    assert len(asked) >= 4 * 10
    before = len(asked)
    patient = Patient(repository)
    assert patient.revision == repository.revision
    assert [patient.read(entry.path) for entry in patient.entries()]
    assert len(asked) - before == 10
