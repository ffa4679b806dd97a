"""Is what only the person knows asked once, in plain words, and recorded as they say?"""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.core.actions import Cause
from app.core.questions import Away, Option, Question, TakenOver
from app.core.screen import TimerState
from app.settings import Theme as Choice
from app.ui.question_dialog import QuestionDialog, answer_words, said, subject
from app.ui.text import Text
from app.ui.theme import Theme
from app.ui.windows import Windows
from tests.app.ui.moments import RUNNING, do_nothing
from tests.fakes.clock import START
from tests.fakes.desk import LOGIN, MENU
from tests.fakes.office import Office

H = 3600
UTC_ZONE = ZoneInfo("UTC")
SLEPT = Away(LOGIN, Cause.SLEEP, START + H, START + 9 * H)
CRASHED = replace(SLEPT, cause=Cause.CRASH_RECOVERED)
TAKEN_OVER = TakenOver(RUNNING, replace(RUNNING, timer_id="u", claim_id="d", issue=MENU, running_since=START))
ALL: list[Question] = [SLEPT, CRASHED, TAKEN_OVER]


@pytest.fixture
def windows(office: Office, text: Text) -> Windows:
    return Windows(office.controller, text, Theme(Choice.LIGHT), do_nothing)


def slept(office: Office) -> None:
    """One hour of work, nine of sleep, and the app has looked again."""
    office.controller.start(LOGIN)
    office.clock.advance(hours=1)
    office.controller._on_beat()
    office.clock.sleep_machine(hours=9)
    office.clock.advance(minutes=1)
    office.controller._on_beat()


def dialog_of(windows: Windows) -> QuestionDialog:
    assert windows._question is not None
    return windows._question


def press(dialog: QuestionDialog, words: str) -> None:
    (button,) = [
        each for each in dialog.findChildren(QPushButton) if each.text() == words and each.isVisible()
    ]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def kinds(office: Office) -> list[str]:
    return [each["kind"] for each in office.controller.outbox()["waiting"]]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("question", ALL, ids=["slept", "crashed", "taken over"])
def test_each_question_and_answer_has_words(question: Question, language: str) -> None:
    text = Text(language)
    assert "BP-123" in said(question, START + 10 * H, text)
    answers = {answer_words(question, option, START + 10 * H, text) for option in question.options}
    assert len(answers) == len(question.options)


def test_a_sleep_is_asked_about_and_dropped(office: Office, windows: Windows) -> None:
    slept(office)
    dialog = dialog_of(windows)
    assert dialog.isVisible()
    assert dialog._words.text().startswith("The computer slept from ")
    assert dialog._ended.isHidden()
    press(dialog, "I did not work")
    assert kinds(office) == ["timer.start", "timer.pause", "timer.resume"]
    assert not dialog.isVisible()
    assert office.controller.state.question is None


def test_who_closes_it_is_not_asked_again(office: Office, windows: Windows) -> None:
    slept(office)
    dialog = dialog_of(windows)
    dialog.close()
    office.clock.advance(minutes=1)
    office.controller._on_beat()
    assert not dialog.isVisible()
    assert kinds(office) == ["timer.start"]


def test_it_goes_when_it_is_no_question_any_more(office: Office, windows: Windows) -> None:
    slept(office)
    office.controller.stop()
    assert not dialog_of(windows).isVisible()


def test_a_later_second_is_the_same_question() -> None:
    assert subject(CRASHED) == subject(replace(CRASHED, until=CRASHED.until + 60))
    assert subject(CRASHED) != subject(SLEPT)
    assert subject(None) == ()


@pytest.fixture
def after_a_crash(office: Office, text: Text, qtbot: QtBot) -> QuestionDialog:
    office.clock.advance(hours=10)
    dialog = QuestionDialog(office.controller, text, Theme(Choice.LIGHT), UTC_ZONE)
    qtbot.addWidget(dialog)
    dialog.ask(CRASHED)
    dialog.show()
    return dialog


def types(dialog: QuestionDialog, time: str) -> None:
    dialog._ended.selectAll()
    QTest.keyClicks(dialog._ended, time)


@pytest.mark.parametrize(
    ("typed", "said_"),
    [("08:00", "Choose a time from "), ("18:01", "Choose a time from "), ("soon", "is no time")],
)
def test_an_end_that_cannot_be_meant(after_a_crash: QuestionDialog, typed: str, said_: str) -> None:
    types(after_a_crash, typed)
    press(after_a_crash, "End it then")
    assert said_ in after_a_crash._trouble.text()
    assert after_a_crash.isVisible()


def test_the_end_can_be_put_right(
    office: Office, after_a_crash: QuestionDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[tuple[Option, int | None]] = []
    monkeypatch.setattr(office.controller, "answer", lambda option, at: answered.append((option, at)))
    press(after_a_crash, "End it then")
    after_a_crash.ask(CRASHED)
    after_a_crash.show()
    types(after_a_crash, "11:30")
    QTest.keyClick(after_a_crash._ended, Qt.Key.Key_Return)
    assert answered == [(Option.DROP, None), (Option.DROP, START + 2 * H + 1800)]


def test_nothing_is_asked_where_nothing_is_open(windows: Windows) -> None:
    windows.ask_question(TimerState())
    assert windows._question is None
