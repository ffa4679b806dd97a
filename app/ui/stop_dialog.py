"""What did you do?

Opens when stop was pressed, with the time as it stood then. Skip records without words; closing the window keeps the
words that were typed, because the person had pressed stop and nothing typed should be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.core.screen import TimerState, shown_cost, shown_seconds
from app.core.written import duration
from app.errors import AppError
from app.ui.controller import Controller
from app.ui.dialog import Dialog, Trouble
from app.ui.format import money
from app.ui.text import Text
from app.ui.theme import Theme, figures

WIDTH: Final = 440
PADDING: Final = 20
GAP: Final = 8
LINES: Final = 4
TIME_SCALE: Final = 2.0
COST_SCALE: Final = 1.2
SEMIBOLD: Final = 600
ENTER: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class StopDialog(Dialog):
    """Shown after `controller.begin_stop()`; ends by exactly one of stop and cancel_stop."""

    def __init__(self, controller: Controller, text: Text, theme: Theme) -> None:
        super().__init__(
            text.t("stop.title"), theme, Qt.WindowType.Dialog | Qt.WindowType.WindowStaysOnTopHint
        )
        self._controller = controller
        self._text = text
        self._issue = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._issue.setProperty("role", "secondary")
        self._time = QLabel()
        self._time.setFont(figures(self.font(), TIME_SCALE, SEMIBOLD))
        self._cost = QLabel()
        self._cost.setFont(figures(self.font(), COST_SCALE))
        self._description = Description()
        self._description.setPlaceholderText(text.t("stop.example"))
        self._description.textChanged.connect(self._edited)
        self._description.done.connect(self._save)
        self._trouble = Trouble()
        self._save_button = self._button("stop.save", self._save)
        self._save_button.setToolTip(text.t("stop.save_tip"))
        self._skip = self._button("stop.skip", self._skip_words)
        self._skip.setToolTip(text.t("stop.skip_tip"))
        self._keep = self._button("stop.keep_running", self._keep_running)
        self._keep.setToolTip(text.t("stop.keep_running_tip"))
        self._lay_out()
        self._save_button.setDefault(True)  # a button knows its window only now
        controller.changed.connect(self.render_state)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self._keep_words)

    def _button(self, key: str, pressed: Callable[[], None]) -> QPushButton:
        button = QPushButton(self._text.t(key))
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        title = QLabel(self._text.t("stop.question"))
        title.setProperty("role", "title")
        title.setBuddy(self._description)
        self._description.setAccessibleName(self._text.t("stop.question"))
        numbers = QHBoxLayout()
        numbers.addWidget(self._time, 0, Qt.AlignmentFlag.AlignBottom)
        numbers.addStretch()
        numbers.addWidget(self._cost, 0, Qt.AlignmentFlag.AlignBottom)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self._keep)
        buttons.addStretch()
        buttons.addWidget(self._skip)
        buttons.addWidget(self._save_button)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        lines.setSpacing(GAP)
        lines.addWidget(self._issue)
        lines.addLayout(numbers)
        lines.addSpacing(GAP)
        lines.addWidget(title)
        lines.addWidget(self._description)
        lines.addWidget(self._trouble)
        lines.addSpacing(GAP)
        lines.addLayout(buttons)
        lines.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self._issue.setFixedWidth(WIDTH)
        order = (self._description, self._save_button, self._skip, self._keep)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    # ---- showing --------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        if not event.spontaneous():
            self.render_state(self._controller.state)
            self._description.setFocus()

    def render_state(self, state: TimerState) -> None:
        """Goes away when the stop was settled elsewhere."""
        if not self.isVisible():
            return
        if state.stopping_at is None or state.timer is None:
            self._leave()
            return
        issue = state.timer.issue
        self._issue.setText(f"{issue.key}  {issue.summary}".strip())
        self._time.setText(duration(shown_seconds(state, state.stopping_at)))
        amount, rate = shown_cost(state, state.stopping_at), state.timer.rate
        self._cost.setText("" if amount is None or rate is None else money(amount, rate.currency, self._text))

    def _leave(self) -> None:
        self._description.clear()
        self._trouble.calm()
        self.hide()

    def _edited(self) -> None:
        self._trouble.calm()

    # ---- the three ways out -----------------------------------------------------------------------------------

    def _save(self) -> None:
        self._settle(lambda: self._controller.stop(self._description.toPlainText()))

    def _skip_words(self) -> None:
        self._settle(lambda: self._controller.stop(None))

    def _keep_running(self) -> None:
        self._settle(self._controller.cancel_stop)

    def _settle(self, gesture: Callable[[], None]) -> None:
        """What fails is said, and everything that was typed stays."""
        if self._controller.state.stopping_at is not None:
            try:
                gesture()
            except AppError as error:
                self._trouble.say(self._text.error(error))
                self._description.setFocus()
                return
        self._leave()

    def _keep_words(self) -> None:
        """The app ends while it asks; what cannot be saved now is recorded without words at the next start."""
        if self.isVisible():
            self._save()

    def reject(self) -> None:
        """Escape; the person who cannot save (a full disk) gets away by asking twice, and the time stays as it was."""
        if self._trouble.isVisible():
            self.hide()
        else:
            self._save()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        self.reject()
        event.setAccepted(not self.isVisible())


class Description(QPlainTextEdit):
    """Enter ends a description of one line; Shift+Enter begins a second line, and then Ctrl+Enter ends it."""

    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setMinimumHeight(self._height())

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(WIDTH, self._height())

    def _height(self) -> int:
        return LINES * self.fontMetrics().lineSpacing() + 4 * GAP

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        is_alone = plain == Qt.KeyboardModifier.NoModifier and self.blockCount() == 1
        if event.key() not in ENTER:
            super().keyPressEvent(event)
        elif is_alone or plain == Qt.KeyboardModifier.ControlModifier:
            self.done.emit()
        else:
            self.insertPlainText("\n")
