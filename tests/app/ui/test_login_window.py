"""Can somebody sign in, and is it said what to do when that does not work?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.core.notices import SignInResult
from app.settings import Settings
from app.settings import Theme as Choice
from app.ui.login_window import ERRORS, LoginWindow
from app.ui.text import Text
from app.ui.theme import Theme
from tests.fakes.office import ANNA, SIGNED_IN, Office

PASSWORD: Final = "pass"


@dataclass
class Login:
    office: Office
    window: LoginWindow

    def fill(
        self, server: str = "hours.example.com", email: str = "anna@demo.test", password: str = PASSWORD
    ) -> None:
        for field, words in zip(self.window.findChildren(QLineEdit), (server, email, password), strict=True):
            field.setText(words)

    def press_enter(self) -> None:
        QTest.keyClick(self.focus(), Qt.Key.Key_Return)

    def focus(self) -> QLineEdit:
        field = self.window.focusWidget()
        assert isinstance(field, QLineEdit)
        return field

    def button(self, words: str) -> QPushButton:
        (button,) = [each for each in self.window.findChildren(QPushButton) if each.text() == words]
        return button

    @property
    def trouble(self) -> str:
        return self.window._trouble.text() if self.window._trouble.isVisible() else ""


def opened(office: Office, qtbot: QtBot, language: str = "en") -> Login:
    window = LoginWindow(office.controller, Text(language), Theme(Choice.LIGHT))
    qtbot.addWidget(window)
    window.show()
    return Login(office, window)


@pytest.fixture
def office(tmp_path: Path, qtbot: QtBot) -> Iterator[Office]:
    office = Office(tmp_path, Settings())
    yield office
    office.close()


@pytest.fixture
def login(office: Office, qtbot: QtBot) -> Login:
    return opened(office, qtbot)


def test_a_newcomer_begins_with_the_server(login: Login) -> None:
    assert login.focus() is login.window._server


def test_who_was_here_before_only_needs_the_password(tmp_path: Path, qtbot: QtBot) -> None:
    office = Office(tmp_path, SIGNED_IN)
    login = opened(office, qtbot)
    assert (login.window._server.text(), login.window._email.text()) == (ANNA.server_url, ANNA.email)
    assert login.focus() is login.window._password
    office.close()


def test_enter_signs_in(login: Login) -> None:
    login.fill(server=" hours.example.com ")
    login.press_enter()
    (asked,) = login.office.asked_to_sign_in()
    assert (asked.server_url, asked.email, asked.password) == (
        "hours.example.com",
        "anna@demo.test",
        PASSWORD,
    )
    login.office.sign_in_ends(SignInResult(ANNA))
    assert not login.window.isVisible()
    assert login.window._password.text() == ""


def test_while_the_server_is_asked_nothing_is_asked_twice(login: Login) -> None:
    login.fill()
    login.press_enter()
    assert not login.window._password.isEnabled()
    assert not login.button("Signing in…").isEnabled()
    login.window._ask()
    assert len(login.office.asked_to_sign_in()) == 1


def test_it_can_be_closed_while_the_server_is_asked(login: Login) -> None:
    login.fill()
    login.press_enter()
    QTest.mouseClick(login.button("Cancel"), Qt.MouseButton.LeftButton)
    assert not login.window.isVisible()
    login.window.show()
    assert login.button("Sign in").isEnabled()
    login.office.sign_in_ends(SignInResult(code="unreachable", error="Nobody answers."))
    assert login.trouble == ""
    assert login.window.isVisible()


def test_what_is_missing_is_asked_for(login: Login) -> None:
    login.fill(email="")
    login.press_enter()
    assert login.office.asked_to_sign_in() == []
    assert "Fill in" in login.trouble
    assert login.focus() is login.window._email


@pytest.mark.parametrize(
    ("code", "field"),
    [("bad_credentials", "_password"), ("unreachable", "_server"), ("bad_address", "_server")],
)
def test_what_was_wrong_is_said_and_can_be_typed_anew(login: Login, code: str, field: str) -> None:
    login.fill()
    login.press_enter()
    login.office.sign_in_ends(SignInResult(code=code, error="The server says why."))
    assert login.trouble == "The server says why."
    assert login.focus() is getattr(login.window, field)
    assert login.focus().hasSelectedText()
    QTest.keyClicks(login.focus(), "x")
    assert login.trouble == ""
    login.press_enter()
    assert len(login.office.asked_to_sign_in()) == 2


@pytest.mark.parametrize("code", [*ERRORS, "a_code_of_tomorrow", None])
def test_every_error_has_german_words(office: Office, qtbot: QtBot, code: str | None) -> None:
    login = opened(office, qtbot, "de")
    login.fill()
    login.press_enter()
    office.sign_in_ends(SignInResult(code=code, error="English words."))
    assert login.trouble not in {"", "English words."}


def test_the_password_is_hidden_until_it_is_asked_for(login: Login) -> None:
    password = login.window._password
    assert password.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClick(login.button("Show"), Qt.Key.Key_Space)
    assert password.echoMode() is QLineEdit.EchoMode.Normal
    login.window.hide()
    login.window.show()
    assert password.echoMode() is QLineEdit.EchoMode.Password


def test_the_colours_follow_the_theme(office: Office, qtbot: QtBot) -> None:
    theme = Theme(Choice.LIGHT)
    window = LoginWindow(office.controller, Text("en"), theme)
    qtbot.addWidget(window)
    before = window.styleSheet()
    theme.choose(Choice.DARK)
    assert window.styleSheet() != before
