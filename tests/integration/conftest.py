"""Where CI runs, everything that these tests drive is installed: a skip there hides a gap."""

import os
from collections.abc import Generator

import pytest

ALL_IS_HERE = "CROPSMITH_TEST_ALL_IS_HERE" in os.environ
"""Set by .ci/run where the measurement data lies beside the checkout. Read before the fixtures,
which clear such variables."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and ALL_IS_HERE and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing should be missing: {report.longrepr}"
    return report
