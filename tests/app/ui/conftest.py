"""What does every test of a window start from: Anna's desk, signed in, with a clock that stands still?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.paths import Profile
from app.settings import Loaded, Settings
from app.settings import Theme as Choice
from app.sync.line import Line
from app.sync.loop import Command
from app.ui.controller import Controller
from app.ui.text import Text
from app.ui.theme import Theme
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office


@pytest.fixture(autouse=True)
def _windows_go_in_the_main_thread() -> Iterator[None]:
    """What a test leaves is collected at its end, and here.

    Otherwise it goes while another test's window paints, or in the thread of a later test's server, which crashes or hangs. What was there before
    is frozen: looking through it after each test would take long.
    """
    gc.disable()
    gc.freeze()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def posted() -> list[Command]:
    """What the sync thread was asked to do."""
    return []


@pytest.fixture
def controller(tmp_path: Path, clock: FakeClock, posted: list[Command], qtbot: QtBot) -> Iterator[Controller]:
    profile = Profile(tmp_path / "profile")
    profile.ensure()
    signed_in = Settings(server_url="https://hours.test", server_id="s1", user_id=7, email="anna@demo.test")
    line = Line()
    line.attach(posted.append)
    controller = Controller(profile, Loaded(signed_in), clock, line)
    controller.open()
    yield controller
    controller.close()


@pytest.fixture
def office(tmp_path: Path, qtbot: QtBot) -> Iterator[Office]:
    """Anna's, with a server that answered."""
    office = Office(tmp_path)
    office.syncs()
    yield office
    office.controller.close()


@pytest.fixture
def text() -> Text:
    return Text("en")


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    return Theme(Choice.LIGHT)
