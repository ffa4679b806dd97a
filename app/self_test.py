"""Does this installation have everything that the app needs?

For the built program: what a packager forgot is missed here and not by a person. Touches no profile, no screen and no network.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PySide6.QtCore import QTimer

from app import settings
from app.bootstrap import App, network_maker
from app.clock import SystemClock
from app.core.timer import IssueRef
from app.paths import Profile
from app.settings import Environment, Settings
from app.ui.single_instance import SingleInstance

OFFSCREEN: Final = ("hourkeep", "-platform", "offscreen")
LEAVE_AFTER_MS: Final = 500
SOMEBODY: Final = Settings(
    server_url="http://127.0.0.1:9", server_id="self-test", user_id=1, email="self@test"
)


def run() -> int:
    """0 when the app starts, shows its windows, records an action and ends; what is missing is raised."""
    with TemporaryDirectory(prefix="hk-") as folder:
        profile = Profile(Path(folder))
        settings.save(profile.settings_file, SOMEBODY)
        network_maker(profile, SystemClock())()
        instance = SingleInstance(profile)
        instance.claim()
        app = App(profile, Environment(), instance, OFFSCREEN)
        QTimer.singleShot(LEAVE_AFTER_MS, app.leave)
        code = app.run(hidden=False, then=lambda: _use(app))
    sys.stdout.write("Hourkeep can run here.\n" if code == 0 else "Hourkeep cannot run here.\n")
    return code


def _use(app: App) -> None:
    app.controller.start(IssueRef(1, "TEST-1", "A test", 1))
    app.windows.show_search()
    app.windows.show_login()
    app.windows.ask_stop()
    if app.controller.state.sync.waiting != 1:
        raise AssertionError("the action was not recorded")
