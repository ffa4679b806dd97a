"""What can be done from the menu of the tray and of the floating timer?

Filled each time it opens, so that it costs nothing before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.core.screen import TimerState, shown_seconds
from app.core.timer import IssueRef, Status, Timer
from app.core.written import duration
from app.errors import AppError
from app.ui.floating_words import status_words, sync_words, today_seconds
from app.ui.format import duration_words
from app.ui.icons import MARK_OF_STATUS, Mark, icon, mark_color, sync_mark
from app.ui.windows import Windows

SUMMARY_LIMIT: Final = 48


class StartIssue(QAction):
    """Starts its issue."""

    def __init__(self, issue: IssueRef, windows: Windows, parent: QMenu) -> None:
        words = windows.text.t("menu.start_issue", key=issue.key, summary=shortened(issue.summary))
        super().__init__(words.replace("&", "&&"), parent)
        self._issue = issue
        self._windows = windows
        self.triggered.connect(self._start)

    def _start(self) -> None:
        try:
            self._windows.controller.start(self._issue)
        except AppError as error:
            self._windows.failed.emit(error)


class TimerMenu(QMenu):
    def __init__(self, windows: Windows) -> None:
        super().__init__()
        self._windows = windows
        self._controller = windows.controller
        self._text = windows.text
        self._start_menu: QMenu | None = None
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        self.clear()
        if self._start_menu is not None:
            self._start_menu.deleteLater()
        self.setPalette(self._windows.theme.palette())
        state = self._controller.state
        self._add_timer(state)
        self.addSeparator()
        self._add_starting(state)
        self.addSeparator()
        self._add_day(state)
        self.addSeparator()
        self._add_view()
        self.addSeparator()
        self._add_account(state)

    def _add_timer(self, state: TimerState) -> None:
        mark = MARK_OF_STATUS[state.status]
        head = self.addAction(self._head(state))
        head.setIcon(icon(mark, mark_color(mark, self._windows.theme.colors)))
        head.triggered.connect(self._windows.show_floating)
        if state.status is Status.RUNNING:
            self._add("menu.pause", self._pause, Mark.PAUSE)
        if state.status is Status.PAUSED:
            self._add("menu.resume", self._resume, Mark.START)
        if state.timer is not None:
            self._add("menu.stop", self._windows.ask_stop, Mark.STOP)

    def _head(self, state: TimerState) -> str:
        if state.timer is None:
            return status_words(Status.IDLE, self._text)
        shown = duration(shown_seconds(state, self._controller.clock.now()))
        return f"{issue_words(state.timer)}\t{shown}".replace("&", "&&")

    def _add_starting(self, state: TimerState) -> None:
        self._start_menu = QMenu(self._text.t("menu.start"), self)
        self._start_menu.setPalette(self.palette())
        for issue in state.recents:
            self._start_menu.addAction(StartIssue(issue, self._windows, self._start_menu))
        if not state.recents:
            self._start_menu.addAction(self._text.t("menu.no_recents")).setEnabled(False)
        self.addMenu(self._start_menu)
        self._add("menu.search", self._windows.show_search)

    def _add_day(self, state: TimerState) -> None:
        seconds = today_seconds(state, self._controller.clock.now())
        today = self.addAction(self._text.t("tray.today", duration=duration_words(seconds)))
        today.setEnabled(False)
        said = sync_words(state, self._controller.clock.now(), self._text)
        if said.mark is Mark.SIGN_IN:
            return  # the item to sign in says it
        words = self.addAction(said.short[:1].upper() + said.short[1:])
        words.setIcon(icon(said.mark, mark_color(said.mark, self._windows.theme.colors)))
        words.setToolTip(said.full)
        words.setEnabled(False)
        self._add_outbox(state.sync.attention)
        self._add("menu.sync", self._controller.sync_now)

    def _add_outbox(self, needs: int) -> None:
        words = self._text.plural("menu.outbox_needs", needs) if needs else self._text.t("menu.outbox")
        self.addAction(words).triggered.connect(self._windows.show_outbox)

    def _add_view(self) -> None:
        floating = self._add("menu.floating", self._toggle_floating)
        floating.setCheckable(True)
        floating.setChecked(self._windows.is_floating_visible())
        compact = self._add("menu.compact", self._toggle_compact)
        compact.setCheckable(True)
        compact.setChecked(self._controller.settings.compact)

    def _add_account(self, state: TimerState) -> None:
        if sync_mark(state) is Mark.SIGN_IN or state.account is None:
            self._add("menu.sign_in", self._windows.show_login, Mark.SIGN_IN)
        else:
            self._add("menu.sign_out", self._windows.sign_out)
        self._add("menu.quit", self._windows.quit)

    def _add(self, key: str, do: Callable[[], object], mark: Mark | None = None) -> QAction:
        action = self.addAction(self._text.t(key))
        if mark is not None:
            action.setIcon(icon(mark, self._windows.theme.colors.text))
        action.triggered.connect(do)
        return action

    def _pause(self) -> None:
        self._try(self._controller.pause)

    def _resume(self) -> None:
        self._try(self._controller.resume)

    def _try(self, gesture: Callable[[], None]) -> None:
        try:
            gesture()
        except AppError as error:
            self._windows.failed.emit(error)

    def _toggle_floating(self) -> None:
        if self._windows.is_floating_visible():
            self._windows.hide_floating()
        else:
            self._windows.show_floating()

    def _toggle_compact(self) -> None:
        self._controller.change_settings(compact=not self._controller.settings.compact)
        self._windows.show_floating()


def issue_words(timer: Timer) -> str:
    return f"{timer.issue.key}  {shortened(timer.issue.summary)}"


def shortened(words: str) -> str:
    if len(words) <= SUMMARY_LIMIT:
        return words
    half = SUMMARY_LIMIT // 2
    return f"{words[:half].rstrip()}…{words[-half:].lstrip()}"
