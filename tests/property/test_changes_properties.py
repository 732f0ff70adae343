"""However files come, go and move: looking where something happened is looking everywhere."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from context.repository import Repository

names = st.sampled_from(["a", "b", "c.py", "d.py", "e.png"])
places = st.lists(names, min_size=1, max_size=3).map("/".join)
texts = st.sampled_from(["x = 1\n", "from a.c import x\n", "from .d import *\n", "a\0b", ""])
ignores = st.sampled_from(["a/\n", "*.py\n", "b\n!b/c.py\n", ""])
steps = st.one_of(
    st.tuples(st.just("write"), places, texts),
    st.tuples(st.just("remove"), places, st.just("")),
    st.tuples(st.just("move"), places, places),
    st.tuples(st.just("ignore"), st.just(""), ignores),
)


def do(root: Path, step: tuple[str, str, str]) -> set[str]:
    """Take a step as far as the disk allows; what somebody who watches might be told."""
    what, path, more = step
    place = root / path
    told = {path, *(str(above.as_posix()) for above in Path(path).parents)} - {".", ""}
    try:
        if what == "ignore":
            (root / ".gitignore").write_text(more)
            return {".gitignore"}
        if what == "write":
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(more)
        elif what == "remove" and place.is_dir():
            shutil.rmtree(place)
        elif what == "remove":
            place.unlink(missing_ok=True)
        elif not (root / more).exists():
            place.rename(root / more)
            told |= {more}
    except OSError:
        # A file in a folder's way, or a folder moved into itself.
        pass
    return told


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=5))
def test_looking_where_something_happened_is_looking_everywhere(rounds) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        followed = Repository(root, cache_dir=None)
        followed.refresh()
        for round_ in rounds:
            followed.refresh_paths(set().union(*(do(root, step) for step in round_)))
            fresh = Repository(root, cache_dir=None)
            fresh.refresh()
            assert followed._records == fresh._records
            assert followed.index.imports == fresh.index.imports
            assert followed.left_out == fresh.left_out
            assert followed.folders == fresh.folders
