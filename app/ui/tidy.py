"""When does Python look for garbage?

Never by itself: it would do so in whichever thread allocates, and in the middle of painting, and destroy Qt's objects
there. That crashed 6 of 25 runs of the window tests. The GUI thread looks, between two events, once a minute.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

STARTED_AFTER_MS: Final = 3_000
EVERY_MS: Final = 60_000


class Tidy(QObject):
    """GUI thread. What is there when the app has started stays for good: looking at it again each time would take long."""

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.collect)
        QTimer.singleShot(STARTED_AFTER_MS, self._settle)

    @Slot()
    def collect(self) -> None:
        gc.collect()

    @Slot()
    def _settle(self) -> None:
        gc.collect()
        gc.freeze()
        self._timer.start()
