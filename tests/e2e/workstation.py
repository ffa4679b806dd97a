"""How does a person use the app on one device: by its tray, its windows and its command line?"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from app.paths import Profile
from app.settings import Environment, socket_name
from tests.e2e.company import ANNA, PASSWORD
from tests.e2e.desktop import RIGHT, Desktop, Widget
from tests.e2e.eventually import eventually
from tests.e2e.programs import Done, Program, run

APP: Final = [sys.executable, "-m", "app"]
MENU_ITEMS: Final = {"menu item", "check menu item", "radio menu item", "menu"}
BUTTONS: Final = {"push button", "toggle button", "button"}
FIELDS: Final = {"text", "entry", "password text"}


class NewDevice(Protocol):
    def __call__(self, name: str, **environment: str) -> Workstation: ...


class Workstation:
    """One profile, one app. `kill9` and `start` again is what a crash and a restart are."""

    def __init__(self, desktop: Desktop, folder: Path, **environment: str) -> None:
        self.desktop = desktop
        self.profile = folder / "profile"
        self.environment: Mapping[str, str] = {
            **desktop.environment,
            "HOURKEEP_PROFILE": str(self.profile),
            **environment,
        }
        folder.mkdir(parents=True, exist_ok=True)
        place = Environment(runtime_dir=desktop.environment["XDG_RUNTIME_DIR"])
        self._socket = socket_name(Profile(self.profile), place)
        self.program = Program(APP, self.environment, folder / "app.log")

    @property
    def pid(self) -> int:
        return self.program.pid

    # ---- the process ----------------------------------------------------------------------------------------

    def start(self) -> None:
        self.program.start()
        eventually(self.answers, "the app", within=30)

    def answers(self) -> bool:
        assert self.program.alive, self.program.words
        return bool(self.desktop.tray_icon(self.pid)) and self.command("status").code == 0

    def socket_answers(self) -> bool:
        """Whether anybody listens on the profile's local socket, whoever started it."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self._socket) == 0

    def kill9(self) -> None:
        self.program.kill9()

    def close(self) -> None:
        """Leaves no app of this profile behind, also none that a command started."""
        self.kill9()
        if self.socket_answers():
            self.command("quit")

    def restart_after_kill9(self) -> None:
        self.kill9()
        self.start()

    # ---- the command line -----------------------------------------------------------------------------------

    def command(self, *words: str, say: str | None = None) -> Done:
        return run([*APP, *words], self.environment, say)

    def do(self, *words: str, say: str | None = None) -> str:
        """A command that must succeed."""
        done = self.command(*words, say=say)
        assert done.code == 0, f"{words}: {done.err or done.out}"
        return done.out

    def sign_in(self, url: str, email: str = ANNA, password: str = PASSWORD) -> None:
        self.do("login", "--server", url, "--email", email, "--password-stdin", say=password)

    def status(self) -> Any:
        return json.loads(self.do("status", "--json"))

    def outbox(self) -> Any:
        return json.loads(self.do("outbox", "--json"))

    # ---- the screen -----------------------------------------------------------------------------------------

    def click_tray(self) -> None:
        self.desktop.click(self.desktop.tray_icon(self.pid))

    def choose(self, *path: str) -> None:
        """Opens the tray's menu and clicks the item whose words begin so; several for a submenu."""
        self.desktop.click(self.desktop.tray_icon(self.pid), RIGHT)
        for words in path:
            self.desktop.click(self.menu_item(words).middle)

    def menu_item(self, words: str) -> Widget:
        return self.desktop.find(
            self.pid,
            f"the menu item “{words}”",
            lambda each: each.role in MENU_ITEMS and each.name.startswith(words),
        )

    def button(self, words: str) -> Widget:
        """The button whose accessible name begins so."""
        return self.desktop.find(
            self.pid,
            f"the button “{words}”",
            lambda each: each.role in BUTTONS and each.name.startswith(words),
        )

    def click(self, words: str) -> None:
        self.desktop.click(self.button(words).middle)

    def menu_offers(self, words: str) -> bool:
        """Whether the tray's menu has an item that begins so; closes the menu again."""
        self.desktop.click(self.desktop.tray_icon(self.pid), RIGHT)
        offered = bool(self.menu_item(words))
        self.desktop.press("Escape")
        return offered

    def skip_the_description(self) -> None:
        """Answers “What did you do?” with nothing."""
        self.click("Skip")

    def field(self, words: str = "") -> Widget:
        return self.desktop.find(
            self.pid, f"the field “{words}”", lambda each: each.role in FIELDS and each.name.startswith(words)
        )

    def shows(self, words: str) -> bool:
        """Whether these words stand anywhere on the screen."""
        shown = (each for each in self.desktop.widgets(self.pid) if "showing" in each.states)
        return any(words in each.name or words in each.text for each in shown)
