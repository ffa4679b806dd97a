"""Which issue do you want to start?

One field, and what it finds at every letter; the arrows and Enter work from the first letter on. Goes away when somebody
looks elsewhere.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QCursor, QGuiApplication, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.core.screen import TimerState
from app.core.timer import IssueRef
from app.errors import AppError
from app.ui.controller import Controller
from app.ui.dialog import Dialog, Trouble
from app.ui.issue_row import ISSUE, IssueRow
from app.ui.text import Text
from app.ui.theme import Theme

WIDTH: Final = 480
PADDING: Final = 12
GAP: Final = 8
ROWS: Final = 7
FOUND: Final = 20
FROM_TOP: Final = 0.22  # of the screen: where people look first
AGO_MINUTES: Final = (5, 10, 15, 30, 60)
SHEET: Final = """
QFrame#frame {{ border: 1px solid {border}; }}
QListView {{ border: 2px solid transparent; padding: 0; }}
QListView:focus {{ padding: 0; }}
"""
WINDOW: Final = Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
TO_THE_LIST: Final = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class SearchPopup(Dialog):
    """`title`, `go`: keys of the words for the window and for its button."""

    def __init__(
        self,
        controller: Controller,
        text: Text,
        theme: Theme,
        title: str = "search.title",
        go: str = "search.start",
    ) -> None:
        super().__init__(text.t(title), theme, WINDOW)
        self._controller = controller
        self._text = text
        self._ago_minutes = 0
        self._field = QLineEdit(placeholderText=text.t("search.example"))
        self._field.setAccessibleName(text.t("search.field"))
        self._field.textChanged.connect(self._search)
        self._field.installEventFilter(self)
        self._heading = QLabel()
        self._heading.setProperty("role", "secondary")
        self._list = QListWidget()
        self._row = IssueRow(theme, self._list)
        self._list.setItemDelegate(self._row)
        self._list.itemClicked.connect(self._start)
        self._list.itemActivated.connect(self._start)
        self._pages = QStackedWidget()
        self._nothing = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setProperty("role", "secondary")
        self._sync = QPushButton(text.t("search.sync"))
        self._sync.clicked.connect(controller.sync_now)
        self._trouble = Trouble()
        self._menu = QMenu(self)
        self._ago = QPushButton()
        self._ago.setMenu(self._menu)
        self._ago.setToolTip(text.t("search.ago_tip"))
        self._go = QPushButton(text.t(go))
        self._go.clicked.connect(self._start)
        self._fill_menu()
        self._lay_out()
        self._go.setDefault(True)  # a button knows its window only now
        controller.changed.connect(self.render_state)

    def _lay_out(self) -> None:
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.setMinimumHeight(ROWS * self._row.height(self.font()) + GAP)
        self._pages.addWidget(_column(self._heading, self._list))
        self._pages.addWidget(self._nothing)
        foot = QWidget()
        ending = QHBoxLayout(foot)
        ending.setContentsMargins(0, 0, 0, 0)
        ending.setSpacing(GAP)
        ending.addWidget(self._ago)
        ending.addStretch()
        ending.addWidget(self._sync)
        ending.addWidget(self._go)
        frame = _column(self._field, self._pages, self._trouble, foot)
        frame.setObjectName("frame")
        frame.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        around.addWidget(frame)
        self._pages.setFixedWidth(WIDTH)
        order = (self._field, self._list, self._ago, self._sync, self._go)
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    def dress(self) -> None:
        """The window's own edge in place of the list's."""
        super().dress()
        edge = SHEET.format(border=self.theme.colors.border)
        self.setStyleSheet(self.styleSheet() + edge)

    # ---- showing and hiding -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        if not event.spontaneous():
            self._begin_now()
            self._search()
            self._place()
            self._field.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        super().hideEvent(event)
        if not event.spontaneous():
            self._field.clear()
            self._trouble.calm()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        super().changeEvent(event)
        left = event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow()
        if left and not self._menu.isVisible():
            self.hide()

    def render_state(self, _state: TimerState) -> None:
        """A sync may have brought what was looked for."""
        if self.isVisible():
            self._search()

    def _place(self) -> None:
        screen = QGuiApplication.screenAt(QCursor.pos()) or QGuiApplication.primaryScreen()
        room: QRect = screen.availableGeometry()
        self.adjustSize()
        x = room.center().x() - self.width() // 2
        self.move(max(room.left(), x), room.top() + int(room.height() * FROM_TOP))

    # ---- finding ----------------------------------------------------------------------------------------------

    def _search(self) -> None:
        typed = self._field.text()
        chosen = self._chosen()
        found = self._controller.search(typed, FOUND)
        self._trouble.calm()
        self._list.clear()
        for issue in found:
            item = QListWidgetItem(f"{issue.key}  {issue.summary}")
            item.setData(ISSUE, issue)
            item.setToolTip(issue.summary)
            self._list.addItem(item)
        if found:
            self._list.setCurrentRow(found.index(chosen) if chosen in found else 0)
        self._say_what_is_there(typed, is_found=bool(found))

    def _say_what_is_there(self, typed: str, *, is_found: bool) -> None:
        heading = self._text.t("search.found" if typed.strip() else "search.recent")
        self._heading.setText(heading)
        self._list.setAccessibleName(heading)
        self._pages.setCurrentIndex(0 if is_found else 1)
        self._sync.setVisible(not is_found and self._controller.state.account is not None)
        self._go.setEnabled(is_found)
        if self._controller.state.account is None:
            self._nothing.setText(self._text.t("search.sign_in_first"))
        elif typed.strip():
            self._nothing.setText(self._text.t("search.nothing", typed=typed.strip()))
        else:
            self._nothing.setText(self._text.t("search.no_recents"))

    def _chosen(self) -> IssueRef | None:
        item = self._list.currentItem()
        issue: IssueRef | None = None if item is None else item.data(ISSUE)
        return issue

    # ---- starting ---------------------------------------------------------------------------------------------

    def _start(self) -> None:
        issue = self._chosen()
        if issue is None:
            return
        try:
            self.use(issue)
        except AppError as error:
            self._trouble.say(self._text.error(error))
            return
        self.hide()

    def use(self, issue: IssueRef) -> None:
        """Start it. AppError when that is refused, and the popup stays."""
        self._controller.start(issue, 60 * self._ago_minutes)

    def hide_beginning(self) -> None:
        """For whoever chooses an issue without starting it."""
        self._ago.hide()

    def _fill_menu(self) -> None:
        for minutes in (0, *AGO_MINUTES):
            action = self._menu.addAction(self._ago_words(minutes))
            action.triggered.connect(partial(self._set_ago, minutes))
        self._begin_now()

    def _begin_now(self) -> None:
        self._set_ago(0)

    def _set_ago(self, minutes: int, _checked: bool = False) -> None:  # noqa: FBT001, FBT002  # a signal's value
        self._ago_minutes = minutes
        self._ago.setText(self._ago_words(minutes))
        self._field.setFocus()

    def _ago_words(self, minutes: int) -> str:
        return self._text.t("search.ago", n=minutes) if minutes else self._text.t("search.now")

    # ---- the keyboard -----------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        """In the field the arrows move through the list."""
        is_press = watched is self._field and event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in TO_THE_LIST:
            QGuiApplication.sendEvent(self._list, event)
            return True
        return super().eventFilter(watched, event)


def _column(*widgets: QWidget) -> QFrame:
    frame = QFrame()
    lines = QVBoxLayout(frame)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(GAP)
    for widget in widgets:
        lines.addWidget(widget)
    return frame
