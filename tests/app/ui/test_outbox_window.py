"""Does the outbox window say what needs Anna, and is her choice recorded without a network?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.core.actions import Kind
from app.core.screen import Hindrance, Link
from app.settings import Theme as Choice
from app.ui.issue_picker import IssuePicker
from app.ui.outbox_window import OutboxWindow
from app.ui.text import Text
from app.ui.theme import Theme
from app.ui.time_editor import TimeEditor
from tests.app.ui.needing import DELETED, DONE, LOG, LONG, NINE, TWICE, the_server_says
from tests.fakes.desk import LOGIN
from tests.fakes.office import Office


class Shown:
    def __init__(self, office: Office, window: OutboxWindow) -> None:
        self.office = office
        self.window = window

    def words(self) -> str:
        labels = [each.text() for each in self.window.findChildren(QLabel) if each.isVisible()]
        return "\n".join(labels)

    def buttons(self, inside: QWidget | None = None) -> list[str]:
        within = (inside or self.window).findChildren(QPushButton)
        return [each.text() for each in within if each.isVisible()]

    def press(self, words: str, inside: QWidget | None = None) -> None:
        within = (inside or self.window).findChildren(QPushButton)
        button = next(each for each in within if each.text() == words and each.isVisible())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def decisions(self) -> list[dict[str, Any]]:
        desk = self.office.controller.desk
        assert desk is not None
        facts = [each.body for each in desk.outbox.after(0) if each.kind == Kind.RESOLVE]
        return [{key: value for key, value in body.items() if key != "t"} for body in facts]


@pytest.fixture
def shown(office: Office, text: Text, qtbot: QtBot) -> Shown:
    window = OutboxWindow(office.controller, text, Theme(Choice.LIGHT), ZoneInfo("UTC"))
    qtbot.addWidget(window)
    window.show()
    return Shown(office, window)


def test_nothing_at_all(shown: Shown) -> None:
    words = shown.words()
    for said in (
        "Nothing needs you.",
        "Everything is saved on the server.",
        "No contact since",
        "Nothing yet today.",
    ):
        assert said in words
    assert shown.buttons() == ["Try now", "Close"]


def test_it_is_said_why_the_server_does_not_answer(office: Office, shown: Shown) -> None:
    office.controller.reported(Link.OFFLINE, Hindrance.UPGRADE, contact=False)
    assert "The server needs a newer Hourkeep. No contact since" in shown.words()
    office.controller.reported(Link.ONLINE, None, contact=True)
    assert "newer Hourkeep" not in shown.words()


def test_each_item_says_why_and_what_can_be_chosen(office: Office, shown: Shown) -> None:
    the_server_says(office, DELETED, LONG)
    words = shown.words()
    assert "BP-99  ·  " in words
    assert "This issue was deleted." in words
    assert "This is longer than 16 hours" in words
    offered = [
        "Move to another issue…",
        "Ask the manager",
        "Discard",
        "Change time…",
        "Keep as it is",
        "Discard",
    ]
    assert shown.buttons()[: len(offered)] == offered


def test_a_choice_is_recorded_here_and_said(office: Office, shown: Shown) -> None:
    the_server_says(office, DELETED)
    assert office.controller.state.sync.attention == 1
    shown.press("Ask the manager")
    assert shown.decisions() == [
        {"ref": DELETED.action_id, "choice": "ask_manager", "issue_id": None, "start": None, "end": None}
    ]
    assert "You chose: Ask the manager. It will be settled when connected." in shown.words()
    assert "1 action is saved here" in shown.words()
    assert office.controller.state.sync.attention == 0
    the_server_says(office)
    assert "Nothing needs you." in shown.words()


def test_work_is_discarded_by_the_second_press_only(office: Office, shown: Shown) -> None:
    the_server_says(office, DELETED)
    shown.press("Discard")
    assert shown.decisions() == []
    office.controller.reported(Link.ONLINE, None, contact=True)  # what is shown anew keeps the question
    shown.press("Really discard?")
    (said,) = shown.decisions()
    assert (said["ref"], said["choice"]) == (DELETED.action_id, "discard")


def test_time_is_moved_to_another_issue_by_keyboard(office: Office, shown: Shown) -> None:
    the_server_says(office, DELETED)
    move = shown.window._cards[0].buttons[next(iter(shown.window._cards[0].buttons))]
    QTest.keyClick(move, Qt.Key.Key_Space)
    picker = shown.window._asking
    assert isinstance(picker, IssuePicker)
    (field,) = picker.findChildren(QLineEdit)
    QTest.keyClicks(field, "bp-123")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not picker.isVisible()
    (said,) = shown.decisions()
    assert (said["choice"], said["issue_id"]) == ("move_issue", LOGIN.id)
    assert office.controller.state.timer is None


def test_a_picker_has_no_beginning_and_another_word(office: Office, shown: Shown) -> None:
    the_server_says(office, DELETED)
    shown.press("Move to another issue…")
    assert shown.window._asking is not None
    assert "Move" in shown.buttons(shown.window._asking)
    assert "Starts now" not in shown.buttons(shown.window._asking)


def test_the_time_is_changed_and_a_wrong_one_is_refused(office: Office, shown: Shown) -> None:
    the_server_says(office, LONG)
    shown.press("Change time…")
    editor = shown.window._asking
    assert isinstance(editor, TimeEditor)
    start, end = editor.findChildren(QLineEdit)
    start.selectAll()
    QTest.keyClicks(start, "2026-01-05 07:00")
    shown.press("Save", editor)
    assert "The end has to lie after the start." in editor._trouble.text()
    assert shown.decisions() == []
    start.selectAll()
    QTest.keyClicks(start, "2026-01-05 05:00")
    shown.press("Save", editor)
    assert not editor.isVisible()
    (said,) = shown.decisions()
    assert (said["choice"], said["start"], said["end"]) == ("change_time", NINE - 3600, NINE)
    assert end.text() == "2026-01-05 06:00"


def test_a_time_that_the_clock_showed_twice_is_asked(office: Office, qtbot: QtBot, text: Text) -> None:
    saved: list[tuple[int, int]] = []
    first, second = 1_792_888_200, 1_792_891_800  # 02:30 twice in Berlin, 25 October 2026
    editor = TimeEditor(
        "BP-1", (first - 7200, second + 7200), lambda start, end: saved.append((start, end)),
        ZoneInfo("Europe/Berlin"), text, Theme(Choice.LIGHT),
    )  # fmt: skip
    qtbot.addWidget(editor)
    editor.show()
    field = editor.findChildren(QLineEdit)[0]
    field.selectAll()
    QTest.keyClicks(field, "2026-10-25 02:30")
    assert editor._second.isHidden()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert saved == []
    assert "twice" in editor._trouble.text()
    editor._second.setChecked(True)
    QTest.keyClick(field, Qt.Key.Key_Return)
    editor._second.setChecked(False)
    editor._try()
    assert saved == [(second, second + 7200), (first, second + 7200)]


def test_both_versions_stand_side_by_side(office: Office, shown: Shown) -> None:
    the_server_says(office, TWICE, logs=(LOG,))
    words = shown.words()
    for said in ("Counts now", "Fixed the redirect", "Other values", "WEB-7", "Tidied the menu", "as before"):
        assert said in words
    shown.press("Use the other values")
    assert [each["choice"] for each in shown.decisions()] == ["use_other"]


def test_what_a_manager_is_asked_waits_for_them(office: Office, shown: Shown) -> None:
    the_server_says(office, replace(DELETED, asked_at=NINE, choices=()))
    assert "Your manager was asked: 06:00." in shown.words()
    assert office.controller.state.sync.attention == 0


def test_a_card_stays_where_nothing_about_it_changed(office: Office, shown: Shown) -> None:
    the_server_says(office, DELETED, LONG)
    before = list(shown.window._cards)
    office.controller.start(LOGIN)
    assert shown.window._cards == before


def test_the_keyboard_goes_on_with_the_next_item(office: Office, shown: Shown) -> None:
    the_server_says(office, DELETED, LONG)
    shown.window.activateWindow()
    ask = next(each for each in shown.window.findChildren(QPushButton) if each.text() == "Ask the manager")
    ask.setFocus()
    QTest.keyClick(ask, Qt.Key.Key_Space)
    focused = QApplication.focusWidget() or shown.window.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "Change time…"


def test_confirmed_today(office: Office, shown: Shown) -> None:
    the_server_says(office, logs=(DONE,))
    shown.window.hide()
    shown.window.show()
    assert "WEB-7  ·  50" in shown.words()


def test_what_waits_is_not_called_confirmed(office: Office, shown: Shown) -> None:
    office.controller.start(LOGIN)
    office.clock.advance(minutes=10)
    office.controller.stop()
    assert "Nothing yet today." in shown.words()


def test_what_waits_is_exported(office: Office, shown: Shown, tmp_path: Path) -> None:
    office.controller.start(LOGIN)
    for name, said in (("out.json", "timer.start"), ("out.csv", "BP-123")):
        shown.window.export_to(str(tmp_path / name))
        assert said in (tmp_path / name).read_text()
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    shown.window.export_to(str(tmp_path / "no" / "out.json"))
    assert "cannot be written" in shown.window._trouble.text()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_button_has_a_name_and_room(office: Office, qtbot: QtBot, language: str, *, dark: bool) -> None:
    window = OutboxWindow(
        office.controller, Text(language), Theme(Choice.DARK if dark else Choice.LIGHT), ZoneInfo("UTC")
    )
    qtbot.addWidget(window)
    window.show()
    the_server_says(office, DELETED, LONG, TWICE, logs=(LOG,))
    for button in window.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width()
            assert button.mapTo(window, button.rect().topRight()).x() <= window.width()
    for card in window._cards:
        assert card.accessibleName()
