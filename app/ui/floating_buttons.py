"""What is pressed in the floating timer?

Buttons with words in the full form, shapes in the compact one; by mouse, Tab with Space or Enter, and screen reader.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from app.ui.icons import Mark, mark_color, paint
from app.ui.theme import Theme

FULL_PX: Final = 32
COMPACT_PX: Final = 24
RADIUS: Final = 6
PADDING: Final = {FULL_PX: 10, COMPACT_PX: 5}
GAP: Final = {FULL_PX: 6, COMPACT_PX: 4}
RING: Final = 2
SLACK: Final = 2  # advances are rounded down
KEYBOARD: Final = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}


class TimerButton(QPushButton):
    """`worded`: shows its words beside the shape. `flat`: without a frame until the mouse is over it. `least`: pixels."""

    def __init__(
        self,
        mark: Mark,
        theme: Theme,
        parent: QWidget,
        *,
        worded: bool,
        flat: bool = False,
        least: int = FULL_PX,
    ) -> None:
        super().__init__(parent)
        self._mark = mark
        self._theme = theme
        self._worded = worded
        self._least = least
        self._has_ring = False
        self.setFlat(flat)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

    def say(self, words: str, tip: str, name: str | None = None, mark: Mark | None = None) -> None:
        """`name` is what a screen reader says first; `words` when None."""
        if mark is not None and mark is not self._mark:
            self._mark = mark
            self.update()
        if words != self.text():
            self.setText(words)
            self.updateGeometry()
        self.setToolTip(tip)
        self.setAccessibleName(name or words)
        self.setAccessibleDescription(tip)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        metrics = QFontMetrics(self.font())
        height = max(self._least, metrics.height() + 8)
        if not self._worded:
            return QSize(height, height)
        words = metrics.horizontalAdvance(self.text()) + SLACK
        inner = metrics.ascent() + (GAP[self._least] + words if self.text() else 0)
        return QSize(max(height, inner + 2 * PADDING[self._least]), height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return self.sizeHint()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        """A ring for who came by keyboard, and again when the window comes back; none for the mouse."""
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._has_ring = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter)
        if self._worded:
            self._paint_words(painter)
        else:
            side = QFontMetrics(self.font()).ascent() + 1
            box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
            paint(painter, self._mark, box, self._color())
        painter.end()

    def _paint_frame(self, painter: QPainter) -> None:
        colors = self._theme.colors
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isDown() or self.underMouse() or not self.isFlat():
            painter.setBrush(QBrush(QColor(colors.border if self.isDown() else colors.raised)))
            painter.setPen(QPen(QBrush(QColor(colors.border)), 1))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if self.hasFocus() and self._has_ring:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QBrush(QColor(colors.accent)), RING))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _paint_words(self, painter: QPainter) -> None:
        metrics = QFontMetrics(self.font())
        padding, side = PADDING[self._least], metrics.ascent()
        box = QRectF(padding, (self.height() - side) / 2, side, side)
        paint(painter, self._mark, box, self._color())
        left = padding + side + GAP[self._least]
        colors = self._theme.colors
        painter.setPen(QColor(colors.secondary if self.isFlat() else colors.text))
        room = self.width() - left - padding
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRectF(left, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, words)

    def _color(self) -> QColor:
        return QColor(mark_color(self._mark, self._theme.colors))
