"""What holds for every test?

Qt draws off screen, property tests are repeatable in CI, no test outside `tests/e2e` opens a network socket, and a
warning in the log that the test did not ask for fails it.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

E2E: Final = Path(__file__).parent / "e2e"
LOCAL_FAMILIES: Final = {getattr(socket, "AF_UNIX", None)}
SOCKET_EVENTS: Final = {"socket.connect", "socket.bind", "socket.sendto"}

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("newcomer", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "newcomer")


class SocketGuard:
    """Refuses network sockets while `armed`: such a test depends on more than its own code."""

    def __init__(self) -> None:
        self.armed = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.armed and event in SOCKET_EVENTS and arguments[0].family not in LOCAL_FAMILIES:
            raise PermissionError(f"only tests in tests/e2e open network sockets ({event} {arguments[1]})")


guard: Final = SocketGuard()
sys.addaudithook(guard)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "logs(level): this test expects log records up to that level, as in logs('ERROR')"
    )


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    guard.armed = not request.node.path.is_relative_to(E2E)
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
