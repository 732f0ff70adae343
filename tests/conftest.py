"""What every suite shares."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The suite answers alike every time; who looks for new failures asks for `explore`, and for as
# many examples as there is time: `pytest tests/property --hypothesis-profile explore`.
settings.register_profile("explore", settings(derandomize=False))
settings.register_profile("same", settings(derandomize=True))
settings.load_profile("same")

pytest_plugins = ["engines", "vllm_server"]

REQUIRE_ALL = "REQUIRE_EVERY_SUITE"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where every suite is required, a skip is a failure that says what was missing."""
    report = yield
    if report.skipped and os.environ.get(REQUIRE_ALL) and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, though {REQUIRE_ALL} is set: {report.longrepr}"
    return report
