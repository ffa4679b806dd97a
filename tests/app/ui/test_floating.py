"""Does the floating timer show the right second, in every state, to everybody?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.core.screen import Link, SyncState, TimerState
from app.settings import Theme as Choice
from app.ui.controller import Controller
from app.ui.floating import FloatingTimer
from app.ui.floating_labels import Elided, Figures
from app.ui.floating_place import arrangement
from app.ui.floating_shell import _areas, _screens
from app.ui.floating_words import Line, sync_words
from app.ui.steady import Steady
from app.ui.text import Text
from app.ui.theme import DARK, LIGHT, Theme
from tests.app.ui.moments import (
    AT_WORK,
    FRESH,
    IDLE,
    MOMENTS,
    NEEDS_ANNA,
    ON_A_BREAK,
    SIGNED_OUT,
    STOPPING,
    offline,
)
from tests.fakes.clock import START, FakeClock
from tests.fakes.desk import LOGIN

MakeFloating = Callable[..., FloatingTimer]


@pytest.fixture
def make(qtbot: QtBot, controller: Controller, text: Text, theme: Theme) -> MakeFloating:
    def make(state: TimerState = AT_WORK, *, compact: bool = False, language: Text = text) -> FloatingTimer:
        controller.state = state
        controller.change_settings(compact=compact)
        window = FloatingTimer(controller, language, theme)
        qtbot.addWidget(window)
        window.show()
        return window

    return make


def labels(window: FloatingTimer) -> list[str]:
    """What a screen reader reads."""
    shown = [label for label in window.findChildren(QLabel) if label.isVisible()]
    return [name_of(label) for label in shown]


def name_of(widget: QLabel | QPushButton) -> str:
    """As Qt tells screen readers. Not asked of QAccessible: its interfaces would be deleted twice."""
    return widget.accessibleName() or widget.text()


def buttons(window: FloatingTimer) -> list[QPushButton]:
    return [button for button in window.findChildren(QPushButton) if button.isVisible()]


def button(window: FloatingTimer, words: str) -> QPushButton:
    return next(each for each in buttons(window) if name_of(each).startswith(words))


def next_second(window: FloatingTimer, clock: FakeClock) -> None:
    clock.advance(seconds=1)
    window._ticker._timer.timeout.emit()


# ---- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compact", [False, True])
def test_each_second_is_shown(make: MakeFloating, clock: FakeClock, *, compact: bool) -> None:
    window = make(compact=compact)
    assert {"1:12:08", "$60.11"} <= set(labels(window))
    next_second(window, clock)
    assert {"1:12:09", "$60.13"} <= set(labels(window))


def test_late_ticks_are_made_good(make: MakeFloating, clock: FakeClock) -> None:
    window = make()
    for _ in range(100):
        clock.advance(seconds=2.37)
        window._ticker._timer.timeout.emit()
    assert "1:16:05" in labels(window)


def test_it_ticks_just_after_the_second(make: MakeFloating, clock: FakeClock) -> None:
    clock.advance(seconds=0.25)
    window = make()
    assert window._ticker._timer.interval() == 750
    clock.advance(seconds=0.875)
    window._ticker._timer.timeout.emit()
    assert window._ticker._timer.interval() == 875


def test_it_ticks_only_while_time_runs_and_somebody_sees_it(make: MakeFloating) -> None:
    window = make()
    for state, ticks in (
        (ON_A_BREAK, False),
        (AT_WORK, True),
        (STOPPING, False),
        (AT_WORK, True),
        (IDLE, False),
    ):
        window.render_state(state)
        assert window.ticks is ticks
    window.render_state(AT_WORK)
    seen = []
    for show in (window.hide, window.show):
        show()
        seen.append(window.ticks)
    assert seen == [False, True]


def test_the_width_stays_from_second_to_second(make: MakeFloating, clock: FakeClock) -> None:
    window = make()
    figures = window.findChildren(Figures)
    before = [label.width() for label in figures]
    for _ in range(51):
        next_second(window, clock)
        assert [label.width() for label in figures] == before
        for label in figures:
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()


# ---- states -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("compact", [False, True], ids=["full", "compact"])
@pytest.mark.parametrize("state", MOMENTS.values(), ids=MOMENTS)
def test_every_state_fits_and_every_button_has_a_name(
    make: MakeFloating, state: TimerState, language: str, *, compact: bool
) -> None:
    window = make(state, compact=compact, language=Text(language))
    assert window.width() >= (248 if compact else 304)
    for each in buttons(window):
        assert name_of(each)
        assert each.toolTip()
        least = 24 if compact else 32
        assert min(each.width(), each.height()) >= least
        assert window.rect().contains(each.mapTo(window, each.rect().topLeft()))
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text() and not isinstance(label, Elided):
            assert label.sizeHint().width() <= label.width()


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (AT_WORK, ["Menu", "Pause", "Stop", "saved"]),
        (ON_A_BREAK, ["Menu", "Resume", "Stop", "saved"]),
        (IDLE, ["Menu", "Start…", "saved", "Start BP-123", "Start WEB-7", "Start BP-9"]),
        (FRESH, ["Menu", "Start…", "Sign in…"]),
    ],
)
def test_the_buttons_of_a_state(make: MakeFloating, state: TimerState, names: list[str]) -> None:
    found = [name_of(each) for each in buttons(make(state))]
    assert len(found) == len(names)
    assert all(name.startswith(begin) for name, begin in zip(found, names, strict=True))


def test_without_a_budget_it_has_the_size_of_the_brief(make: MakeFloating) -> None:
    assert make(MOMENTS["no budget"]).size().width() == 304


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "state", [offline(12), replace(AT_WORK, sync=SyncState(Link.ATTENTION, attention=12)), SIGNED_OUT]
)
def test_its_width_is_the_same_whatever_it_says_of_the_server(
    make: MakeFloating, state: TimerState, language: str
) -> None:
    assert make(state, language=Text(language)).size().width() == make(AT_WORK).size().width()


def test_a_long_summary_gives_way_in_the_middle(make: MakeFloating) -> None:
    window = make()
    summary = window.findChildren(Elided)[0]
    summary.say("Fix the login redirect after the session has expired in another tab of the browser")
    assert "…" in summary.text()
    assert summary.text().startswith("Fix")
    assert summary.text().endswith("browser"[-2:])
    assert summary.toolTip() == summary.accessibleName()
    assert summary.toolTip().startswith("Fix the login redirect after the session")


def test_light_and_dark_change_while_it_is_open(make: MakeFloating, theme: Theme) -> None:
    window = make()
    for choice, colors in ((Choice.DARK, DARK), (Choice.LIGHT, LIGHT)):
        theme.choose(choice)
        image = window.grab().toImage()
        assert image.pixelColor(image.width() // 2, 3).name().upper() == colors.surface


def test_offline_the_compact_form_counts(make: MakeFloating) -> None:
    window = make(offline(3), compact=True)
    assert button(window, "3 waiting").text() == "3"


# ---- sync never flickers --------------------------------------------------------------------------------------


def test_a_state_of_sync_is_shown_when_it_lasts(make: MakeFloating) -> None:
    window = make()
    window.render_state(offline(1))
    assert button(window, "saved")
    window._steady._timer.timeout.emit()
    assert button(window, "1 waiting")


def test_what_passes_is_never_shown(qtbot: QtBot, text: Text) -> None:
    steady = Steady(sync_words(AT_WORK, START, text))
    steady.say(sync_words(offline(1), START, text))
    assert steady._timer.isActive()
    steady.say(sync_words(AT_WORK, START, text))
    assert not steady._timer.isActive()
    assert steady.shown == sync_words(AT_WORK, START, text)


# ---- hands ----------------------------------------------------------------------------------------------------


def test_pause_resume_and_stop(make: MakeFloating, controller: Controller, qtbot: QtBot) -> None:
    controller.start(LOGIN)
    window = make(controller.state)
    button(window, "Pause").click()
    assert controller.state.status == "paused"
    button(window, "Resume").click()
    assert controller.state.status == "running"
    with qtbot.waitSignal(window.stop_wanted):
        button(window, "Stop").click()


def test_a_recent_issue_starts_with_one_press(make: MakeFloating, controller: Controller) -> None:
    window = make(IDLE)
    button(window, "Start BP-123").click()
    assert controller.state.timer is not None
    assert controller.state.timer.issue == LOGIN


def test_start_opens_the_search_and_first_of_all_the_sign_in(make: MakeFloating, qtbot: QtBot) -> None:
    window = make(IDLE)
    with qtbot.waitSignal(window.search_wanted):
        button(window, "Start…").click()
    window = make(FRESH)
    with qtbot.waitSignal(window.sign_in_wanted):
        button(window, "Start…").click()


def test_the_sync_mark_syncs_shows_what_needs_somebody_or_signs_in(
    make: MakeFloating, posted: list[object], qtbot: QtBot
) -> None:
    window = make(offline(3))
    posted.clear()
    button(window, "3 waiting").click()
    assert posted
    window = make(NEEDS_ANNA)
    with qtbot.waitSignal(window.outbox_wanted):
        button(window, "2 need you").click()
    window = make(SIGNED_OUT)
    with qtbot.waitSignal(window.sign_in_wanted):
        button(window, "Sign in").click()


def test_a_refusal_is_said_where_the_person_looks(make: MakeFloating) -> None:
    window = make(AT_WORK)  # the screen is behind: nothing runs any more
    button(window, "Pause").click()
    assert "No timer is running." in labels(window)
    window._forget.timeout.emit()
    assert "No timer is running." not in labels(window)


def test_the_keyboard_reaches_and_presses_everything(
    make: MakeFloating, qtbot: QtBot, controller: Controller
) -> None:
    controller.start(LOGIN)
    window = make(controller.state)
    window.activateWindow()
    window.setFocus()
    reached = []
    for _ in buttons(window):
        QTest.keyClick(window, Qt.Key.Key_Tab)
        reached.append(window.focusWidget())
    assert set(reached) == set(buttons(window))
    pause = button(window, "Pause")
    QTest.keyClick(pause, Qt.Key.Key_Return)
    assert controller.state.status == "paused"
    QTest.keyClick(pause, Qt.Key.Key_Space)
    assert controller.state.status == "running"


def test_the_ring_is_for_the_keyboard(make: MakeFloating, qtbot: QtBot) -> None:
    window = make()
    with qtbot.waitActive(window):
        window.activateWindow()
    pause = button(window, "Pause")
    bare = pause.grab().toImage()
    pause.setFocus(Qt.FocusReason.MouseFocusReason)
    assert pause.grab().toImage() == bare
    pause.clearFocus()
    pause.setFocus(Qt.FocusReason.TabFocusReason)
    assert pause.grab().toImage() != bare


def test_escape_hides_it(make: MakeFloating, qtbot: QtBot) -> None:
    window = make()
    with qtbot.waitSignal(window.hidden):
        QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_without_a_tray_it_is_never_lost(
    qtbot: QtBot, controller: Controller, text: Text, theme: Theme
) -> None:
    window = FloatingTimer(controller, text, theme, in_taskbar=True)
    qtbot.addWidget(window)
    window.show()
    assert window.windowType() == Qt.WindowType.Window
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.isMinimized()
    assert not window.isHidden()


def test_a_double_click_changes_the_form(make: MakeFloating, qtbot: QtBot, controller: Controller) -> None:
    window = make()
    full = window.height()
    QTest.mouseDClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(5, 5))
    assert controller.settings.compact
    assert window.layout() is not None
    qtbot.waitUntil(lambda: window.height() < full)
    assert "1:12:08" in labels(window)


def test_words_are_told_for_a_while(make: MakeFloating) -> None:
    window = make(compact=True)
    window.tell(Line("Signed in."))
    assert "Signed in." in labels(window)


# ---- place ----------------------------------------------------------------------------------------------------


def test_its_place_is_remembered(
    make: MakeFloating, controller: Controller, text: Text, theme: Theme
) -> None:
    window = make()
    window.move(100, 120)
    window._settle()
    assert controller.settings.positions[arrangement(_screens())] == (100, 120)
    again = make()
    assert again.pos() == QPoint(100, 120)


def test_a_place_off_screen_is_brought_back(make: MakeFloating, controller: Controller) -> None:
    controller.change_settings(positions={arrangement(_screens()): (9000, -4000)})
    window = make()
    assert any(area.contains(window.geometry()) for area in _areas())


def test_when_screens_change_it_stays_in_reach(make: MakeFloating) -> None:
    window = make()
    window.move(9000, 9000)
    window._screens_changed()
    assert any(area.contains(window.geometry()) for area in _areas())


def mouse(window: FloatingTimer, kind: QEvent.Type, at: QPoint) -> None:
    """At a point of the screen, with the left button held."""
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        kind, QPointF(window.mapFromGlobal(at)), QPointF(at), left, left, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, event)


def test_it_is_dragged_by_hand_where_the_system_does_not_help(make: MakeFloating) -> None:
    window = make()
    window.move(100, 100)
    mouse(window, QEvent.Type.MouseButtonPress, QPoint(110, 105))
    for at in (QPoint(111, 105), QPoint(150, 150), QPoint(190, 205)):
        mouse(window, QEvent.Type.MouseMove, at)
    assert window.pos() == QPoint(180, 200)
    assert window._rest.isActive()
    mouse(window, QEvent.Type.MouseButtonRelease, QPoint(190, 205))
    mouse(window, QEvent.Type.MouseMove, QPoint(300, 300))
    assert window.pos() == QPoint(180, 200)
