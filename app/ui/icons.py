"""Which shape stands for which state?

Shape first, colour second: a disc runs, a ring is paused, a square outline is idle, a cloud is offline, a triangle needs
you, a key needs sign-in. All are drawn on a 16 by 16 grid, so that they are sharp at 16 px.

What the tray shows first is drawn without a word of `QtCore.Qt`: PySide6 makes all its enums when the name is first
used, also by a call that could take one of them, as QBrush(color) and fill(color). That takes longer than the icon.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

from PySide6 import QtCore
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import (
    QBrush,
    QColor,
    QIcon,
    QImage,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPalette,
    QPixmap,
    QPolygonF,
)

from app.core.screen import Link, TimerState
from app.core.timer import Status
from app.ui.theme import Colors

GRID: Final = 16
TRAY_SIZES: Final = (16, 22, 24, 32, 64)
BADGE: Final = QRectF(7, 7, 9, 9)
BADGE_GAP: Final = 1.0


class Mark(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    IDLE = "idle"
    OFFLINE = "offline"
    ATTENTION = "attention"
    SIGN_IN = "sign_in"
    SAVED = "saved"
    START = "start"
    PAUSE = "pause"
    STOP = "stop"
    MORE = "more"


MARK_OF_STATUS: Final = {
    Status.RUNNING: Mark.RUNNING,
    Status.PAUSED: Mark.PAUSED,
    Status.IDLE: Mark.IDLE,
}


def sync_mark(state: TimerState) -> Mark:
    """SAVED when nothing is to be said."""
    if state.trouble is not None or state.sync.attention:
        return Mark.ATTENTION
    match state.sync.link:
        case Link.SIGNED_OUT:
            return Mark.SIGN_IN
        case Link.OFFLINE:
            return Mark.OFFLINE
        case Link.ATTENTION:
            return Mark.ATTENTION
        case Link.ONLINE:
            return Mark.SAVED


def mark_color(mark: Mark, colors: Colors) -> str:
    match mark:
        case Mark.RUNNING | Mark.START:
            return colors.running
        case Mark.ATTENTION | Mark.SIGN_IN:
            return colors.warning
        case Mark.PAUSED | Mark.OFFLINE | Mark.SAVED | Mark.IDLE:
            return colors.secondary
        case Mark.PAUSE | Mark.STOP | Mark.MORE:
            return colors.text


def paint(painter: QPainter, mark: Mark, box: QRectF, color: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / GRID, box.height() / GRID)
    painter.fillPath(outline(mark), _brush(color))
    painter.restore()


def tray_icon(state: TimerState, colors: Colors) -> QIcon:
    """The timer's shape; what hinders sync sits in its corner, or takes the whole place when nothing runs."""
    trouble = sync_mark(state)
    mark, badge = MARK_OF_STATUS[state.status], None if trouble is Mark.SAVED else trouble
    if badge is not None and state.timer is None:
        mark, badge = badge, None
    icon = QIcon()
    for size in TRAY_SIZES:
        icon.addPixmap(_tray_pixmap(mark, badge, size, colors))
    return icon


def icon(mark: Mark, color: str, size: int = GRID) -> QIcon:
    """For a menu."""
    made = QIcon()
    for times in (1, 2):
        image = _blank(size * times)
        image.setDevicePixelRatio(times)
        painter = QPainter(image)
        paint(painter, mark, QRectF(0, 0, size, size), QColor(color))
        painter.end()
        made.addPixmap(QPixmap.fromImage(image))
    return made


@cache
def outline(mark: Mark) -> QPainterPath:
    """On the grid; do not change it."""
    return BUILDERS[mark]()


def _tray_pixmap(mark: Mark, badge: Mark | None, size: int, colors: Colors) -> QPixmap:
    image = _blank(size)
    painter = QPainter(image)
    paint(painter, mark, QRectF(0, 0, size, size), QColor(mark_color(mark, colors)))
    if badge is not None:
        unit = size / GRID
        box = QRectF(BADGE.x() * unit, BADGE.y() * unit, BADGE.width() * unit, BADGE.height() * unit)
        _cut(painter, badge, box)
        paint(painter, badge, box, QColor(mark_color(badge, colors)))
    painter.end()
    return QPixmap.fromImage(image)


def _cut(painter: QPainter, badge: Mark, box: QRectF) -> None:
    """A gap around the badge, so that it reads on a shape of its own colour."""
    any_color = _brush(QColor())
    stroker = QPainterPathStroker()
    stroker.setWidth(2 * BADGE_GAP * GRID / BADGE.width())
    if badge is not Mark.OFFLINE:  # a cloud has no corners
        stroker.setJoinStyle(QtCore.Qt.PenJoinStyle.RoundJoin)
    painter.save()
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.translate(box.topLeft())
    painter.scale(box.width() / GRID, box.height() / GRID)
    painter.fillPath(stroker.createStroke(outline(badge)), any_color)
    painter.fillPath(outline(badge), any_color)
    painter.restore()


def _blank(size: int) -> QImage:
    """Transparent. A copy, because an image does not own the bytes that it is made of."""
    nothing = bytes(4 * size * size)
    return QImage(nothing, size, size, QImage.Format.Format_ARGB32_Premultiplied).copy()


def _brush(color: QColor) -> QBrush:
    return QPalette(color, color).window()


def _disc() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(8, 8), 6, 6)
    return path


def _ring() -> QPainterPath:
    path = _disc()
    path.addEllipse(QPointF(8, 8), 3.5, 3.5)
    return path


def _square_outline() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(2, 2, 12, 12), 2, 2)
    path.addRoundedRect(QRectF(4, 4, 8, 8), 1, 1)
    return path


def _cloud() -> QPainterPath:
    """Three circles and what is between them, as one line around: they meet at these degrees."""
    path = QPainterPath(QPointF(4.5, 13))
    for x, y, radius, start, end in (
        (4.5, 9.5, 3.5, 270, 87.93),
        (8.5, 7, 4, 165.56, -0.6),
        (12, 10, 3, 80.41, -90),
    ):
        path.arcTo(QRectF(x - radius, y - radius, 2 * radius, 2 * radius), start, end - start)
    path.closeSubpath()
    return path


def _triangle() -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(8, 1), QPointF(15.5, 14.5), QPointF(0.5, 14.5), QPointF(8, 1)]))
    path.addRect(QRectF(7, 5.5, 2, 4.5))
    path.addRect(QRectF(7, 11, 2, 2))
    return path


def _key() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(4.5, 8), 4, 4)
    path.addEllipse(QPointF(4.5, 8), 1.75, 1.75)
    teeth = QPainterPath()
    teeth.addRect(QRectF(8, 7, 8, 2))
    teeth.addRect(QRectF(11, 9, 1.5, 2))
    teeth.addRect(QRectF(14, 9, 2, 3))
    return path.united(teeth)


def _check() -> QPainterPath:
    line = QPainterPath(QPointF(3, 8.5))
    line.lineTo(6.5, 12)
    line.lineTo(13, 4.5)
    stroker = QPainterPathStroker()
    stroker.setWidth(2)
    stroker.setCapStyle(QtCore.Qt.PenCapStyle.RoundCap)
    return stroker.createStroke(line)


def _play() -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(4, 2), QPointF(14, 8), QPointF(4, 14), QPointF(4, 2)]))
    return path


def _bars() -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(4, 3, 3, 10))
    path.addRect(QRectF(9, 3, 3, 10))
    return path


def _square() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(3, 3, 10, 10), 1, 1)
    return path


def _dots() -> QPainterPath:
    path = QPainterPath()
    for x in (3, 8, 13):
        path.addEllipse(QPointF(x, 8), 1.5, 1.5)
    return path


BUILDERS: Final = {
    Mark.RUNNING: _disc,
    Mark.PAUSED: _ring,
    Mark.IDLE: _square_outline,
    Mark.OFFLINE: _cloud,
    Mark.ATTENTION: _triangle,
    Mark.SIGN_IN: _key,
    Mark.SAVED: _check,
    Mark.START: _play,
    Mark.PAUSE: _bars,
    Mark.STOP: _square,
    Mark.MORE: _dots,
}
