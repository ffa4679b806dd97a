"""How does a command reach the running app, and start it hidden where none runs?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Final, Protocol

from app.desktop.local_socket import Line, NotRunning, ask
from app.errors import AppError, ProfileUnusable
from app.paths import Profile

ANSWER_WITHIN_S: Final = 30.0
SIGN_IN_WITHIN_S: Final = 180.0  # a server that is slow, and a keyring that asks to be unlocked
START_TRIES: Final = 300
BETWEEN_TRIES_S: Final = 0.1


class DidNotStart(AppError):
    code = "did_not_start"

    def __init__(self, log: Path) -> None:
        super().__init__(f"Hourkeep could not be started. What it said is in {log}")


class Started(Protocol):
    """A process that was started."""

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""


@dataclass(frozen=True, slots=True)
class RunningApp:
    """The app of `profile`, which listens at `name`. `launch` starts it; `wait` lets so many seconds pass."""

    profile: Profile
    name: str
    launch: Callable[[Profile], Started] = field(default_factory=lambda: start_hidden)
    wait: Callable[[float], object] = field(default_factory=lambda: Event().wait)

    def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Its answer. NoAnswer, TooMuchSaid; DidNotStart when none runs and none can be started."""
        within_s = SIGN_IN_WITHIN_S if request["do"] == "login" else ANSWER_WITHIN_S
        try:
            return ask(self.name, request, within_s)
        except NotRunning:
            return self._started_and_asked(request, within_s)

    def quit(self) -> bool:
        """False: none runs. True: it has ended, or will not say more."""
        try:
            line = Line(self.name, ANSWER_WITHIN_S)
        except NotRunning:
            return False
        with line:
            line.ask({"do": "quit"})
            line.wait_until_closed()
        return True

    def _started_and_asked(self, request: Mapping[str, object], within_s: float) -> dict[str, Any]:
        """An app that ends well at once found another one that starts too."""
        app = self.launch(self.profile)
        for _ in range(START_TRIES):
            try:
                return ask(self.name, request, within_s)
            except NotRunning:
                if app.poll():
                    break
                self.wait(BETWEEN_TRIES_S)
        raise DidNotStart(self.profile.log_file)


def start_hidden(profile: Profile) -> subprocess.Popen[bytes]:
    """The app in a session of its own, so that it outlives this terminal. ProfileUnusable."""
    profile.ensure()
    frozen = getattr(sys, "frozen", False)
    command = [sys.executable] if frozen else [sys.executable, "-m", "app"]
    # `-m` looks in the current folder first, and there any project may keep an `app` of its own.
    home = profile.folder if frozen else Path(__file__).resolve().parents[2]
    try:
        with profile.log_file.open("ab") as log:
            return _detached([*command, "--hidden"], home, log.fileno())
    except OSError as error:
        raise ProfileUnusable(profile.folder) from error


if sys.platform == "win32":

    def _detached(command: list[str], home: Path, log: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            creationflags=subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP,
        )

else:

    def _detached(command: list[str], home: Path, log: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
