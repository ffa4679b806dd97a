"""When has another second passed on the clock?

A timer that fires just after each full second of the clock, and only while somebody looks. It never counts: a late or
lost tick is made good by the next one.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.clock import Clock


class Ticker(QObject):
    second = Signal()

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._fired)

    @property
    def runs(self) -> bool:
        return self._timer.isActive()

    def run(self, on: bool) -> None:  # noqa: FBT001  # as setEnabled of the toolkit
        if on != self.runs:
            if on:
                self._wait()
            else:
                self._timer.stop()

    def _wait(self) -> None:
        self._timer.start(self._clock.until_next_second_ms())

    def _fired(self) -> None:
        self._wait()
        self.second.emit()
