"""What does the tray say about the timer?

Stores nothing: one method repaints it from the state. The tooltip keeps up in steps of ten seconds; the floating timer
is for those who want the second.
"""

from __future__ import annotations

from typing import Final

from PySide6 import QtCore
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QSystemTrayIcon

from app.core.screen import TimerState, shown_seconds
from app.core.timer import Status
from app.ui.controller import Controller
from app.ui.floating_words import live_cost, sync_words
from app.ui.format import duration_words, moment
from app.ui.icons import Mark, sync_mark, tray_icon
from app.ui.menu import TimerMenu
from app.ui.windows import Windows

TOOLTIP_MS: Final = 10_000
MESSAGE_MS: Final = 8_000


class Tray(QObject):
    """GUI thread. The menu works without a tray too: the floating timer opens it."""

    def __init__(self, controller: Controller, windows: Windows) -> None:
        super().__init__()
        self._controller = controller
        self._windows = windows
        self._text = windows.text
        self._drawn: tuple[Status, Mark, bool] | None = None
        self.menu = TimerMenu(windows)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self._clock = QTimer(self)
        self._clock.setInterval(TOOLTIP_MS)
        self._clock.timeout.connect(self._say)
        self._shows = False
        self._unsaid: list[tuple[str, str, bool]] = []
        controller.changed.connect(self.render)
        windows.theme.changed.connect(self._redraw)
        windows.menu_wanted.connect(self._open_menu)

    @property
    def available(self) -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """A tray that the desktop starts later takes the icon then."""
        self.render(self._controller.state)
        self.icon.show()
        QTimer.singleShot(0, self._complete)

    def _complete(self) -> None:
        """What would take time before the icon shows."""
        self._shows = True
        self._windows.theme.ask_system()
        # Desktops that read the menu over D-Bus may look at it before they say that they open it.
        self.menu.fill()
        for title, words, is_bad in self._unsaid:
            self.pop_up(title, words, is_bad=is_bad)
        self._unsaid.clear()
        self._clock.setTimerType(QtCore.Qt.TimerType.VeryCoarseTimer)
        self._keep_up(self._controller.state)

    def hide(self) -> None:
        self.icon.hide()

    def render(self, state: TimerState) -> None:
        shape = (state.status, sync_mark(state), self._windows.theme.dark)
        if shape != self._drawn:
            self._drawn = shape
            self.icon.setIcon(tray_icon(state, self._windows.theme.colors))
        self._say()
        self._keep_up(state)

    def _keep_up(self, state: TimerState) -> None:
        runs = self._shows and state.status is Status.RUNNING
        if runs != self._clock.isActive():
            if runs:
                self._clock.start()
            else:
                self._clock.stop()

    def tell(self, title: str, words: str, *, is_bad: bool = False) -> None:
        """What is told before the icon shows is told then: the toolkit would drop it."""
        if self._shows:
            self.pop_up(title, words, is_bad=is_bad)
        else:
            self._unsaid.append((title, words, is_bad))

    def pop_up(self, title: str, words: str, *, is_bad: bool) -> None:
        kind = QSystemTrayIcon.MessageIcon.Warning if is_bad else QSystemTrayIcon.MessageIcon.Information
        self.icon.showMessage(title, words, kind, MESSAGE_MS)

    def _redraw(self) -> None:
        self.render(self._controller.state)

    def _say(self) -> None:
        """The desktop is told only what is new: it hears of it over D-Bus."""
        words = self.tooltip()
        if words != self.icon.toolTip():
            self.icon.setToolTip(words)

    def tooltip(self) -> str:
        """Issue and elapsed time, cost, and what waits or needs attention; a line each."""
        state, text = self._controller.state, self._text
        now = self._controller.clock.now()
        lines = [self._timer_words(state, now)]
        if state.timer is not None:
            lines.append(state.timer.issue.summary)
        if cost := live_cost(state, now, text):
            lines.append(cost)
        sync = sync_words(state, now, text)
        if sync.mark is not Mark.SAVED:
            lines.append(sync.short)
        if state.sync.last_contact is not None:
            lines.append(text.t("tray.contact", at=moment(state.sync.last_contact, now, text)))
        return "\n".join(line for line in lines if line)

    def _timer_words(self, state: TimerState, now: int) -> str:
        if state.timer is None:
            return self._text.t("tray.idle")
        words = {"key": state.timer.issue.key, "duration": duration_words(shown_seconds(state, now))}
        if state.status is Status.RUNNING:
            return self._text.t("tray.running", **words)
        return self._text.t("tray.paused", **words)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._windows.show_floating()

    def _open_menu(self, at: QPoint) -> None:
        self.menu.popup(at)
