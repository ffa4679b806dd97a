"""What was true long enough to be shown?

Sync changes state many times a minute; people should see that only when it lasts.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.ui.floating_words import SyncWords
from app.ui.icons import Mark

LASTS_MS: Final = 2000


class Steady(QObject):
    """Shows the first words at once, and others when they stayed the same for two seconds.

    Who has just signed in sees that at once: “Sign in” would ask for what was done.
    """

    changed = Signal()

    def __init__(self, first: SyncWords, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown = first
        self._next = first
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LASTS_MS)
        self._timer.timeout.connect(self._lasted)

    def say(self, words: SyncWords) -> None:
        if words == self._next:
            return
        self._next = words
        if words == self.shown:
            self._timer.stop()
        elif self.shown.mark is Mark.SIGN_IN:
            self._timer.stop()
            self._lasted()
        else:
            self._timer.start()

    def _lasted(self) -> None:
        self.shown = self._next
        self.changed.emit()
