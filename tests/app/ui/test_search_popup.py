"""Is an issue found and started with a few letters and Enter?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.core.timer import Status
from app.settings import Settings
from app.settings import Theme as Choice
from app.sync.events import Kicked
from app.sync.loop import Happened
from app.ui.search_popup import SearchPopup
from app.ui.text import Text
from app.ui.theme import Theme
from tests.fakes.catalog import Issue
from tests.fakes.office import Office


@dataclass
class Search:
    office: Office
    popup: SearchPopup

    def types(self, words: str) -> None:
        QTest.keyClicks(self.popup._field, words)

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.popup._field, key)

    def choose(self, words: str) -> None:
        """When the work began."""
        (action,) = [each for each in self.popup._menu.findChildren(QAction) if each.text() == words]
        action.trigger()

    @property
    def found(self) -> list[str]:
        rows = (self.popup._list.item(row) for row in range(self.popup._list.count()))
        return [row.text().partition(" ")[0] for row in rows]

    @property
    def nothing(self) -> str:
        return self.popup._nothing.text() if self.popup._nothing.isVisible() else ""

    @property
    def running(self) -> str | None:
        timer = self.office.controller.state.timer
        return None if timer is None else timer.issue.key


def opened(office: Office, qtbot: QtBot) -> Search:
    popup = SearchPopup(office.controller, Text("en"), Theme(Choice.LIGHT))
    qtbot.addWidget(popup)
    popup.show()
    return Search(office, popup)


@pytest.fixture
def office(tmp_path: Path, qtbot: QtBot) -> Iterator[Office]:
    office = Office(tmp_path)
    office.syncs()
    yield office
    office.close()


@pytest.fixture
def search(office: Office, qtbot: QtBot) -> Search:
    return opened(office, qtbot)


def test_a_few_letters_and_enter(search: Search) -> None:
    search.types("redi")
    assert search.found == ["BP-123"]
    search.key(Qt.Key.Key_Return)
    assert search.running == "BP-123"
    assert not search.popup.isVisible()


def test_the_arrows_work_from_the_first_letter(search: Search) -> None:
    search.types("b")
    search.key(Qt.Key.Key_Down)
    second = search.found[1]
    search.types("p")
    assert search.popup._list.currentItem().text().startswith(second)
    search.key(Qt.Key.Key_Return)
    assert search.running == second


def test_the_recent_ones_come_first_without_a_letter(office: Office, qtbot: QtBot) -> None:
    office.controller.start(office.issue("WEB-7"))
    office.controller.stop()
    search = opened(office, qtbot)
    assert search.found[0] == "WEB-7"
    search.key(Qt.Key.Key_Return)
    assert search.running == "WEB-7"


def test_a_click_starts(search: Search) -> None:
    search.types("WEB")
    row = search.popup._list.visualItemRect(search.popup._list.item(0))
    QTest.mouseClick(search.popup._list.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert search.running == "WEB-7"


def test_started_earlier(search: Search) -> None:
    search.choose("Started 10 min ago")
    search.types("BP-123")
    search.key(Qt.Key.Key_Return)
    assert search.office.controller.status()["elapsed_seconds"] == 600
    search.popup.show()
    assert search.popup._ago.text() == "Starts now"


def test_what_cannot_be_started_is_said(search: Search) -> None:
    search.types("BP-123")
    search.key(Qt.Key.Key_Return)
    search.popup.show()
    search.types("BP-123")
    search.key(Qt.Key.Key_Return)
    assert search.popup.isVisible()
    assert "runs already" in search.popup._trouble.text()
    search.types(" ")
    assert search.popup._trouble.text() == ""


def test_nothing_found(search: Search) -> None:
    search.types("zzz")
    assert "zzz" in search.nothing
    search.key(Qt.Key.Key_Return)
    assert search.office.controller.state.status is Status.IDLE
    assert search.popup.isVisible()
    (sync,) = [each for each in search.popup.findChildren(QPushButton) if each.text() == "Sync now"]
    QTest.mouseClick(sync, Qt.MouseButton.LeftButton)
    assert any(isinstance(each, Happened) and each.event == Kicked() for each in search.office.posted)


def test_what_a_sync_brings_appears(search: Search) -> None:
    search.types("brand new")
    assert search.found == []
    search.office.syncs((Issue(200, "BP-200", "A brand new issue", 1),))
    search.office.controller.changed.emit(search.office.controller.state)
    assert search.found == ["BP-200"]


def test_escape_closes_and_forgets(search: Search) -> None:
    search.types("redi")
    search.key(Qt.Key.Key_Escape)
    assert not search.popup.isVisible()
    search.popup.show()
    assert search.popup._field.text() == ""


def test_nobody_signed_in(tmp_path: Path, qtbot: QtBot) -> None:
    office = Office(tmp_path, Settings())
    assert "Sign in" in opened(office, qtbot).nothing
    office.close()


def test_letters_that_no_file_can_keep(search: Search) -> None:
    search.popup._field.setText("\ud800 %_'\"")
    assert search.nothing


def test_a_screen_reader_has_names_for_everything(search: Search) -> None:
    search.types("BP")
    assert search.popup.accessibleName() == "Start a timer"
    assert search.popup._list.accessibleName() == "Found"
    assert search.popup._field.accessibleName() == "Find an issue"
    assert all(each.text() for each in search.popup.findChildren(QPushButton))


def test_every_control_is_reached_by_tab(search: Search) -> None:
    search.types("BP")
    reached = set()
    for _ in range(8):
        focused = search.popup.focusWidget()
        reached.add(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert {search.popup._field, search.popup._list, search.popup._ago, search.popup._go} <= reached
