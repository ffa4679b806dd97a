"""How does it stay one app for each profile, and how do others reach it?

The lock decides who runs; the local socket is how a second start and the command line talk to the first.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Final

from app.desktop.local_socket import NoAnswer, NotRunning, ask
from app.desktop.run_lock import RunLock
from app.paths import Profile
from app.settings import socket_name
from app.ui.controller import Controller

if TYPE_CHECKING:
    from app.ui.socket_server import SocketServer

TRIES: Final = 100
BETWEEN_TRIES_S: Final = 0.1
ANSWER_WITHIN_S: Final = 5.0


class SingleInstance:
    """The right to be the app of `profile`. `name`: where it listens, the profile's own place when None."""

    def __init__(self, profile: Profile, name: str | None = None) -> None:
        self._lock = RunLock(profile.lock_file)
        self._name = socket_name(profile) if name is None else name
        self._server: SocketServer | None = None

    def claim(self, *, show: bool = True) -> bool:
        """Whether this process is the app now. False: another one runs, and with `show` it was told to come forward.

        The other may not listen yet, or be about to end: both are tried again for some seconds. ProfileUnusable.
        """
        request = {"do": "show" if show else "status"}
        pause = Event()
        for _ in range(TRIES):
            if self._lock.take():
                return True
            try:
                ask(self._name, request, ANSWER_WITHIN_S)
            except NotRunning:
                pause.wait(BETWEEN_TRIES_S)
            except NoAnswer:
                return False
            else:
                return False
        return False

    def serve(
        self, controller: Controller, on_show: Callable[[], object], on_quit: Callable[[], object]
    ) -> None:
        """Listen, in the GUI thread, once `claim` said True. A place that cannot be listened at is logged."""
        from app.ui.answers import Answers  # noqa: PLC0415  # not needed before the tray shows
        from app.ui.socket_server import SocketServer  # noqa: PLC0415  # as above

        self._server = SocketServer(self._name, Answers(controller, on_show, on_quit).answer)
        self._server.listen()

    def close(self) -> None:
        """Hang up and give the right back; the last thing before the process ends."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.release()
