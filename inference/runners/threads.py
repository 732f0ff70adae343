"""How many threads of the processor a model takes."""

from __future__ import annotations

import os


def n_threads(wanted: int = 0) -> int:
    """As many as wanted; for 0 one for each core, where two share one, and one less than there are.

    They wait for each other: when something else wants the last core, a pass takes ten
    times as long or more, and the editor is that something. On two cores with a load of 5,
    1,000 tokens through a tiny model took 0.4 s with one thread; with two 0.2 to 18 s
    where they wait by spinning, 0.3 to 0.5 s where they sleep (see `inference.local.launch`).
    """
    n_seen = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        n_seen = len(os.sched_getaffinity(0))
    return wanted or max(1, min(n_seen - 1, max(4, n_seen // 2)))
