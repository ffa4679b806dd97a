"""How does one issue look in a list?"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.core.timer import IssueRef
from app.ui.theme import Theme

ISSUE: Final = Qt.ItemDataRole.UserRole
MARGIN_X: Final = 8
MARGIN_Y: Final = 6
GAP: Final = 10
RADIUS: Final = 4


class IssueRow(QStyledItemDelegate):
    """The key in bold, then as much of the summary as there is room for."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def height(self, font: QFont) -> int:
        return QFontMetrics(font).height() + 2 * MARGIN_Y

    def sizeHint(  # noqa: N802  # Qt's name
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, self.height(option.font))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        issue: IssueRef = index.data(ISSUE)
        colors = self._theme.colors
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        is_near = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_chosen or is_near:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.accent if is_chosen else colors.raised))
            painter.drawRoundedRect(option.rect, RADIUS, RADIUS)
        room = option.rect.adjusted(MARGIN_X, 0, -MARGIN_X, 0)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setPen(QColor(colors.surface if is_chosen else colors.text))
        painter.setFont(bold)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, issue.key)
        room.setLeft(room.left() + QFontMetrics(bold).horizontalAdvance(issue.key) + GAP)
        summary = QFontMetrics(option.font).elidedText(
            issue.summary, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setPen(QColor(colors.surface if is_chosen else colors.secondary))
        painter.setFont(option.font)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, summary)
        painter.restore()
