"""What changes below a root while it is open, as the system tells it.

Folders that the crawl doesn't enter aren't watched where each folder counts (Linux
has a limit, and `node_modules` may hold more folders than that); where a whole tree
costs one watch, what happens in them is passed over.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from context.errors import UnwatchableError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path
    from threading import Event

_WATCHES_TREES = sys.platform in {"darwin", "win32"}
# What happens at once is told at once, at the latest after so long.
_TOGETHER_MS = 1_000
_STEP_MS = 50
# How often a look is taken at whether other folders should be watched.
_LOOK_MS = 500
_ABSENCE_S = 1.0
_MOST_FAILURES = 5


def watch(root: Path, folders: Callable[[], frozenset[str]], *, stop: Event) -> Iterator[set[str]]:
    """Paths below `root` that may have changed, until `stop` is set; `""` may be anything.

    `folders` names those that the crawl enters; who is told a path is expected to crawl
    it, so that what is new there is watched, too. The first to be told is `""`, as
    something may have changed since the crawl. Blocks: for a thread of its own.

    Raises:
        UnwatchableError: the system can't or won't, for one thing because all the
            watches that it allows are taken.
    """
    failures = 0
    late = {""}
    while not stop.is_set():
        if _identity(root) is None:
            # Gone, and may come back: told both times.
            yield {""}
            while _identity(root) is None and not stop.wait(_ABSENCE_S):
                pass
            late = {""}
            continue
        try:
            late = yield from _watch_folders(root, folders, late, stop)
            failures = 0
        except FileNotFoundError as error:
            # A folder went between the crawl and this; the next crawl won't name it.
            failures += 1
            if failures >= _MOST_FAILURES:
                raise UnwatchableError(f"{root} can't be watched ({error})") from None
            yield {""}
            stop.wait(_ABSENCE_S)
        except (OSError, RuntimeError) as error:
            raise UnwatchableError(
                f"{root} can't be watched ({error}); on Linux, more folders can be when "
                "fs.inotify.max_user_watches is raised"
            ) from None


def _watch_folders(
    root: Path, folders: Callable[[], frozenset[str]], late: set[str], stop: Event
) -> Generator[set[str], None, set[str]]:
    """Watch what there is now; ends when it is something else, with what wasn't watched so far.

    `late` is told as soon as the watch holds.
    """
    import watchfiles

    watched = folders() or frozenset({""})
    places = _places(root, watched)
    identity = _identity(root)
    rounds = watchfiles.watch(
        *places,
        watch_filter=None,
        debounce=_TOGETHER_MS,
        step=_STEP_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        recursive=_WATCHES_TREES,
        ignore_permission_denied=True,
    )
    for changes in rounds:
        paths = {_relative(root, path) for _, path in changes} | late
        late = set()
        if paths:
            yield paths
        if _identity(root) != identity:
            return {""}
        # A folder that came anew under its old name isn't the one that is watched.
        now, anew = folders() or watched, paths & watched - {""}
        if not _WATCHES_TREES and (anew or now != watched):
            return anew | (now - watched)
    return set()


def _places(root: Path, folders: frozenset[str]) -> Sequence[str]:
    if _WATCHES_TREES:
        return [str(root)]
    places = (os.path.join(root, *folder.split("/")) for folder in sorted(folders))  # noqa: PTH118 -- many
    return [place for place in places if os.path.isdir(place)]  # noqa: PTH112 -- many


def _relative(root: Path, path: str) -> str:
    """The path as the index names it; the root's own name for what isn't below it."""
    top = str(root)
    below = path.removeprefix(top)
    return below.replace(os.sep, "/").strip("/") if below != path else ""


def _identity(root: Path) -> tuple[int, int] | None:
    """What tells a folder from another that came in its place; None where there is none."""
    try:
        found = root.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
