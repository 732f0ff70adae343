"""When the garbage collector looks around: seldom while somebody types, and in pauses.

Almost nothing of what a request makes is garbage that only the collector could find, but
to look through what was made takes up to 300 ms, and Python's own rules have it happen
within requests, as that is when most is made.
"""

from __future__ import annotations

import gc

# So many new objects, so many such looks until survivors are looked at again, and so many of
# those until everything is. Python's own are 700, 10 and 10.
_SELDOM = (20_000, 10, 100)
# After so many looks at survivors, all is looked at in a pause.
_MANY = 5


def collect_seldom() -> None:
    """Have the collector look by itself only when very much has been made."""
    gc.set_threshold(*_SELDOM)


def collect_in_pause() -> None:
    """Look now, while nobody waits, so that it needn't be done while somebody does.

    What was made lately takes a few milliseconds; all of it is looked at seldom.
    """
    gc.collect(2 if gc.get_count()[2] >= _MANY else 1)
