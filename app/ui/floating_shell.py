"""How does a frameless window look, get dragged, and find its place on the screens?"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QGuiApplication,
    QMouseEvent,
    QMoveEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QScreen,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.floating_place import arrangement, first_place, grown, inside, snapped
from app.ui.theme import Theme

RADIUS: Final = 10
RESTS_MS: Final = 400


class Shell(QWidget):
    """A rounded window above all others. `placed`: the person put it somewhere, under that name of the screens."""

    placed = Signal(str, QPoint)

    def __init__(self, theme: Theme, places: dict[str, tuple[int, int]], *, in_taskbar: bool) -> None:
        super().__init__()
        self._theme = theme
        self._places = dict(places)
        self._stands = (
            QRect()
        )  # where it was put; the window system tells its own view late and more than once
        self._pressed_at: QPoint | None = None
        self._grip: QPoint | None = None
        self._was_dragged = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(RESTS_MS)
        self._rest.timeout.connect(self._settle)
        kind = Qt.WindowType.Window if in_taskbar else Qt.WindowType.Tool
        self.setWindowFlags(kind | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        # An X server without a compositor paints what is translucent black: there the corners are cut off.
        self._cuts_corners = QGuiApplication.platformName() == "xcb"
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, not self._cuts_corners)
        theme.changed.connect(self.update)
        self._watch_screens()

    def take_place(self) -> None:
        """Where it stood with these screens, else the first place; always visible."""
        size, areas = self.size(), _areas()
        place = self._places.get(arrangement(_screens()))
        primary = QGuiApplication.primaryScreen().availableGeometry()
        at = first_place(size, primary) if place is None else QPoint(*place)
        self._stand(inside(at, size, areas))

    def _stand(self, place: QPoint) -> None:
        self._stands = QRect(place, self.size())
        self.move(place)

    # ---- screens --------------------------------------------------------------------------------------------

    def _watch_screens(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.screenAdded.connect(self._screen_added)
            app.screenRemoved.connect(self._screens_changed)
        for screen in QGuiApplication.screens():
            self._watch(screen)

    def _watch(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._screens_changed)
        screen.availableGeometryChanged.connect(self._screens_changed)

    def _screen_added(self, screen: QScreen) -> None:
        self._watch(screen)
        self._screens_changed()

    def _screens_changed(self) -> None:
        if QGuiApplication.screens():
            self.take_place()

    # ---- the mouse ------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        at = event.globalPosition().toPoint()
        if self._grip is not None:
            self.move(at - self._grip)
        elif self._pressed_at is not None and _is_drag(self._pressed_at, at):
            self._begin_drag(self._pressed_at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        self._pressed_at = self._grip = None
        super().mouseReleaseEvent(event)

    def _begin_drag(self, pressed_at: QPoint) -> None:
        """By the window manager where it can, else by hand."""
        self._pressed_at = None
        self._was_dragged = True
        handle = self.windowHandle()
        if handle is None or not handle.startSystemMove():
            self._grip = pressed_at - self.pos()

    def moveEvent(self, event: QMoveEvent) -> None:  # noqa: N802  # Qt's name
        super().moveEvent(event)
        if self._was_dragged:
            self._rest.start()

    def _settle(self) -> None:
        """The window has come to rest after a drag."""
        if self._grip is not None:
            return
        self._was_dragged = False
        place = snapped(self.pos(), self.size(), _areas())
        self._stand(place)
        name = arrangement(_screens())
        self._places[name] = (place.x(), place.y())
        self.placed.emit(name, place)

    # ---- size and paint -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        super().resizeEvent(event)
        if self._cuts_corners:
            path = QPainterPath()
            path.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
            self.setMask(path.toFillPolygon().toPolygon())
        if self.isVisible() and self._stands.isValid():
            self._stand(grown(self._stands, event.size(), _areas()))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QBrush(QColor(self._theme.colors.border)), 1))
        painter.setBrush(QBrush(QColor(self._theme.colors.surface)))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()


def _is_drag(start: QPoint, at: QPoint) -> bool:
    return (at - start).manhattanLength() >= QApplication.startDragDistance()


def _screens() -> list[QRect]:
    return [screen.geometry() for screen in QGuiApplication.screens()]


def _areas() -> list[QRect]:
    """Without what panels and docks take."""
    return [screen.availableGeometry() for screen in QGuiApplication.screens()]
