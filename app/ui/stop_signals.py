"""How does the app end well when the system asks it to?

SIGTERM and SIGINT arrive while Qt waits in C++, where no Python runs: the signal's number wakes a socket that Qt watches, and
Python's handler runs then. No polling.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Final

from PySide6.QtCore import QObject, QSocketNotifier, Slot

SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class StopSignals(QObject):
    """Calls `stop` in the GUI thread when one of the signals comes. One at a time in a process; main thread."""

    def __init__(self, stop: Callable[[], object]) -> None:
        super().__init__()
        self._stop = stop
        self._woken, self._waking = socket.socketpair()
        self._woken.setblocking(False)
        self._waking.setblocking(False)
        self._notifier = QSocketNotifier(self._woken.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)
        signal.set_wakeup_fd(self._waking.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def close(self) -> None:
        """The signals do what they did before there was an app."""
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        self._notifier.setEnabled(False)
        self._woken.close()
        self._waking.close()

    @Slot()
    def _wake(self) -> None:
        self._woken.recv(64)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop()
