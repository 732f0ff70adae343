"""Prompt formats are data, and spell their sentinels as the models do."""

from __future__ import annotations

import pytest

from inference.models import FORMATS
from inference.models.formats import Control, fill

V2 = FORMATS["deepseek-v2"]


def test_deepseeks_sentinels_are_not_their_ascii_look_alikes():
    assert V2.marks[0].text == "<\uff5cfim\u2581begin\uff5c>"
    assert V2.marks[1].text == "<\uff5cfim\u2581hole\uff5c>"
    assert V2.marks[2].text == "<\uff5cfim\u2581end\uff5c>"
    assert not V2.holds_sentinel("<|fim_hole|>")


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_every_control_text_is_reserved(form):
    """What a prompt or its end is marked with must never come from somebody's source."""
    around = (item for words in (form.start, form.file, form.header) for item in words)
    controls = [item.text for item in around if isinstance(item, Control)]
    for mark in (*form.sentinels, form.bos, form.eos, *controls, *form.stops):
        assert not mark or form.holds_sentinel(mark), mark


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


def test_a_path_that_looks_like_a_blank_stays_a_path():
    words = ("{repository}/{path} is {language}\n",)
    assert fill(words, "{repository}.py", "shop") == ("shop/{repository}.py is Python\n",)
