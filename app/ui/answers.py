"""What does the app answer to one line from its local socket?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from app.core.local_time import MachineZone
from app.core.notices import Notice, NoticeKind, SignInResult
from app.errors import AppError
from app.ui.controller import Controller
from app.ui.log_answers import LogAnswers
from app.ui.requests import NotUnderstood, seconds, text, understood

Reply = Callable[[dict[str, Any]], None]

OK: Final = {"ok": True}


class Answers:
    """`on_show`, `on_quit`: bring the app forward, end it. GUI thread."""

    def __init__(
        self, controller: Controller, on_show: Callable[[], object], on_quit: Callable[[], object]
    ) -> None:
        self._controller = controller
        self._on_show = on_show
        self._on_quit = on_quit
        self._logs = LogAnswers(controller, MachineZone())

    def answer(self, line: bytes, reply: Reply) -> None:
        """Calls `reply` once: at once, and for a sign-in when the server has answered. Raises for bugs only."""
        try:
            request = understood(line)
            match request.get("do"):
                case "login":
                    self._login(request, reply)
                case "quit":
                    reply(OK)
                    self._on_quit()
                case _:
                    reply({**OK, **self._done(request)})
        except AppError as error:
            reply(_refusal(error.code, str(error)))

    def _done(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do it, and what is worth saying then."""
        said: dict[str, Any] = {}
        match request.get("do"):
            case "show":
                self._on_show()
            case "start":
                said = self._start(text(request, "key"), seconds(request, "ago_s"))
            case "pause":
                self._controller.pause()
                said = self._timer()
            case "resume":
                self._controller.resume()
                said = self._timer()
            case "stop":
                description = request.get("description")
                said = self._stop(None if description is None else text(request, "description"))
            case "status":
                said = {"status": self._controller.status()}
            case "outbox":
                said = {"outbox": self._controller.outbox()}
            case str(verb) if verb in self._logs.verbs:
                said = self._logs.verbs[verb](request)
            case _:
                raise NotUnderstood("Hourkeep does not know that command.")
        return said

    def _start(self, key: str, ago_s: int) -> dict[str, Any]:
        issue = self._controller.start_key(key, ago_s)
        timer = self._controller.state.timer
        return {"issue_key": issue.key, "running_since": None if timer is None else timer.running_since}

    def _timer(self) -> dict[str, Any]:
        """How far it is."""
        status = self._controller.status()
        return {name: status[name] for name in ("issue_key", "elapsed_seconds")}

    def _stop(self, description: str | None) -> dict[str, Any]:
        """What was logged is what the controller tells when it has recorded the stop."""
        told: list[Notice] = []
        connection = self._controller.told.connect(told.append)
        try:
            self._controller.stop(description)
        finally:
            self._controller.told.disconnect(connection)
        logged = [notice.values for notice in told if notice.kind is NoticeKind.LOGGED]
        return dict(logged[0]) if logged else {}

    def _login(self, request: dict[str, Any], reply: Reply) -> None:
        """Says where the token is kept, too, where there is no keyring: the notification is on another screen."""
        server, email, password = (text(request, name) for name in ("server", "email", "password"))
        told: list[Notice] = []
        connection = self._controller.told.connect(told.append)

        def done(result: SignInResult) -> None:
            self._controller.told.disconnect(connection)
            if result.account is None:
                reply(_refusal(result.code or "server", result.error or "Signing in did not work."))
            else:
                account = result.account
                note = "\n".join([*([result.note] if result.note else []), *_no_keyring(told)])
                reply({**OK, "name": account.name, "email": account.email, "note": note or None})

        self._controller.sign_in(server, email, password, done)


def _no_keyring(told: list[Notice]) -> list[str]:
    paths = [notice.values["path"] for notice in told if notice.kind is NoticeKind.NO_KEYRING]
    return [
        f"There is no keyring here: the sign-in is kept in {path}, which only you can read." for path in paths
    ]


def _refusal(code: str, text: str) -> dict[str, Any]:
    return {"ok": False, "code": code, "text": " ".join(text.splitlines())}
