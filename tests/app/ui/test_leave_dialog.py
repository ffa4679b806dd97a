"""Is nobody signed out unaware while the server has not got all of their time?"""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.core.screen import Link
from app.sync.loop import Command, SignOut
from app.ui.controller import Controller
from app.ui.leave_dialog import LeaveDialog
from app.ui.text import Text
from app.ui.theme import Theme
from app.ui.windows import Windows
from tests.fakes.desk import LOGIN


@pytest.fixture
def windows(controller: Controller, text: Text, theme: Theme) -> Windows:
    controller.reported(Link.ONLINE, None, contact=True)
    return Windows(controller, text, theme, lambda: None)


def asking() -> LeaveDialog | None:
    open_ones = [each for each in QApplication.topLevelWidgets() if isinstance(each, LeaveDialog)]
    return next((each for each in open_ones if each.isVisible()), None)


def left(posted: list[Command]) -> bool:
    return any(isinstance(each, SignOut) for each in posted)


def press(dialog: LeaveDialog, words: str) -> None:
    button = next(each for each in dialog.findChildren(QPushButton) if each.text() == words)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_who_left_nothing_behind_goes_at_once(windows: Windows, posted: list[Command]) -> None:
    windows.sign_out()
    assert asking() is None
    assert left(posted)


def test_who_leaves_something_is_asked_and_may_stay(
    windows: Windows, controller: Controller, posted: list[Command], qtbot: QtBot
) -> None:
    controller.start(LOGIN)
    windows.sign_out()
    dialog = asking()
    assert dialog is not None
    qtbot.addWidget(dialog)
    said = "\n".join(each.text() for each in dialog.findChildren(QLabel))
    assert said.startswith("1 action has not reached the server. It stays on this device")
    press(dialog, "Stay signed in")
    assert asking() is None
    assert not left(posted)


def test_it_counts_what_is_recorded_meanwhile(windows: Windows, controller: Controller, qtbot: QtBot) -> None:
    controller.start(LOGIN)
    windows.sign_out()
    dialog = asking()
    assert dialog is not None
    qtbot.addWidget(dialog)
    controller.pause()
    assert any(each.text().startswith("2 actions") for each in dialog.findChildren(QLabel))


def test_who_goes_all_the_same_keeps_their_time(
    windows: Windows, controller: Controller, posted: list[Command], qtbot: QtBot
) -> None:
    controller.start(LOGIN)
    windows.sign_out()
    dialog = asking()
    assert dialog is not None
    qtbot.addWidget(dialog)
    press(dialog, "Sign out")
    assert left(posted)
    assert asking() is None
    assert controller.state.sync.waiting == 1
