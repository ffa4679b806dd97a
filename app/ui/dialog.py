"""How does a window of Hourkeep look, come to the front, and say what went wrong?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from app.ui.theme import Theme


class Dialog(QDialog):
    """In the colours of the theme, and without a question mark in its title."""

    def __init__(self, title: str, theme: Theme, flags: Qt.WindowType = Qt.WindowType.Dialog) -> None:
        super().__init__(None, flags | Qt.WindowType.WindowCloseButtonHint)
        self.setWindowTitle(title)
        self.theme = theme
        theme.changed.connect(self.dress)
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        self.setPalette(self.theme.palette())
        self.setStyleSheet(self.theme.stylesheet())

    def come_forward(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        self.raise_()
        self.activateWindow()


class Trouble(QLabel):
    """Where a window says what went wrong and what to do; takes no room while all is well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "error")
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()

    def say(self, words: str) -> None:
        """Also to a screen reader, at once."""
        self.setText(words)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def calm(self) -> None:
        self.clear()
        self.hide()
