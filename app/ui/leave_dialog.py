"""Should somebody sign out while the server has not got all of their time?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout

from app.ui.controller import Controller
from app.ui.dialog import Dialog
from app.ui.text import Text
from app.ui.theme import Theme

PADDING: Final = 20
GAP: Final = 8
WIDTH: Final = 400


class LeaveDialog(Dialog):
    """`export`: lets the person keep what waits in a file of their own."""

    def __init__(
        self, controller: Controller, text: Text, theme: Theme, export: Callable[[], object]
    ) -> None:
        super().__init__(text.t("leave.title"), theme)
        self._controller = controller
        self._text = text
        self._question = QLabel(wordWrap=True)
        self._question.setFixedWidth(WIDTH)
        self._export = QPushButton(text.t("outbox.export"))
        self._export.setToolTip(text.t("outbox.export_tip"))
        self._export.clicked.connect(export)
        self._go = QPushButton(text.t("leave.go"))
        self._go.clicked.connect(self._leave)
        self._stay = QPushButton(text.t("leave.stay"))
        self._stay.clicked.connect(self.reject)
        self._lay_out()
        self._stay.setDefault(True)
        controller.changed.connect(self._ask)

    def ask(self) -> None:
        """The question, with how much waits now."""
        self._ask()
        self._stay.setFocus()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self._export)
        buttons.addStretch()
        buttons.addWidget(self._go)
        buttons.addWidget(self._stay)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        lines.setSpacing(2 * GAP)
        lines.addWidget(self._question)
        lines.addLayout(buttons)
        lines.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)

    def _ask(self) -> None:
        self._question.setText(self._text.plural("leave.question", self._controller.state.sync.waiting))

    def _leave(self) -> None:
        self._controller.sign_out()
        self.accept()
