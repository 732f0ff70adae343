"""What every suite shares."""

from __future__ import annotations

import os

import pytest

REQUIRE_ALL = "REQUIRE_EVERY_SUITE"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where every suite is required, a skip is a failure that says what was missing."""
    report = yield
    if report.skipped and os.environ.get(REQUIRE_ALL) and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, though {REQUIRE_ALL} is set: {report.longrepr}"
    return report
