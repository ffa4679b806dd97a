"""How does a window of Hourkeep look, and say what went wrong?"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from app.ui.theme import Theme

# The toolkit's own grey is too pale to be read.
SHEET: Final = "QLineEdit, QPlainTextEdit {{ placeholder-text-color: {secondary}; }}"


class Dialog(QDialog):
    """In the colours of the theme, and without a question mark in its title."""

    def __init__(self, title: str, theme: Theme, flags: Qt.WindowType = Qt.WindowType.Dialog) -> None:
        super().__init__(None, flags | Qt.WindowType.WindowCloseButtonHint)
        self.setWindowTitle(title)
        self.setAccessibleName(title)  # a window without a frame has no title to be read out
        self.theme = theme
        theme.changed.connect(self.dress)
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        self.setPalette(self.theme.palette())
        examples = SHEET.format(secondary=self.theme.colors.secondary)
        self.setStyleSheet(self.theme.stylesheet() + examples)


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
