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
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.sockets import guard

ROOMS: Final = ("e2e", "growing")
NETWORKED: Final = [Path(__file__).parent / room for room in ROOMS]

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


class Rooms(LoadScopeScheduling):  # type: ignore[misc]
    """Where tests run side by side, those that share a screen, or the machine's servers, stay together and come first.

    The largest groups begin; every other test is one of its own. xdist's own `loadgroup` groups nothing with this pytest.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((room for room in ROOMS if nodeid.startswith(f"tests/{room}/")), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Rooms:
    return Rooms(config, log)


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
