"""Which parts make the app, in which order do they begin, and in which do they end?

The tray first: everything that it does not need is made once it shows.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app import settings
from app.clock import SystemClock, system_ticks
from app.desktop.log_file import open_log
from app.errors import AppError
from app.paths import Profile
from app.settings import Environment
from app.sync.line import Line
from app.ui.controller import Controller
from app.ui.notices import Notices
from app.ui.single_instance import SingleInstance
from app.ui.text import Text
from app.ui.theme import Theme
from app.ui.tidy import Tidy
from app.ui.tray import Tray
from app.ui.windows import Windows

if TYPE_CHECKING:
    from app.sync.loop import Network
    from app.ui.stop_signals import StopSignals
    from app.ui.syncing import Sync

log: Final = logging.getLogger(__name__)

SYNC_BEGINS_AFTER_MS: Final = 150  # its imports would take the processor while the tray is being painted
SYNC_ENDS_WITHIN_S: Final = 1.0


def run(*, hidden: bool) -> int:
    """The app until it is quit; at once when another one runs for this profile. Exit code 0, or 1 with a line on stderr."""
    environment = Environment.read()
    profile = settings.find_profile(environment)
    try:
        profile.ensure()
        instance = SingleInstance(profile)
        if not instance.claim(show=not hidden):
            return 0
    except AppError as error:
        print(error, file=sys.stderr)  # noqa: T201  # nothing is there yet that could show it
        return 1
    open_log(profile.log_file)
    sys.excepthook = log_exception
    app = App(profile, environment, instance)
    return app.run(hidden=hidden)


class App(QObject):
    """Owns every part. GUI thread. `words`: the toolkit's command line."""

    def __init__(
        self,
        profile: Profile,
        environment: Environment,
        instance: SingleInstance,
        words: Sequence[str] = ("hourkeep",),
    ) -> None:
        settings.spare_the_x_server()
        self._qt = QApplication(list(words))
        super().__init__()
        self._qt.setApplicationName("Hourkeep")
        self._qt.setDesktopFileName("hourkeep")
        self._qt.setQuitOnLastWindowClosed(False)
        loaded = settings.load(profile.settings_file)
        self._tidy = Tidy()
        self._profile = profile
        self._instance = instance
        self._ticks = system_ticks()
        self._clock = SystemClock(self._ticks, tz=environment.tz)
        self._line = Line()
        self._sync: Sync | None = None
        self._stop_signals: StopSignals | None = None
        self.controller = Controller(profile, loaded, self._clock, self._line)
        text = Text.load(loaded.settings.language)
        self.windows = Windows(self.controller, text, Theme(loaded.settings.theme), self.leave)
        self._tray = Tray(self.controller, self.windows)
        self._notices = Notices(self.controller, self._tray, self.windows)

    def run(self, *, hidden: bool, then: Callable[[], object] | None = None) -> int:
        """Until it is quit; the exit code. `then` is called once everything is there."""
        self.controller.open()
        self._tray.show()
        QTimer.singleShot(0, self._listen)
        QTimer.singleShot(SYNC_BEGINS_AFTER_MS, self._begin_to_sync)
        if not hidden and (self.controller.settings.show_floating or not self._tray.available):
            QTimer.singleShot(0, self.windows.show_floating)
        if then is not None:
            QTimer.singleShot(0, then)
        code = self._qt.exec()
        self._end()
        return code

    def leave(self) -> None:
        """Not by Qt's `quit`, which asks every window whether it minds: closing the floating timer only hides it."""
        self._qt.exit(0)

    @Slot()
    def _listen(self) -> None:
        """To the system's signals and to commands, once the tray shows."""
        from app.ui.stop_signals import StopSignals  # noqa: PLC0415  # not needed before

        self._stop_signals = StopSignals(self.leave)
        self._instance.serve(self.controller, self.windows.show_floating, self.leave)

    @Slot()
    def _begin_to_sync(self) -> None:
        from app.ui.syncing import Sync  # noqa: PLC0415  # takes longer to import than the tray takes to show

        make_network = network_maker(self._profile, self._clock)
        self._sync = Sync(self.controller, self._line, make_network, self._ticks)

    def _end(self) -> None:
        """Nobody new comes in, then no more of the network, then the files."""
        self._tray.hide()
        if self._sync is not None:
            self._sync.stop(SYNC_ENDS_WITHIN_S)
        self.controller.close()
        self._instance.close()
        if self._stop_signals is not None:
            self._stop_signals.close()


def network_maker(profile: Profile, clock: SystemClock) -> Callable[[], Network]:
    """Called in the sync thread: the imports for HTTP and the keyring take longer than the tray does to show."""

    def make() -> Network:
        from importlib.metadata import version  # noqa: PLC0415  # see above

        from app.api.client import Client  # noqa: PLC0415
        from app.desktop.secrets import Secrets  # noqa: PLC0415
        from app.sync.network import Calls  # noqa: PLC0415

        ours = version("hourkeep")
        secrets = Secrets(profile.folder)
        return Calls(lambda url: Client(url, version=ours, now=clock.now), secrets, ours, clock.reading)

    return make


def log_exception(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """A bug in a slot: Qt goes on, and the log file says what it was."""
    log.critical("unexpected", exc_info=(kind, error, traceback))
