"""Prompt formats are data, and spell their sentinels as the models do."""

from __future__ import annotations

import pytest

from inference.models import FORMATS
from inference.models.formats import fill

V2 = FORMATS["deepseek-v2"]


def test_deepseeks_sentinels_are_not_their_ascii_look_alikes():
    assert V2.marks[0].text == "<\uff5cfim\u2581begin\uff5c>"
    assert V2.marks[1].text == "<\uff5cfim\u2581hole\uff5c>"
    assert V2.marks[2].text == "<\uff5cfim\u2581end\uff5c>"
    assert not V2.holds_sentinel("<|fim_hole|>")


def test_every_sentinel_is_reserved():
    for form in FORMATS.values():
        assert all(form.holds_sentinel(mark) for mark in (*form.sentinels, form.eos))
        assert all(form.holds_sentinel(stop) for stop in form.stops)


@pytest.mark.parametrize(
    ("name", "has_fim", "n_sentinels"),
    [("deepseek-v1", True, 4), ("deepseek-v2", True, 4), ("deepseek-v2-prefix", False, 1)],
)
def test_layouts(name, has_fim, n_sentinels):
    form = FORMATS[name]
    assert form.has_fim is has_fim
    assert len(form.sentinels) == n_sentinels


def test_a_path_stays_on_its_line():
    assert fill(V2.header, "a/b.py") == ("#a/b.py\n",)
    assert fill(V2.header, "a\nimport os\n.py") == ("#a import os .py\n",)
