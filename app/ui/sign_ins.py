"""Who waits for the end of a sign-in, and when is it over?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from app.core.notices import SignInResult

WELCOME_WITHIN_MS: Final = 10_000

SignInDone = Callable[[SignInResult], None]


class SignIns(QObject):
    """GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self._tries = 0
        self._waiting: dict[int, SignInDone] = {}
        self._welcome: list[tuple[int, SignInResult]] = []

    def begin(self, done: SignInDone) -> int:
        """The number of this try; `done` is called once."""
        self._tries += 1
        self._waiting[self._tries] = done
        return self._tries

    def end(self, number: int, result: SignInResult) -> None:
        """Who is signed in is welcomed when the issues are here, so that a timer can be started; at the latest soon."""
        if result.account is None:
            self._answer(number, result)
        else:
            self._welcome.append((number, result))
            QTimer.singleShot(WELCOME_WITHIN_MS, self.welcome)

    @Slot()
    def welcome(self) -> None:
        """The issues are here, or cannot be had now."""
        welcome, self._welcome = self._welcome, []
        for number, result in welcome:
            self._answer(number, result)

    def _answer(self, number: int, result: SignInResult) -> None:
        done = self._waiting.pop(number, None)
        if done is not None:
            done(result)
