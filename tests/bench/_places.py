"""Where does a measurement happen: on which screen, at which company, on which device?

All of it is private to the measurement, as in the tests on a real screen, and gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from tests.bench.rows import CannotMeasure
from tests.e2e.company import Company, found_company
from tests.e2e.desktop import Desktop, missing_tools
from tests.e2e.eventually import eventually
from tests.e2e.programs import Program
from tests.e2e.workstation import Workstation

BARE_TRAY: Final = [sys.executable, "-m", "tests.bench._bare_tray"]
LISTENS_TO_ALL: Final = "QT_LINUX_ACCESSIBILITY_ALWAYS_ON"  # for a screen reader, and there is none here


@contextmanager
def folder() -> Iterator[Path]:
    """A new one, with a short path: sockets live in it."""
    made = Path(tempfile.mkdtemp(prefix="hkb-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def plain_environment(place: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
    }


# ---- servers ------------------------------------------------------------------------------------------------


@contextmanager
def company(place: Path) -> Iterator[Company]:
    """The demo company; its server is not started yet."""
    database = place / "server.sqlite3"
    database.write_bytes(_founded())
    made = Company(place, plain_environment(place), database)
    try:
        yield made
    finally:
        made.kill9()


@cache
def _founded() -> bytes:
    with folder() as place:
        return found_company(place, plain_environment(place)).read_bytes()


# ---- screens ------------------------------------------------------------------------------------------------


@contextmanager
def desktop(place: Path) -> Iterator[Desktop]:
    """A screen with a tray and an open keyring, and no screen reader. CannotMeasure."""
    if missing := missing_tools():
        raise CannotMeasure(f"not installed: {', '.join(missing)} (see packaging/linux/test-packages.txt)")
    screen = place / "screen"
    screen.mkdir()
    opened = Desktop(screen)
    try:
        opened.open()
        opened.reader.close()
        opened.environment.pop(LISTENS_TO_ALL)
        yield opened
    finally:
        for program in reversed(opened.programs):
            program.kill9()


@contextmanager
def signed_in(place: Path, desktop: Desktop, server: Company) -> Iterator[Workstation]:
    """Anna's device, signed in to the running server, with a timer that runs; the app itself runs no more."""
    device = Workstation(desktop, place / "device")
    try:
        device.start()
        device.sign_in(server.url)
        device.do("start", "BP-123")
        eventually(lambda: device.status()["sync"]["waiting"] == 0, "the start at the server")
        device.do("quit")
        device.program.wait()
        yield device
    finally:
        device.close()


@contextmanager
def bare_tray(place: Path, desktop: Desktop) -> Iterator[Program]:
    """The program to compare with; not started yet."""
    program = Program(BARE_TRAY, desktop.environment, place / "bare.log")
    try:
        yield program
    finally:
        program.kill9()
