"""How are lines that come and go put below each other?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

GAP: Final = 8


def words(role: str | None = None) -> QLabel:
    label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    if role is not None:
        label.setProperty("role", role)
    return label


def box() -> QFrame:
    frame = QFrame()
    lines = QVBoxLayout(frame)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(GAP)
    return frame


def fill(frame: QFrame, rows: Sequence[QWidget]) -> None:
    """These in place of what was there."""
    lines = frame.layout()
    if lines is None:
        return
    while (item := lines.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
    for row in rows:
        lines.addWidget(row)
        row.show()
