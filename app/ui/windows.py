"""Which windows are there, and when is each made?

Each is made when it is first needed, because the tray must not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from app.core.screen import TimerState
from app.errors import AppError
from app.ui.controller import Controller
from app.ui.text import Text
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.floating import FloatingTimer
    from app.ui.leave_dialog import LeaveDialog
    from app.ui.login_window import LoginWindow
    from app.ui.outbox_window import OutboxWindow
    from app.ui.question_dialog import QuestionDialog
    from app.ui.search_popup import SearchPopup
    from app.ui.stop_dialog import StopDialog


class Windows(QObject):
    """GUI thread. `quit_app` ends the program. `menu_wanted`: open the menu at this point of the screen."""

    menu_wanted = Signal(QPoint)
    failed = Signal(object)  # AppError: a gesture was refused or could not be recorded

    def __init__(
        self, controller: Controller, text: Text, theme: Theme, quit_app: Callable[[], None]
    ) -> None:
        super().__init__()
        self.controller = controller
        self.text = text
        self.theme = theme
        self._quit_app = quit_app
        self._floating: FloatingTimer | None = None
        self._leave: LeaveDialog | None = None
        self._login: LoginWindow | None = None
        self._outbox: OutboxWindow | None = None
        self._question: QuestionDialog | None = None
        self._asked: tuple[object, ...] = ()
        self._search: SearchPopup | None = None
        self._stop: StopDialog | None = None
        controller.changed.connect(self.ask_question)

    # ---- the floating timer -----------------------------------------------------------------------------------

    def show_floating(self) -> None:
        """Where the desktop has no tray it has a place in the taskbar and is all there is of the app."""
        window = self.floating()
        if window.isMinimized():
            window.showNormal()
        window.show()
        window.raise_()
        self._remember_shown(shown=True)

    def hide_floating(self) -> None:
        if self._floating is not None:
            self._floating.hide()
        self._remember_shown(shown=False)

    def is_floating_visible(self) -> bool:
        return self._floating is not None and self._floating.isVisible()

    def floating(self) -> FloatingTimer:
        if self._floating is None:
            from app.ui.floating import FloatingTimer  # noqa: PLC0415  # made when first needed

            in_taskbar = not QSystemTrayIcon.isSystemTrayAvailable()
            self._floating = FloatingTimer(self.controller, self.text, self.theme, in_taskbar=in_taskbar)
            self._floating.menu_wanted.connect(self.menu_wanted)
            self._floating.search_wanted.connect(self.show_search)
            self._floating.sign_in_wanted.connect(self.show_login)
            self._floating.outbox_wanted.connect(self.show_outbox)
            self._floating.stop_wanted.connect(self.ask_stop)
            self._floating.hidden.connect(self._was_hidden)
        return self._floating

    def _was_hidden(self) -> None:
        self._remember_shown(shown=False)

    def _remember_shown(self, *, shown: bool) -> None:
        if self.controller.settings.show_floating != shown:
            self.controller.change_settings(show_floating=shown)

    # ---- the others -------------------------------------------------------------------------------------------

    def show_search(self) -> None:
        if self._search is None:
            from app.ui.search_popup import SearchPopup  # noqa: PLC0415  # made when first needed

            self._search = SearchPopup(self.controller, self.text, self.theme)
        _to_front(self._search)

    def show_login(self) -> None:
        if self._login is None:
            from app.ui.login_window import LoginWindow  # noqa: PLC0415  # made when first needed

            self._login = LoginWindow(self.controller, self.text, self.theme)
        _to_front(self._login)

    def show_outbox(self) -> None:
        _to_front(self._outbox_window())

    def ask_export(self) -> None:
        self._outbox_window().ask_export()

    def _outbox_window(self) -> OutboxWindow:
        if self._outbox is None:
            from app.core.local_time import MachineZone  # noqa: PLC0415  # as below
            from app.ui.outbox_window import OutboxWindow  # noqa: PLC0415  # made when first needed

            self._outbox = OutboxWindow(self.controller, self.text, self.theme, MachineZone())
        return self._outbox

    def ask_question(self, state: TimerState) -> None:
        """Once for each question; who closes the window answers later, or never."""
        if state.question is None:
            return
        from app.core.local_time import MachineZone  # noqa: PLC0415  # as below
        from app.ui.question_dialog import QuestionDialog, subject  # noqa: PLC0415  # made when first needed

        if subject(state.question) == self._asked:
            return
        self._asked = subject(state.question)
        if self._question is None:
            self._question = QuestionDialog(self.controller, self.text, self.theme, MachineZone())
        self._question.ask(state.question)
        _to_front(self._question)

    def sign_out(self) -> None:
        """At once where the server has everything; else the person is asked first."""
        if not self.controller.state.sync.waiting:
            self.controller.sign_out()
            return
        if self._leave is None:
            from app.ui.leave_dialog import LeaveDialog  # noqa: PLC0415  # made when first needed

            self._leave = LeaveDialog(self.controller, self.text, self.theme, self.ask_export)
        self._leave.ask()
        _to_front(self._leave)

    def ask_stop(self) -> None:
        """The time stands still from here on; what is asked then decides nothing about when it stopped."""
        if self.controller.state.stopping_at is None:
            try:
                self.controller.begin_stop()
            except AppError as error:
                self.failed.emit(error)
                return
        if self._stop is None:
            from app.ui.stop_dialog import StopDialog  # noqa: PLC0415  # made when first needed

            self._stop = StopDialog(self.controller, self.text, self.theme)
        _to_front(self._stop)

    def quit(self) -> None:
        self._quit_app()


def _to_front(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
