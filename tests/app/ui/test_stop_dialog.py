"""Is what was done recorded at the second stop was pressed, and are no words lost?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.core.actions import DESCRIPTION_LIMIT, Kind
from app.core.notices import NoticeKind
from app.core.timer import Status
from app.settings import Theme as Choice
from app.ui.stop_dialog import StopDialog
from app.ui.text import Text
from app.ui.theme import Theme
from tests.fakes.office import Office


@dataclass
class Stop:
    office: Office
    dialog: StopDialog

    def types(self, words: str) -> None:
        QTest.keyClicks(self.dialog._description, words)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.dialog._description, key, modifier)

    def click(self, words: str) -> None:
        (button,) = [each for each in self.dialog.findChildren(QPushButton) if each.text() == words]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    @property
    def trouble(self) -> str:
        return self.dialog._trouble.text()

    def recorded(self) -> list[dict[str, Any]]:
        """Bodies of the stops."""
        desk = self.office.controller.desk
        assert desk is not None
        return [each.body for each in desk.outbox.after(0) if each.kind == Kind.STOP]

    def ended(self, description: str | None) -> None:
        """The stop was recorded once, with these words, at the second it was pressed."""
        (body,) = self.recorded()
        assert body.get("description") == description
        (logged,) = [each.values for each in self.office.told if each.kind is NoticeKind.LOGGED]
        assert (logged["seconds"], str(logged["cost"])) == (3600, "50.0000")
        assert self.office.controller.state.status is Status.IDLE
        assert not self.dialog.isVisible()
        assert self.dialog._description.toPlainText() == ""


@pytest.fixture
def stop(tmp_path: Path, qtbot: QtBot) -> Iterator[Stop]:
    """An hour of work, stop was pressed, and the person takes a minute to find words."""
    office = Office(tmp_path)
    office.syncs()
    office.controller.start(office.issue("BP-123"))
    office.clock.advance(hours=1)
    dialog = StopDialog(office.controller, Text("en"), Theme(Choice.LIGHT))
    qtbot.addWidget(dialog)
    office.controller.begin_stop()
    dialog.show()
    office.clock.advance(minutes=1)
    yield Stop(office, dialog)
    office.close()


def test_the_time_stands_still(stop: Stop) -> None:
    stop.dialog.render_state(stop.office.controller.state)
    assert stop.dialog._time.text() == "1:00:00"
    assert stop.dialog._cost.text() == "$50.00"
    assert "BP-123" in stop.dialog._issue.text()
    assert stop.dialog.focusWidget() is stop.dialog._description


def test_save(stop: Stop) -> None:
    stop.types("Fixed the redirect")
    stop.click("Save")
    stop.ended("Fixed the redirect")


def test_enter_ends_one_line(stop: Stop) -> None:
    stop.types("Fixed it")
    stop.key(Qt.Key.Key_Return)
    stop.ended("Fixed it")


def test_enter_begins_a_line_where_there_are_more(stop: Stop) -> None:
    stop.types("Fixed it")
    stop.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    stop.types("Tested it")
    stop.key(Qt.Key.Key_Return)
    assert stop.recorded() == []
    stop.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stop.ended("Fixed it\nTested it")


def test_skip_records_no_words(stop: Stop) -> None:
    stop.types("Fix")
    stop.click("Skip")
    stop.ended(None)


def test_escape_without_words(stop: Stop) -> None:
    stop.key(Qt.Key.Key_Escape)
    stop.ended(None)


def test_closing_keeps_the_words(stop: Stop) -> None:
    stop.types("Half a sen")
    stop.dialog.close()
    stop.ended("Half a sen")


def test_quitting_keeps_the_words(stop: Stop, qapp: QApplication) -> None:
    stop.types("Half a sen")
    qapp.aboutToQuit.emit()
    stop.ended("Half a sen")


@pytest.mark.parametrize(("words", "status"), [("Keep running", Status.RUNNING), ("Skip", Status.IDLE)])
def test_enter_presses_the_button_that_has_the_focus(stop: Stop, words: str, status: Status) -> None:
    stop.types("Words")
    (button,) = [each for each in stop.dialog.findChildren(QPushButton) if each.text() == words]
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert stop.office.controller.state.status is status
    assert [body.get("description") for body in stop.recorded()] in ([], [None])


def test_keep_running(stop: Stop) -> None:
    stop.types("Not yet")
    stop.click("Keep running")
    assert stop.recorded() == []
    assert stop.office.controller.state.status is Status.RUNNING
    assert stop.office.controller.state.stopping_at is None
    assert not stop.dialog.isVisible()


def test_a_description_that_is_too_long_stays(stop: Stop) -> None:
    words = "x" * (DESCRIPTION_LIMIT + 1)
    stop.dialog._description.setPlainText(words)
    stop.click("Save")
    assert str(DESCRIPTION_LIMIT) in stop.trouble
    assert stop.dialog.isVisible()
    assert stop.dialog._description.toPlainText() == words
    stop.key(Qt.Key.Key_Delete)
    assert stop.trouble == ""
    stop.dialog._description.setPlainText("x" * DESCRIPTION_LIMIT)
    stop.click("Save")
    stop.ended("x" * DESCRIPTION_LIMIT)


def test_who_cannot_save_can_leave_and_come_back(stop: Stop) -> None:
    words = "x" * (DESCRIPTION_LIMIT + 1)
    stop.dialog._description.setPlainText(words)
    stop.key(Qt.Key.Key_Escape)
    assert stop.dialog.isVisible()
    stop.key(Qt.Key.Key_Escape)
    assert not stop.dialog.isVisible()
    assert stop.recorded() == []
    stop.dialog.show()
    assert stop.dialog._description.toPlainText() == words


def test_stopped_elsewhere_meanwhile(stop: Stop) -> None:
    stop.types("Never mind")
    stop.office.controller.stop("From the command line")
    stop.ended("From the command line")


def test_a_second_question_begins_empty(stop: Stop) -> None:
    stop.types("First")
    stop.click("Save")
    controller = stop.office.controller
    controller.start(stop.office.issue("WEB-7"))
    controller.begin_stop()
    stop.dialog.show()
    assert stop.dialog._description.toPlainText() == ""
    assert "WEB-7" in stop.dialog._issue.text()
    stop.click("Skip")
    assert [body.get("description") for body in stop.recorded()] == ["First", None]
