"""What saves time in looking for secrets changes nothing in what is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.secrets.detectors import DETECTORS, Hint
from context.secrets.edits import rescan
from context.secrets.scan import find_secret

KEY = "AK" + "IA" + "QX7ZR2M4" + "W8LT5V3N"
ANNOUNCED = "-----BEGIN " + "PRIVATE KEY-----"
PIECES = (
    KEY,
    ANNOUNCED,
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2,
    "# pragma: allowlist secret",
    "# pragma: allowlist nextline secret",
    "\n",
    "\n",
    "value = 1",
    "é",
    "'",
)
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def _patterns():
    for detector in DETECTORS:
        if detector.hint == Hint():
            continue
        for number, pattern in enumerate(detector.patterns):
            yield pytest.param(detector, pattern, id=f"{detector.kind} {number}")


@pytest.mark.parametrize(("detector", "pattern"), list(_patterns()))
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_hint_points_at_whatever_the_pattern_matches(detector, pattern, data):
    """A new version of the scanner whose patterns outgrow our hints fails here."""
    from context.secrets.scan import _RUNS, _TOKENS, _hinted, _Views

    alphabet = st.characters(codec="ascii", exclude_characters="\n\r")
    text = data.draw(st.from_regex(pattern, alphabet=alphabet))
    line = text.encode()
    views = _Views(line, line.lower(), line.translate(_RUNS), line.translate(_TOKENS))
    assert _hinted(detector.hint, views) in (None, {0})


@given(before=texts, after=texts, start=st.integers(0, 400), end=st.integers(0, 400))
@settings(deadline=None)
def test_an_edited_text_is_judged_as_a_new_one(before, after, start, end):
    """Whatever is taken out and put in, wherever."""
    edited = before[:start] + after + before[max(start, end) :]
    assert rescan(rescan(None, before), edited).finding == find_secret(edited)


@given(before=texts, head=texts, tail=texts)
@settings(deadline=None)
def test_a_text_that_grows_at_both_ends_is_judged_as_a_new_one(before, head, tail):
    once = rescan(rescan(None, before), head + before)
    assert rescan(once, head + before + tail).finding == find_secret(head + before + tail)


@given(texts, st.text(max_size=200))
@settings(deadline=None)
def test_any_text_has_an_answer(text, noise):
    """Lone surrogates, other line ends, controls."""
    found = find_secret(noise + "\n" + text)
    assert found is None or 1 <= found.line <= (noise + "\n" + text).count("\n") + 1
