"""What do the tests on a real screen share: one desktop, and for each test its own server, network and devices?

Without the tools the tests are skipped on a newcomer's machine and fail in CI.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.company import Company, Person, found_company
from tests.e2e.desktop import Desktop, missing_tools
from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.programs import ROOT
from tests.e2e.workstation import NewDevice, Workstation

EVIDENCE: Final = ROOT / "build" / "e2e"  # screenshots and logs of tests that failed
failed: Final = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[failed] = True
    return report


@pytest.fixture(scope="session")
def desktop() -> Iterator[Desktop]:
    if missing := missing_tools():
        words = f"not installed here: {', '.join(missing)} (see packaging/linux/test-packages.txt)"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    folder = Path(tempfile.mkdtemp(prefix="hk-"))
    opened = Desktop(folder)
    try:
        opened.open()
        yield opened
    finally:
        opened.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def founded(desktop: Desktop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_company(tmp_path_factory.mktemp("founded"), desktop.environment)


@pytest.fixture
def server(desktop: Desktop, founded: Path, tmp_path: Path) -> Iterator[Company]:
    """The demo company's server, running."""
    database = tmp_path / "server.sqlite3"
    shutil.copy(founded, database)
    company = Company(tmp_path, desktop.environment, database)
    company.start()
    yield company
    company.kill9()


@pytest.fixture
def network(server: Company) -> Iterator[FaultProxy]:
    """What lies between the app and the server."""
    proxy = FaultProxy(server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def anna(server: Company) -> Person:
    """Anna in front of another device, who only looks."""
    return server.sign_in()


@pytest.fixture
def new_device(desktop: Desktop, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[NewDevice]:
    """Makes a device by name: `new_device("laptop")`."""
    devices: list[Workstation] = []

    def make(name: str, **environment: str) -> Workstation:
        devices.append(Workstation(desktop, tmp_path / name, **environment))
        return devices[-1]

    yield make
    if request.node.stash.get(failed, False):
        keep_evidence(desktop, request.node.name, tmp_path)
    for device in devices:
        device.close()


@pytest.fixture
def app(new_device: NewDevice) -> Workstation:
    """One device with the app running, nobody signed in."""
    device = new_device("device")
    device.start()
    return device


@pytest.fixture
def annas_app(app: Workstation, network: FaultProxy) -> Workstation:
    """One device with Anna signed in, over a network that can fail."""
    app.sign_in(network.url)
    return app


def keep_evidence(desktop: Desktop, name: str, folder: Path) -> None:
    kept = EVIDENCE / "".join(sign if sign.isalnum() else "-" for sign in name)
    shutil.rmtree(kept, ignore_errors=True)
    desktop.screenshot(kept / "screen.png")
    for log in folder.rglob("*.log"):
        shutil.copy(log, kept / f"{log.parent.name}-{log.name}")
