"""How do words, figures and marks stand in the floating timer?

A label that shows another second must not make the window lay itself out again: figures keep a fixed size.
"""

from __future__ import annotations

from math import ceil
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.floating_words import Tone
from app.ui.icons import Mark, mark_color, paint
from app.ui.theme import Colors, Theme, figures

DIGITS: Final = "0123456789"
MARK_PX: Final = 12


def tone_color(tone: Tone, colors: Colors) -> str:
    match tone:
        case Tone.CALM:
            return colors.secondary
        case Tone.WARNING:
            return colors.warning
        case Tone.ERROR:
            return colors.error


class Words(QLabel):
    """Plain text in the theme's colour; `dim` is the secondary one."""

    def __init__(self, theme: Theme, parent: QWidget, *, dim: bool = False, weight: int = 400) -> None:
        super().__init__(parent)
        self._theme = theme
        self._dim = dim
        self.setTextFormat(Qt.TextFormat.PlainText)
        font = QFont(self.font())
        font.setWeight(QFont.Weight(weight))
        self.setFont(font)
        theme.changed.connect(self.recolor)
        self.recolor()

    def dim(self, dim: bool) -> None:  # noqa: FBT001  # as setEnabled of the toolkit
        if dim != self._dim:
            self._dim = dim
            self.recolor()

    def recolor(self) -> None:
        colors = self._theme.colors
        self.color(colors.secondary if self._dim else colors.text)

    def color(self, color: str) -> None:
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != QColor(color):
            palette.setColor(QPalette.ColorRole.WindowText, QColor(color))
            self.setPalette(palette)


class Elided(Words):
    """Gives way in the middle when there is no room; the whole text is in the tooltip and for screen readers."""

    def __init__(self, theme: Theme, parent: QWidget, *, dim: bool = False) -> None:
        super().__init__(theme, parent, dim=dim)
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, words: str) -> None:
        if words != self._whole:
            self._whole = words
            self.setToolTip(words)
            self.setAccessibleName(words)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        self.setText(metrics.elidedText(self._whole, Qt.TextElideMode.ElideMiddle, self.width()))


class Note(Elided):
    """One line with a tone."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent, dim=True)
        self._tone = Tone.CALM

    def tone(self, tone: Tone) -> None:
        if tone is not self._tone:
            self._tone = tone
            self.recolor()

    def recolor(self) -> None:
        self.color(tone_color(getattr(self, "_tone", Tone.CALM), self._theme.colors))


class Figures(Words):
    """A number that changes each second; its width depends on how many signs it has, not on which."""

    def __init__(self, theme: Theme, parent: QWidget, *, scale: float, weight: int) -> None:
        super().__init__(theme, parent)
        self.setFont(figures(self.font(), scale, weight))
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        metrics = QFontMetrics(self.font())
        self._widest = max(DIGITS, key=metrics.horizontalAdvance)
        self._shape = ""
        self._widen("")

    def say(self, number: str) -> None:
        if number != self.text():
            self._widen(number)
            self.setText(number)

    def _widen(self, number: str) -> None:
        shape = "".join(self._widest if sign in DIGITS else sign for sign in number)
        if shape != self._shape or not number:
            self._shape = shape
            metrics = QFontMetricsF(self.font())
            self.setFixedSize(ceil(metrics.horizontalAdvance(shape)) + 1, ceil(metrics.height()))


class MarkLabel(QLabel):
    """A shape, with words for those who do not see it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mark = Mark.IDLE
        side = max(MARK_PX, QFontMetrics(self.font()).ascent())
        self.setFixedSize(QSize(side, side))
        theme.changed.connect(self.update)

    def say(self, mark: Mark, words: str) -> None:
        if mark is not self._mark or words != self.accessibleName():
            self._mark = mark
            self.setToolTip(words)
            self.setAccessibleName(words)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        painter = QPainter(self)
        color = QColor(mark_color(self._mark, self._theme.colors))
        paint(painter, self._mark, QRectF(self.rect()), color)
        painter.end()
