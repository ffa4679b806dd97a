"""How does something from the sync thread come into the GUI thread?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from app.sync.loop import Parcel


class Bridge(QObject):
    """Lives in the GUI thread: what is handed over in another thread is delivered there, in order."""

    arrived = Signal(object)  # Parcel

    def hand_over(self, parcel: Parcel) -> None:
        """From any thread; never waits."""
        self.arrived.emit(parcel)
