"""Are people told what happened, in their words, where they look?"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.core.notices import Notice, NoticeKind, Reason
from app.errors import (
    DiskFull,
    FileTrouble,
    NothingRuns,
    OutboxSalvaged,
    OutboxSalvagedInPart,
    SettingsUnwritable,
)
from app.ui.controller import Controller
from app.ui.notices import SAYERS, Notices, Said, said
from app.ui.text import Text
from app.ui.theme import Theme
from app.ui.tray import Tray
from app.ui.windows import Windows
from tests.app.ui.moments import do_nothing

LOGGED = {"issue_key": "BP-123", "seconds": 3600, "cost": Decimal("50.0000"), "currency": "USD"}
VALUES: dict[NoticeKind, dict[str, Any]] = {
    NoticeKind.LOGGED: LOGGED,
    NoticeKind.HELD: {"issue_key": None, "code": "NEW_CODE", "text": "The project BP is locked."},
    NoticeKind.REJECTED: {"code": "NEW_CODE", "text": "The issue is gone."},
    NoticeKind.SIGN_IN_NEEDED: {"waiting": 2},
    NoticeKind.NO_KEYRING: {"path": "/home/anna/token"},
    NoticeKind.STARTED_ELSEWHERE: {"issue_key": "BP-9"},
    NoticeKind.STOPPED_ELSEWHERE: {"issue_key": "BP-9"},
    NoticeKind.LOWERED: {"seconds": 300, "reason": Reason.TRIMMED},
    NoticeKind.REFUSED: {},
    NoticeKind.NO_TLS: {"text": "The certificate is not trusted."},
    NoticeKind.UPGRADE: {},
    NoticeKind.WRONG_SERVER: {},
    NoticeKind.SENT_AGAIN: {},
    NoticeKind.TROUBLE: {"error": DiskFull(Path("/home/anna/queue.sqlite3"))},
    NoticeKind.SETTINGS: {"error": SettingsUnwritable(Path("/home/anna/settings.json"))},
}


QUEUE = Path("/home/anna/queue.sqlite3")
KEPT = Path("/home/anna/queue.sqlite3.damaged-1")


class TrayOf(Tray):
    """A tray that the desktop has, and that remembers what it was told to say."""

    def __init__(self, controller: Controller, windows: Windows, *, there: bool) -> None:
        super().__init__(controller, windows)
        self.there = there
        self.messages: list[tuple[str, str, bool]] = []

    @property
    def available(self) -> bool:
        return self.there

    def tell(self, title: str, words: str, *, is_bad: bool = False) -> None:
        self.messages.append((title, words, is_bad))


@pytest.fixture
def windows(controller: Controller, text: Text, theme: Theme, qtbot: QtBot) -> Windows:
    return Windows(controller, text, theme, do_nothing)


def test_work_that_was_logged(text: Text) -> None:
    assert said(Notice(NoticeKind.LOGGED, LOGGED), text).title == "Logged 1:00:00 for $50.00"
    no_rate = {**LOGGED, "cost": None, "currency": None}
    assert said(Notice(NoticeKind.LOGGED, dict(no_rate)), text) == Said("Logged 1:00:00 on BP-123")
    german = said(Notice(NoticeKind.LOGGED, LOGGED), Text("de"))
    assert german.title.replace("\N{NO-BREAK SPACE}", " ") == "1:00:00 für 50,00 $ erfasst"


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_notice_has_words(kind: NoticeKind, language: str) -> None:
    words = said(Notice(kind, dict(VALUES[kind])), Text(language))
    assert words.title
    for name, value in VALUES[kind].items():
        if isinstance(value, str) and name not in {"code", "currency", "reason"}:
            assert value in words.title + words.words


def test_held_time_is_explained_in_the_persons_language() -> None:
    values: dict[str, object] = {
        "issue_key": "BP-123",
        "code": "ISSUE_DELETED",
        "text": "This issue was deleted.",
    }
    assert "gelöscht" in said(Notice(NoticeKind.HELD, values), Text("de")).words


@pytest.mark.parametrize(
    ("error", "language", "title", "is_bad"),
    [
        (OutboxSalvaged(QUEUE, KEPT), "en", "Your recorded time was restored", False),
        (OutboxSalvaged(QUEUE, KEPT), "de", "Deine erfasste Zeit wurde wiederhergestellt", False),
        (OutboxSalvagedInPart(QUEUE, KEPT, 7), "en", "Please look through your recorded time", True),
        (OutboxSalvagedInPart(QUEUE, KEPT, 7), "de", "Bitte sieh deine erfasste Zeit durch", True),
    ],
)
def test_what_was_made_anew_is_not_said_to_be_lost(
    error: FileTrouble, language: str, title: str, *, is_bad: bool
) -> None:
    """Time is being recorded all the while; what is said is what is safe and where the old file is."""
    shown = said(Notice(NoticeKind.TROUBLE, {"error": error}), Text(language))
    assert (shown.title, shown.is_bad) == (title, is_bad)
    assert str(KEPT) in shown.words


def test_every_kind_is_known() -> None:
    assert set(SAYERS) == set(NoticeKind)


def test_signing_in_counts_what_waits(text: Text) -> None:
    for waiting, words in ((0, "is sent after"), (1, "1 action waits"), (2, "2 actions wait")):
        notice = Notice(NoticeKind.SIGN_IN_NEEDED, {"waiting": waiting})
        assert words in said(notice, text).words


def test_the_tray_says_it(controller: Controller, windows: Windows) -> None:
    tray = TrayOf(controller, windows, there=True)
    notices = Notices(controller, tray, windows)
    controller.told.emit(Notice(NoticeKind.LOGGED, LOGGED))
    windows.failed.emit(NothingRuns())
    windows.failed.emit(DiskFull(Path("/home/anna/queue")))
    assert [each[0] for each in tray.messages] == [
        "Logged 1:00:00 for $50.00",
        "No timer is running.",
        "Your time is not being recorded",
    ]
    assert [each[2] for each in tray.messages] == [False, False, True]
    assert notices.parent() is None


class PoppingTray(Tray):
    """Remembers what the desktop was given to show."""

    def __init__(self, controller: Controller, windows: Windows) -> None:
        super().__init__(controller, windows)
        self.popped: list[tuple[str, str, bool]] = []

    @property
    def available(self) -> bool:
        return True

    def pop_up(self, title: str, words: str, *, is_bad: bool) -> None:
        self.popped.append((title, words, is_bad))


@pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # of a platform without any tray
def test_what_is_told_before_the_icon_shows_is_shown_with_it(
    controller: Controller, windows: Windows, qtbot: QtBot
) -> None:
    """The files are opened before: what happened to them must not go unsaid."""
    tray = PoppingTray(controller, windows)
    notices = Notices(controller, tray, windows)
    controller.told.emit(Notice(NoticeKind.SENT_AGAIN))
    assert tray.popped == []
    tray.show()
    qtbot.waitUntil(lambda: len(tray.popped) == 1)
    controller.told.emit(Notice(NoticeKind.LOGGED, LOGGED))
    assert [each[0] for each in tray.popped] == ["Your time is sent once more", "Logged 1:00:00 for $50.00"]
    assert notices.parent() is None


def test_without_a_tray_the_floating_timer_says_it(
    controller: Controller, windows: Windows, qtbot: QtBot
) -> None:
    tray = TrayOf(controller, windows, there=False)
    notices = Notices(controller, tray, windows)
    window = windows.floating()
    window.show()
    notices.tell(Notice(NoticeKind.SIGN_IN_NEEDED, {"waiting": 2}))
    shown = [label.accessibleName() for label in window.findChildren(QLabel) if label.isVisible()]
    assert any(words.startswith("Please sign in again: ") for words in shown)
    assert tray.messages == []


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_for_less_time_has_words(reason: Reason, language: str) -> None:
    words = said(Notice(NoticeKind.LOWERED, {"seconds": 300, "reason": reason}), Text(language))
    assert "0:05:00" in words.title
    assert words.words
