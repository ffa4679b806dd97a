"""How do the sync thread, its messages and the controller come together?"""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QObject

from app.clock import NANO, Ticks
from app.sync.line import Line
from app.sync.loop import Loop, Network
from app.ui.bridge import Bridge
from app.ui.controller import Controller
from app.ui.postman import Postman


class Sync(QObject):
    """Begins when it is made. GUI thread."""

    def __init__(
        self, controller: Controller, line: Line, make_network: Callable[[], Network], ticks: Ticks
    ) -> None:
        super().__init__()
        self._bridge = Bridge()
        self._postman = Postman(controller, line)
        self._bridge.arrived.connect(self._postman.receive)
        self._loop = Loop(make_network, self._bridge.hand_over, monotonic(ticks), chance)
        line.attach(self._loop.post)
        self._loop.start()

    def stop(self, within_s: float) -> None:
        """A call that hangs ends with the process."""
        self._loop.stop(within_s)


def monotonic(ticks: Ticks) -> Callable[[], float]:
    """Seconds since boot, sleep included: what was due while the machine slept is due when it wakes."""
    return lambda: ticks.mono_ns() / NANO


def chance() -> float:
    """From 0 to 1, 1 excluded."""
    return int.from_bytes(os.urandom(7), "big") / 256**7
