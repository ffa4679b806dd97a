"""What does the floating timer show now, and what happens when it is used?

One window with two faces. It ticks only while it is seen and the time runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEasingCurve, QEvent, QPoint, QPropertyAnimation, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QContextMenuEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QLayout, QVBoxLayout

from app.core.screen import TimerState
from app.core.timer import IssueRef, Status
from app.errors import AppError
from app.ui.controller import Controller
from app.ui.floating_compact import CompactFace
from app.ui.floating_full import FullFace
from app.ui.floating_hands import Hands
from app.ui.floating_shell import Shell
from app.ui.floating_words import Line, Tone, sync_words
from app.ui.icons import Mark
from app.ui.steady import Steady
from app.ui.text import Text
from app.ui.theme import Theme
from app.ui.ticker import Ticker

APPEARS_MS: Final = 120
FADES: Final = {
    "windows",
    "cocoa",
    "xcb",
}  # other platforms know no opacity of a window and warn at each step
TOLD_MS: Final = 8000


class FloatingTimer(Shell):
    """`in_taskbar`: the desktop has no tray, so the window is the app: it cannot be hidden, only minimised."""

    search_wanted = Signal()
    sign_in_wanted = Signal()
    stop_wanted = Signal()
    outbox_wanted = Signal()
    menu_wanted = Signal(QPoint)
    hidden = Signal()

    def __init__(self, controller: Controller, text: Text, theme: Theme, *, in_taskbar: bool = False) -> None:
        super().__init__(theme, controller.settings.positions, in_taskbar=in_taskbar)
        self._controller = controller
        self._text = text
        self._in_taskbar = in_taskbar
        self._state = controller.state
        self._told: Line | None = None
        self._compact = controller.settings.compact
        self._ticker = Ticker(controller.clock, self)
        self._steady = Steady(sync_words(self._state, controller.clock.now(), text), self)
        self._hands = Hands(
            self._toggle, self.stop_wanted.emit, self._search, self._start, self._sync, self._menu
        )
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(TOLD_MS)
        self._appear = QPropertyAnimation(self, b"windowOpacity", self)
        self._appear.setDuration(APPEARS_MS)
        self._appear.setEasingCurve(QEasingCurve.Type.OutQuad)
        self.setWindowTitle(text.t("timer.window"))
        self._build()
        self._connect()

    def _build(self) -> None:
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self._face = self._make_face()
        layout.addWidget(self._face)
        self.render_state(self._state)
        self.adjustSize()

    def _connect(self) -> None:
        self._controller.changed.connect(self.render_state)
        self._controller.settings_changed.connect(self._settings_changed)
        self._ticker.second.connect(self._tick)
        self._steady.changed.connect(self._render)
        self._forget.timeout.connect(self._forget_told)
        self.placed.connect(self._remember)

    def render_state(self, state: TimerState) -> None:
        self._state = state
        self._steady.say(sync_words(state, self._controller.clock.now(), self._text))
        self._render()

    def tell(self, line: Line) -> None:
        """Shows it for some seconds in place of the line below the time."""
        self._told = line
        self._forget.start()
        self._render()

    @property
    def ticks(self) -> bool:
        return self._ticker.runs

    # ---- showing --------------------------------------------------------------------------------------------

    def _render(self) -> None:
        self._face.show_state(self._state, self._controller.clock.now(), self._steady.shown, self._told)
        self._mind_the_ticker()

    def _tick(self) -> None:
        self._face.tick(self._state, self._controller.clock.now())

    def _mind_the_ticker(self) -> None:
        moves = self._state.status is Status.RUNNING and self._state.stopping_at is None
        self._ticker.run(moves and self.isVisible() and not self.isMinimized())

    def _forget_told(self) -> None:
        self._told = None
        self._render()

    def _make_face(self) -> FullFace | CompactFace:
        make = CompactFace if self._compact else FullFace
        return make(self._hands, self._text, self._theme, self)

    def _change_face(self) -> None:
        old = self._face
        self._face = self._make_face()
        self._layout.replaceWidget(old, self._face)
        old.hide()
        old.deleteLater()
        self._face.show()
        self._render()
        self._fade_in()

    def _settings_changed(self) -> None:
        compact = self._controller.settings.compact
        if compact != self._compact:
            self._compact = compact
            self._change_face()

    def _fade_in(self) -> None:
        if self._theme.moves and self.isVisible() and QGuiApplication.platformName() in FADES:
            self._appear.stop()
            self._appear.setStartValue(0.0)
            self._appear.setEndValue(1.0)
            self._appear.start()

    # ---- what the faces press ---------------------------------------------------------------------------------

    def _toggle(self) -> None:
        running = self._state.status is Status.RUNNING
        self._try(self._controller.pause if running else self._controller.resume)

    def _search(self) -> None:
        """Before anybody signed in there is nothing to find."""
        if self._state.account is None:
            self.sign_in_wanted.emit()
        else:
            self.search_wanted.emit()

    def _start(self, issue: IssueRef) -> None:
        try:
            self._controller.start(issue)
        except AppError as error:
            self.tell(Line(self._text.error(error), Tone.ERROR))

    def _sync(self) -> None:
        if self._steady.shown.mark is Mark.SIGN_IN:
            self.sign_in_wanted.emit()
        elif self._steady.shown.mark is Mark.ATTENTION and self._state.sync.attention:
            self.outbox_wanted.emit()
        else:
            self._controller.sync_now()

    def _menu(self) -> None:
        self.menu_wanted.emit(self.mapToGlobal(QPoint(self.width() - 12, 36)))

    def _try(self, gesture: Callable[[], None]) -> None:
        try:
            gesture()
        except AppError as error:
            self.tell(Line(self._text.error(error), Tone.ERROR))

    def _remember(self, screens: str, place: QPoint) -> None:
        places = {**self._controller.settings.positions, screens: (place.x(), place.y())}
        self._controller.change_settings(positions=places)

    # ---- Qt's events ------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        self.take_place()
        self._render()
        self._fade_in()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        super().hideEvent(event)
        self._mind_the_ticker()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._mind_the_ticker()
        elif event.type() == QEvent.Type.ApplicationFontChange:
            self._change_face()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        event.ignore()
        self._put_away()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self._controller.change_settings(compact=not self._compact)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802  # Qt's name
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        if event.key() == Qt.Key.Key_Escape:
            self._put_away()
        else:
            super().keyPressEvent(event)

    def _put_away(self) -> None:
        if self._in_taskbar:
            self.showMinimized()
        else:
            self.hide()
            self.hidden.emit()
