"""What holds for every test?

Qt draws off screen, property tests are repeatable in CI, no test outside `tests/e2e` and `tests/growing` opens a network socket but to the
databases that it runs on, and a warning in the log that the test did not ask for fails it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from tests.sockets import guard

NETWORKED: Final = [Path(__file__).parent / name for name in ("e2e", "growing")]

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("newcomer", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "newcomer")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "logs(level): this test expects log records up to that level, as in logs('ERROR')"
    )


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side, those that share a screen, or the machine's servers, stay together and come first."""
    items.sort(key=lambda item: not any(item.path.is_relative_to(folder) for folder in NETWORKED))
    for item in items:
        for folder in NETWORKED:
            if item.path.is_relative_to(folder):
                item.add_marker(pytest.mark.xdist_group(folder.name))


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    guard.armed = not any(request.node.path.is_relative_to(folder) for folder in NETWORKED)
    yield
    guard.armed = False


@pytest.fixture(autouse=True)
def _quiet_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    mark = request.node.get_closest_marker("logs")
    allowed = logging.getLevelName(mark.args[0]) if mark else logging.INFO
    loud = [record for record in caplog.get_records("call") if record.levelno > allowed]
    if loud:
        lines = "\n".join(f"{record.levelname} {record.name}: {record.getMessage()}" for record in loud)
        pytest.fail(f"unexpected in the log:\n{lines}")
