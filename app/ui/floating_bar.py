"""How much of the budget is used, as a bar?

Neutral to the warning threshold, amber beyond it, red from 100 percent on, with a tick at the threshold. The percent
itself is said in words beside it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.core.screen import Budget
from app.ui.floating_labels import tone_color
from app.ui.floating_words import FULL_BUDGET, budget_tone
from app.ui.theme import Theme

BAR_PX: Final = 4
TICK_PX: Final = 2
HEIGHT_PX: Final = 8


class BudgetBar(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._budget: Budget | None = None
        self.setFixedHeight(HEIGHT_PX)
        theme.changed.connect(self.update)

    def say(self, budget: Budget | None) -> None:
        if budget != self._budget:
            self._budget = budget
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        if self._budget is None or self._budget.percent is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colors = self._theme.colors
        self._paint_to(painter, FULL_BUDGET, colors.border)
        self._paint_to(painter, self._budget.percent, tone_color(budget_tone(self._budget), colors))
        if self._budget.warning_percent is not None:
            self._paint_tick(painter, self._budget.warning_percent)
        painter.end()

    def _paint_to(self, painter: QPainter, percent: Decimal, color: str) -> None:
        top = (HEIGHT_PX - BAR_PX) / 2
        painter.setBrush(QBrush(QColor(color)))
        painter.drawRoundedRect(QRectF(0, top, self._at(percent), BAR_PX), BAR_PX / 2, BAR_PX / 2)

    def _paint_tick(self, painter: QPainter, percent: Decimal) -> None:
        """The gap beside the tick keeps it visible where the bar has passed it."""
        left = self._at(percent) - TICK_PX / 2
        painter.setBrush(QBrush(QColor(self._theme.colors.surface)))
        painter.drawRect(QRectF(left - 1, 0, TICK_PX + 2, HEIGHT_PX))
        painter.setBrush(QBrush(QColor(self._theme.colors.text)))
        painter.drawRect(QRectF(left, 0, TICK_PX, HEIGHT_PX))

    def _at(self, percent: Decimal) -> float:
        return self.width() * float(min(max(percent, Decimal(0)), FULL_BUDGET) / FULL_BUDGET)
