"""How long does a gesture take until it is on the disk and on the screen, in the app's own process?

`python -m tests.bench._clicks COUNT` with HOURKEEP_PROFILE of a device that is signed in; prints milliseconds as a JSON list. The app is
the real one, put together by its own bootstrap; only the mouse is missing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter
from typing import Final

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QWidget

from app import settings
from app.bootstrap import App
from app.settings import Environment
from app.ui.controller import Controller
from app.ui.single_instance import SingleInstance

BETWEEN_MS: Final = 20
SETTLED_AFTER_MS: Final = 1500
PATIENCE_S: Final = 5
KEYS: Final = ("BP-124", "BP-125", "WEB-4", "WEB-5")


class Painted(QObject):
    """Whether anything in the window was painted since `since_now`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self.seen = False
        for widget in (window, *window.findChildren(QWidget)):
            widget.installEventFilter(self)

    def since_now(self) -> None:
        self.seen = False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        if event.type() == QEvent.Type.Paint:
            self.seen = True
        return False


class Clicks(QObject):
    """One gesture after another, with pauses; then the app is quit."""

    def __init__(self, app: App, count: int) -> None:
        super().__init__()
        self.taken: list[float] = []
        self._app = app
        self._count = count
        self._gestures = gestures(app.controller)
        self._painted: Painted | None = None

    def begin(self) -> None:
        self._painted = Painted(self._app.windows.floating())
        self._next()

    def _next(self) -> None:
        if len(self.taken) == self._count:
            self._app.leave()
            return
        try:
            self.taken.append(self._timed(next(self._gestures)))
        except BaseException:
            self._app._qt.exit(1)
            raise
        QTimer.singleShot(BETWEEN_MS, self._next)

    def _timed(self, gesture: Callable[[], object]) -> float:
        """The event loop turns until the paint event that came after the gesture has been dealt with."""
        assert self._painted is not None, "not begun"
        self._painted.since_now()
        began = perf_counter()
        gesture()
        while not self._painted.seen:
            assert perf_counter() - began < PATIENCE_S, "the gesture changed nothing on the screen"
            self._app._qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        return (perf_counter() - began) * 1000


def gestures(controller: Controller) -> Iterator[Callable[[], object]]:
    """Start, pause, resume, and a switch to the next issue, for ever."""
    while True:
        for key in KEYS:
            yield partial(controller.start_key, key)
            yield controller.pause
            yield controller.resume


def main() -> int:
    environment = Environment.read()
    profile = settings.find_profile(environment)
    instance = SingleInstance(profile)
    assert instance.claim(), "another app runs"
    app = App(profile, environment, instance)
    clicks = Clicks(app, int(sys.argv[1]))
    QTimer.singleShot(SETTLED_AFTER_MS, clicks.begin)
    code = app.run(hidden=False)
    print(json.dumps(clicks.taken))
    return code


if __name__ == "__main__":
    sys.exit(main())
