"""When the garbage collector looks around."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from lsp_server import garbage

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def rules() -> Iterator[None]:
    """Python's own rules again, when it is over."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_it_looks_by_itself_only_after_much_was_made() -> None:
    garbage.collect_seldom()
    assert gc.isenabled()
    assert gc.get_threshold()[0] > 10_000


@pytest.mark.parametrize(("n_looks", "generation"), [(0, 1), (4, 1), (5, 2), (60, 2)])
def test_in_a_pause_all_is_looked_at_where_that_is_due(
    monkeypatch: pytest.MonkeyPatch, n_looks: int, generation: int
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(gc, "get_count", lambda: (100, 0, n_looks))
    monkeypatch.setattr(gc, "collect", looked.append)
    garbage.collect_in_pause()
    assert looked == [generation]
