"""Where on the screens does the floating timer stand?

Its place is remembered for each arrangement of screens, snaps to edges, and always lies on a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize

MARGIN_PX: Final = 16
SNAP_PX: Final = 12


def arrangement(screens: Sequence[QRect]) -> str:
    """Names this set of screens, in whatever order they are listed: 0,0,1920x1080|1920,0,1280x1024."""
    names = (f"{each.x()},{each.y()},{each.width()}x{each.height()}" for each in screens)
    return "|".join(sorted(names))


def first_place(size: QSize, area: QRect) -> QPoint:
    """At the lower right, where it covers least."""
    return QPoint(area.right() + 1 - size.width() - MARGIN_PX, area.bottom() + 1 - size.height() - MARGIN_PX)


def inside(place: QPoint, size: QSize, areas: Sequence[QRect]) -> QPoint:
    """The nearest place at which all of it is visible, on the screen that shows most of it now."""
    area = _home(QRect(place, size), areas)
    return QPoint(
        _between(place.x(), area.left(), area.right() + 1 - size.width()),
        _between(place.y(), area.top(), area.bottom() + 1 - size.height()),
    )


def snapped(place: QPoint, size: QSize, areas: Sequence[QRect]) -> QPoint:
    """`inside`, and at an edge when that is close."""
    held = inside(place, size, areas)
    area = _home(QRect(held, size), areas)
    return QPoint(
        _snap(held.x(), area.left(), area.right() + 1 - size.width()),
        _snap(held.y(), area.top(), area.bottom() + 1 - size.height()),
    )


def grown(old: QRect, size: QSize, areas: Sequence[QRect]) -> QPoint:
    """Where it stands after a change of size: the edges that are nearer to the screen's stay where they are."""
    area = _home(old, areas)
    x, y = old.x(), old.y()
    if old.center().x() > area.center().x():
        x += old.width() - size.width()
    if old.center().y() > area.center().y():
        y += old.height() - size.height()
    return inside(QPoint(x, y), size, areas)


def _home(window: QRect, areas: Sequence[QRect]) -> QRect:
    def nearness(area: QRect) -> tuple[int, int]:
        shared = window.intersected(area)
        return shared.width() * shared.height(), -(window.center() - area.center()).manhattanLength()

    return max(areas, key=nearness)


def _between(value: int, low: int, high: int) -> int:
    """`low` wins where there is no room."""
    return max(low, min(value, high))


def _snap(value: int, low: int, high: int) -> int:
    if abs(value - low) <= SNAP_PX:
        return low
    return high if abs(value - high) <= SNAP_PX else value
