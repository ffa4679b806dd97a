"""How does the GUI thread tell the sync thread something, also before there is one?

What is said before `attach` waits. The words of the sync thread are imported then and not before: they take longer to
import than the tray takes to be painted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.screen import Account

if TYPE_CHECKING:
    from app.sync.events import Event
    from app.sync.loop import Command

    Post = Callable[[Command], None]


class Line:
    """GUI thread. `number` names the opening of an account's files; what comes for an earlier one is dropped."""

    def __init__(self) -> None:
        self._post: Post | None = None
        self._waiting: list[Callable[[], Command]] = []

    def attach(self, post: Post) -> None:
        """From now on `post` takes everything, first what has waited."""
        self._post = post
        waiting, self._waiting = self._waiting, []
        for make in waiting:
            post(make())

    def opened(self, account: Account, number: int) -> None:
        """This account's files are open."""

        def command() -> Command:
            from app.sync.loop import Open  # noqa: PLC0415  # see above

            return Open(account, number)

        self._say(command)

    def recorded(self, number: int) -> None:
        """There is something to send."""

        def command() -> Command:
            from app.sync.events import Kicked  # noqa: PLC0415  # see above
            from app.sync.loop import Happened  # noqa: PLC0415

            return Happened(Kicked(), number)

        self._say(command)

    def reachable(self, number: int) -> None:
        """There may be a network again."""

        def command() -> Command:
            from app.sync.events import Reachable  # noqa: PLC0415  # see above
            from app.sync.loop import Happened  # noqa: PLC0415

            return Happened(Reachable(), number)

        self._say(command)

    def done(self, event: Event, number: int) -> None:
        """The desk answers what it was asked."""

        def command() -> Command:
            from app.sync.loop import Happened  # noqa: PLC0415  # see above

            return Happened(event, number)

        self._say(command)

    def sign_in(self, number: int, server_url: str, email: str, password: str) -> None:
        """`number` names the try."""

        def command() -> Command:
            from app.sync.sign_in import SignInAsked  # noqa: PLC0415  # see above

            return SignInAsked(number, server_url, email, password)

        self._say(command)

    def sign_out(self, account: Account, number: int) -> None:
        def command() -> Command:
            from app.sync.loop import SignOut  # noqa: PLC0415  # see above

            return SignOut(account, number)

        self._say(command)

    def _say(self, command: Callable[[], Command]) -> None:
        if self._post is None:
            self._waiting.append(command)
        else:
            self._post(command())
