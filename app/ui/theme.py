"""Which colours, and which figures, does everything on the screen have?

The colours are those of the brief, the same on the pages of the server. Light or dark follows the system or the
person's choice, also while windows are open.

What the tray needs before it shows asks for no enum of `QtCore.Qt` (see `app.ui.icons`) and for no style.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from app.settings import Theme as Choice


@dataclass(frozen=True, slots=True)
class Colors:
    """By role, as #RRGGBB."""

    surface: str
    raised: str
    border: str
    text: str
    secondary: str
    running: str
    paused: str
    warning: str
    error: str
    accent: str


LIGHT: Final = Colors(
    surface="#FFFFFF",
    raised="#F6F7F9",
    border="#D9DDE3",
    text="#1B1E23",
    secondary="#545B66",
    running="#0B7A4B",
    paused="#545B66",
    warning="#8A5A00",
    error="#B3261E",
    accent="#2456D6",
)
DARK: Final = Colors(
    surface="#1F2125",
    raised="#282B30",
    border="#3A3F47",
    text="#EEF0F3",
    secondary="#A9B0BB",
    running="#4CC38A",
    paused="#A9B0BB",
    warning="#F2B84B",
    error="#FF8A80",
    accent="#8AB4F8",
)

SHEET: Final = """
* {{ color: {text}; }}
QDialog, QWidget#window {{ background: {surface}; }}
QLabel[role="secondary"] {{ color: {secondary}; }}
QLabel[role="error"] {{ color: {error}; }}
QLabel[role="title"] {{ font-weight: 600; }}
QLineEdit, QPlainTextEdit, QListView {{
  background: {surface}; border: 1px solid {secondary}; border-radius: 6px; padding: 5px 8px;
  selection-background-color: {accent}; selection-color: {surface};
}}
QLineEdit:focus, QPlainTextEdit:focus, QListView:focus {{ border: 2px solid {accent}; padding: 4px 7px; }}
QLineEdit:disabled, QPlainTextEdit:disabled {{ color: {secondary}; background: {raised}; }}
QListView::item {{ padding: 6px 8px; border-radius: 4px; }}
QListView::item:hover {{ background: {raised}; }}
QListView::item:selected {{ background: {accent}; color: {surface}; }}
QPushButton {{
  background: {raised}; border: 1px solid {border}; border-radius: 6px; padding: 6px 14px; min-height: 18px;
}}
QPushButton:hover {{ border-color: {secondary}; }}
QPushButton:pressed {{ background: {border}; }}
QPushButton:focus {{ border: 2px solid {accent}; padding: 5px 13px; }}
QPushButton:default {{ background: {accent}; border-color: {accent}; color: {surface}; }}
QPushButton:default:focus {{ border: 2px solid {text}; }}
QPushButton:disabled {{ color: {secondary}; background: {raised}; border-color: {border}; }}
QScrollBar {{ background: {surface}; border: none; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {secondary}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {text}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px; }}
"""


HALF_LIGHT: Final = 128  # of 255
NORMAL_WEIGHT: Final = 400  # as QFont.Weight.Normal


class Theme(QObject):
    """GUI thread. `changed`: take the colours again.

    The system is asked with `ask_system`; until then, and where it does not say, the colour of its windows decides.
    """

    changed = Signal()

    def __init__(self, choice: Choice = Choice.SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._hints = QGuiApplication.styleHints()
        self._asks_system = False
        self._dark = self._wants_dark()
        self._hints.colorSchemeChanged.connect(self.ask_system)

    @property
    def dark(self) -> bool:
        return self._dark

    @property
    def colors(self) -> Colors:
        return DARK if self._dark else LIGHT

    @property
    def moves(self) -> bool:
        """Whether things may move on the screen; False for people who asked their system for less of it."""
        hint = QtWidgets.QStyle.StyleHint.SH_Widget_Animation_Duration
        return QtWidgets.QApplication.style().styleHint(hint) > 0

    def ask_system(self) -> None:
        """Whether it is light or dark, from now on; once the tray shows, because the asking takes long."""
        self._asks_system = True
        self._look_again()

    def choose(self, choice: Choice) -> None:
        self._choice = choice
        self._look_again()

    def stylesheet(self) -> str:
        """For a window with fields and lists; labels take the properties role=secondary, error or title."""
        colors = self.colors
        return SHEET.format(**{field.name: getattr(colors, field.name) for field in fields(colors)})

    def palette(self) -> QPalette:
        """For what the style draws by itself, as menus."""
        colors = self.colors
        palette = QPalette(QColor(colors.raised), QColor(colors.surface))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(role, QColor(colors.text))
        # Menus: their ground, and the lines between groups.
        palette.setColor(QPalette.ColorRole.Base, QColor(colors.surface))
        for role in (QPalette.ColorRole.Mid, QPalette.ColorRole.Dark, QPalette.ColorRole.Shadow):
            palette.setColor(role, QColor(colors.border))
        palette.setColor(QPalette.ColorRole.Highlight, QColor(colors.accent))
        palette.setColor(QPalette.ColorRole.HighlightedText, QColor(colors.surface))
        disabled = QPalette.ColorGroup.Disabled
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(disabled, role, QColor(colors.secondary))
        return palette

    def _look_again(self) -> None:
        dark = self._wants_dark()
        if dark != self._dark:
            self._dark = dark
            self.changed.emit()

    def _wants_dark(self) -> bool:
        match self._choice:
            case Choice.LIGHT:
                return False
            case Choice.DARK:
                return True
            case Choice.SYSTEM:
                return self._system_is_dark()

    def _system_is_dark(self) -> bool:
        if self._asks_system:
            scheme = self._hints.colorScheme()
            if scheme != QtCore.Qt.ColorScheme.Unknown:
                return scheme == QtCore.Qt.ColorScheme.Dark
        return QGuiApplication.palette().window().color().lightness() < HALF_LIGHT


def figures(base: QtGui.QFont, scale: float, weight: int = NORMAL_WEIGHT) -> QtGui.QFont:
    """`base` at `scale` times its size with figures of one width, so that a clock does not tremble."""
    font = QtGui.QFont(base)
    if base.pointSizeF() > 0:
        font.setPointSizeF(base.pointSizeF() * scale)
    else:
        font.setPixelSize(round(base.pixelSize() * scale))
    font.setWeight(QtGui.QFont.Weight(weight))
    font.setFeature(QtGui.QFont.Tag("tnum"), 1)
    return font
