"""A progress bar on a terminal's standard error; nothing where nobody looks."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.progress import Progress

    Report = Callable[[int, int], None]

_PAUSE_S = 0.1


@contextmanager
def progress_bar(
    title: str, clock: Callable[[], float] = time.monotonic
) -> Generator[Report | None]:
    """What hears how many of how many are done, and draws a bar; None without a terminal.

    It is drawn ten times a second at most. When the block ends, however it ends, the
    bar goes away and leaves its line to whatever is said next.
    """
    if not sys.stderr.isatty():
        yield None
        return
    with _drawn() as bar:
        task = bar.add_task(title, total=None)
        last = 0.0

        def report(done: int, total: int) -> None:
            nonlocal last
            now = clock()
            if now - last >= _PAUSE_S or done == total:
                last = now
                bar.update(task, completed=done, total=total)
                _refresh(bar)

        _refresh(bar)
        yield report


@contextmanager
def _drawn() -> Generator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
    with suppress(OSError):
        bar.start()
    try:
        yield bar
    finally:
        with suppress(OSError):
            bar.stop()


def _refresh(bar: Progress) -> None:
    # The terminal may have been closed meanwhile.
    with suppress(OSError):
        bar.refresh()
