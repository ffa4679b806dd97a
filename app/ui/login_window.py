"""Who are you, and on which server?

The window stays usable while the server is asked: it can be closed at any time, and what comes later for a window that
was closed changes nothing in it.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.core.notices import SignInResult
from app.ui.controller import Controller
from app.ui.dialog import Dialog, Trouble
from app.ui.text import Text
from app.ui.theme import Theme

WIDTH: Final = 380
PADDING: Final = 20
GAP: Final = 8
SERVER_CODES: Final = {"bad_address", "unreachable", "tls", "not_hourkeep"}
ERRORS: Final = {
    "bad_address": "login.error_bad_address",
    "unreachable": "login.error_unreachable",
    "tls": "login.error_tls",
    "not_hourkeep": "login.error_not_hourkeep",
    "bad_credentials": "login.error_bad_credentials",
    "too_many": "login.error_too_many",
    "server": "login.error_server",
    "upgrade": "login.error_upgrade",
    "file_trouble": "login.error_file_trouble",
}


class LoginWindow(Dialog):
    def __init__(self, controller: Controller, text: Text, theme: Theme) -> None:
        super().__init__(text.t("login.title"), theme)
        self._controller = controller
        self._text = text
        self._try = 0
        self._busy = False
        self._server = self._field("login.server_example")
        self._email = self._field("login.email_example")
        self._password = self._field("")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._show = QPushButton(text.t("login.show"))
        self._show.setCheckable(True)
        self._show.setAccessibleName(text.t("login.show_password"))
        self._show.toggled.connect(self._show_password)
        self._trouble = Trouble()
        self._sign_in = QPushButton(text.t("login.sign_in"))
        self._sign_in.clicked.connect(self._ask)
        self._cancel = QPushButton(text.t("login.cancel"))
        self._cancel.clicked.connect(self.reject)
        self._lay_out()
        self._sign_in.setDefault(True)  # a button knows its window only now

    def _field(self, example: str) -> QLineEdit:
        field = QLineEdit()
        if example:
            field.setPlaceholderText(self._text.t(example))
        field.textEdited.connect(self._edited)
        return field

    def _lay_out(self) -> None:
        intro = QLabel(self._text.t("login.intro"), wordWrap=True)
        intro.setProperty("role", "secondary")
        fields = QGridLayout()
        fields.setSpacing(GAP)
        for row, (key, field) in enumerate(self._fields()):
            label = QLabel(self._text.t(key))
            label.setBuddy(field)
            fields.addWidget(label, row, 0)
            fields.addWidget(field, row, 1, 1, 1 if field is self._password else 2)
        fields.addWidget(self._show, 2, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._sign_in)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        lines.setSpacing(2 * GAP)
        lines.addWidget(intro)
        lines.addLayout(fields)
        lines.addWidget(self._trouble)
        lines.addLayout(buttons)
        lines.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        intro.setFixedWidth(WIDTH)
        order = (self._server, self._email, self._password, self._show, self._sign_in, self._cancel)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _fields(self) -> tuple[tuple[str, QLineEdit], ...]:
        return (
            ("login.server", self._server),
            ("login.email", self._email),
            ("login.password", self._password),
        )

    # ---- showing and hiding ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        if event.spontaneous():
            return
        settings = self._controller.settings
        for field, remembered in ((self._server, settings.server_url), (self._email, settings.email)):
            if not field.text():
                field.setText(remembered or "")
        self._focus_first_empty()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        super().hideEvent(event)
        if event.spontaneous():
            return
        self._try += 1
        self._set_busy(False)
        self._trouble.calm()
        self._password.clear()
        self._show.setChecked(False)

    def _focus_first_empty(self) -> None:
        empty = (field for _, field in self._fields() if not field.text())
        next(empty, self._password).setFocus()

    def _show_password(self, shown: bool) -> None:  # noqa: FBT001  # a signal's value
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self._password.setEchoMode(mode)

    def _edited(self) -> None:
        self._trouble.calm()

    # ---- signing in -----------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if self._busy:
            return
        server, email = self._server.text().strip(), self._email.text().strip()
        if not (server and email and self._password.text()):
            self._trouble.say(self._text.t("login.error_empty"))
            self._focus_first_empty()
            return
        self._try += 1
        self._trouble.calm()
        self._set_busy(True)
        self._controller.sign_in(server, email, self._password.text(), partial(self._ended, self._try))

    def _ended(self, number: int, result: SignInResult) -> None:
        if number != self._try:
            return
        self._set_busy(False)
        if result.account is not None:
            self._server.setText(result.account.server_url)
            self.accept()
            return
        self._trouble.say(self._words(result))
        self._focus_wrong(result.code)

    def _words(self, result: SignInResult) -> str:
        """In English the server's own sentence, which knows more than its code."""
        if result.error is not None and self._text.language == "en":
            return result.error
        return self._text.t(ERRORS.get(result.code or "", "login.error_server"))

    def _focus_wrong(self, code: str | None) -> None:
        field = self._server if code in SERVER_CODES else self._password
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()

    def _set_busy(self, busy: bool) -> None:  # noqa: FBT001  # as setEnabled of the toolkit
        self._busy = busy
        for _, field in self._fields():
            field.setEnabled(not busy)
        self._show.setEnabled(not busy)
        self._sign_in.setEnabled(not busy)
        self._sign_in.setText(self._text.t("login.busy" if busy else "login.sign_in"))
