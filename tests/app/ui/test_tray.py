"""Can everything be done from the tray, and does it say what is true?"""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from app.core.screen import TimerState
from app.errors import AppError
from app.settings import Theme as Choice
from app.ui.controller import Controller
from app.ui.menu import SUMMARY_LIMIT, TimerMenu, shortened
from app.ui.text import Text
from app.ui.theme import Theme
from app.ui.tray import Tray
from app.ui.windows import Windows
from tests.app.ui.moments import (
    AT_WORK,
    FRESH,
    IDLE,
    MOMENTS,
    NO_RATE,
    ON_A_BREAK,
    SIGNED_OUT,
    do_nothing,
    offline,
)
from tests.fakes.clock import FakeClock
from tests.fakes.desk import LOGIN


@pytest.fixture
def quits() -> list[str]:
    return []


@pytest.fixture
def windows(controller: Controller, text: Text, theme: Theme, quits: list[str], qtbot: QtBot) -> Windows:
    return Windows(controller, text, theme, lambda: quits.append("quit"))


@pytest.fixture
def tray(controller: Controller, windows: Windows) -> Tray:
    return Tray(controller, windows)


def open_menu(tray: Tray) -> list[str]:
    tray.menu.aboutToShow.emit()
    return [words(action) for action in tray.menu.actions() if not action.isSeparator()]


def words(action: QAction) -> str:
    return action.text().replace("&&", "§").replace("&", "").replace("§", "&")


def item(menu: QMenu, begin: str) -> QAction:
    return next(action for action in menu.actions() if words(action).startswith(begin))


def show(tray: Tray, controller: Controller, state: TimerState) -> None:
    controller.state = state
    tray.render(state)


def test_the_menu_costs_nothing_before_it_opens(tray: Tray) -> None:
    assert tray.menu.actions() == []


@pytest.mark.parametrize(
    ("state", "there", "missing"),
    [
        (
            AT_WORK,
            ["BP-123", "Pause", "Stop", "Start", "Search", "Today", "Saved", "Sign out", "Quit"],
            ["Resume"],
        ),
        (ON_A_BREAK, ["BP-123", "Resume", "Stop"], ["Pause"]),
        (IDLE, ["Nothing runs", "Start"], ["Pause", "Resume", "Stop"]),
        (SIGNED_OUT, ["Sign in", "Pause"], ["Sign out"]),
        (FRESH, ["Sign in", "Quit"], ["Sign out", "Pause"]),
        (offline(2), ["2 waiting"], []),
    ],
)
def test_the_items_of_a_state(
    tray: Tray, controller: Controller, state: TimerState, there: list[str], missing: list[str]
) -> None:
    show(tray, controller, state)
    items = open_menu(tray)
    for begin in there:
        assert [each for each in items if each.startswith(begin)], (begin, items)
    for begin in missing:
        assert not [each for each in items if each.startswith(begin)], (begin, items)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("state", MOMENTS.values(), ids=MOMENTS)
def test_no_two_items_share_a_key(
    controller: Controller, theme: Theme, qtbot: QtBot, state: TimerState, language: str
) -> None:
    controller.state = state
    menu = TimerMenu(Windows(controller, Text(language), theme, do_nothing))
    menu.fill()
    marked = [action.text().replace("&&", "").partition("&")[2][:1].lower() for action in menu.actions()]
    keys = [key for key in marked if key]
    assert len(keys) == len(set(keys)), keys


def test_pause_resume_and_quit(tray: Tray, controller: Controller, quits: list[str]) -> None:
    controller.start(LOGIN)
    open_menu(tray)
    item(tray.menu, "Pause").trigger()
    assert controller.state.status == "paused"
    open_menu(tray)
    item(tray.menu, "Resume").trigger()
    assert controller.state.status == "running"
    item(tray.menu, "Quit").trigger()
    assert quits == ["quit"]


def test_recent_work_starts_with_two_clicks(tray: Tray, controller: Controller) -> None:
    show(tray, controller, IDLE)
    open_menu(tray)
    recents = item(tray.menu, "Start").menu()
    assert isinstance(recents, QMenu)
    item(recents, "BP-123").trigger()
    assert controller.state.timer is not None
    assert controller.state.timer.issue == LOGIN


def test_a_menu_that_is_behind_says_why_nothing_happened(
    tray: Tray, controller: Controller, windows: Windows, qtbot: QtBot
) -> None:
    show(tray, controller, AT_WORK)
    open_menu(tray)
    with qtbot.waitSignal(windows.failed) as failed:
        item(tray.menu, "Pause").trigger()
    assert isinstance(failed.args[0], AppError)
    with qtbot.waitSignal(windows.failed):
        item(tray.menu, "Stop").trigger()


def test_it_shows_and_hides_the_floating_timer(tray: Tray, windows: Windows, controller: Controller) -> None:
    open_menu(tray)
    item(tray.menu, "Show floating timer").trigger()
    assert windows.is_floating_visible()
    open_menu(tray)
    shown = item(tray.menu, "Show floating timer")
    assert shown.isChecked()
    shown.trigger()
    assert not windows.is_floating_visible()
    assert not controller.settings.show_floating


def test_a_left_click_shows_the_floating_timer(tray: Tray, windows: Windows) -> None:
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert windows.is_floating_visible()


def test_the_floating_timer_opens_the_same_menu(tray: Tray, windows: Windows) -> None:
    windows.menu_wanted.emit(QPoint(10, 10))
    assert tray.menu.isVisible()
    tray.menu.close()


def test_the_compact_form_is_chosen_in_the_menu(tray: Tray, windows: Windows, controller: Controller) -> None:
    open_menu(tray)
    item(tray.menu, "Compact").trigger()
    assert controller.settings.compact
    assert windows.is_floating_visible()


def test_the_tooltip_says_issue_time_cost_and_what_waits(
    tray: Tray, controller: Controller, clock: FakeClock
) -> None:
    show(tray, controller, offline(3))
    lines = tray.tooltip().replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines == ["BP-123 runs: 1 h 12", "Fix the login redirect", "$60.11", "3 waiting"]
    clock.advance(minutes=1)
    tray._clock.timeout.emit()
    assert "1 h\N{NO-BREAK SPACE}13" in tray.icon.toolTip().replace("1\N{NO-BREAK SPACE}h", "1 h")
    show(tray, controller, NO_RATE)
    assert "$" not in tray.tooltip()
    show(tray, controller, ON_A_BREAK)
    assert "paused" in tray.tooltip()
    show(tray, controller, IDLE)
    assert tray.tooltip().splitlines() == ["Nothing runs", "Confirmed by the server 09:00"]


@pytest.mark.qt_log_ignore("No such signal .*systemTrayWindowChanged")  # off screen there is no tray
def test_the_tooltip_keeps_up_only_while_time_runs(tray: Tray, controller: Controller, qtbot: QtBot) -> None:
    show(tray, controller, AT_WORK)
    assert not tray._clock.isActive(), "nobody can look at it yet"
    tray.show()
    qtbot.waitUntil(tray._clock.isActive)
    show(tray, controller, ON_A_BREAK)
    assert not tray._clock.isActive()
    show(tray, controller, AT_WORK)
    assert tray._clock.isActive()


def test_the_icon_is_drawn_anew_only_when_its_shape_changes(
    tray: Tray, controller: Controller, theme: Theme
) -> None:
    show(tray, controller, offline(1))
    before = tray.icon.icon().cacheKey()
    show(tray, controller, offline(2))
    assert tray.icon.icon().cacheKey() == before
    theme.choose(Choice.DARK)
    assert tray.icon.icon().cacheKey() != before


def test_a_long_summary_is_shortened_in_the_middle() -> None:
    assert shortened("Tidy the menu") == "Tidy the menu"
    short = shortened("Fix the login redirect after the session has expired in another tab of the browser")
    assert len(short) <= SUMMARY_LIMIT + 1
    assert short.startswith("Fix the login")
    assert short.endswith("the browser")


def test_stop_fixes_the_time_before_it_asks(tray: Tray, controller: Controller, windows: Windows) -> None:
    controller.start(LOGIN)
    open_menu(tray)
    item(tray.menu, "Stop").trigger()
    assert controller.state.stopping_at is not None
    controller.cancel_stop()
