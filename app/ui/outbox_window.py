"""What has the server not confirmed, and what does it need a person for?

Three parts: what needs a decision, what waits, and what is confirmed of today. A choice is recorded here first and works
without a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.core.attention import Choice, Decision, Need
from app.core.local_time import day_of, start_of_day
from app.core.logbook import LogStatus, OwnLog
from app.core.screen import TimerState
from app.core.timer import IssueRef
from app.errors import AppError
from app.ui.controller import Controller
from app.ui.dialog import Dialog, Trouble
from app.ui.floating_words import contact_words, hindrance_words
from app.ui.format import duration_words, moment
from app.ui.issue_picker import IssuePicker
from app.ui.need_card import NeedCard
from app.ui.own_time import FOREVER, OwnTime
from app.ui.rows import box, fill, words
from app.ui.text import Text
from app.ui.theme import Theme
from app.ui.time_editor import TimeEditor

WIDTH: Final = 560
HEIGHT: Final = 520
PADDING: Final = 20
GAP: Final = 8
HEADINGS: Final = ("outbox.needs", "outbox.waiting", "outbox.confirmed")
SHEET: Final = """
QFrame#card {{ background: {raised}; border: 1px solid {border}; border-radius: 8px; }}
QScrollArea, QWidget#parts {{ background: {surface}; border: none; }}
"""


class OutboxWindow(Dialog):
    def __init__(self, controller: Controller, text: Text, theme: Theme, zone: tzinfo) -> None:
        super().__init__(text.t("outbox.title"), theme)
        self._controller = controller
        self._own = OwnTime(controller)
        self._text = text
        self._zone = zone
        self._cards: list[NeedCard] = []
        self._asking: Dialog | None = None
        self._needs, self._today = box(), box()
        self._waiting = words()
        self._contact = words("secondary")
        self._trouble = Trouble()
        self._try = self._button("outbox.try", controller.sync_now)
        self._export = self._button("outbox.export", self.ask_export)
        self._export.setToolTip(text.t("outbox.export_tip"))
        self._close = self._button("outbox.close", self.close)
        self._lay_out()
        self.resize(WIDTH, HEIGHT)
        controller.changed.connect(self.render_state)
        controller.written_down.connect(self._look_again)

    def _button(self, key: str, pressed: object) -> QPushButton:
        button = QPushButton(self._text.t(key))
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        parts = QWidget()
        parts.setObjectName("parts")
        lines = QVBoxLayout(parts)
        lines.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        lines.setSpacing(GAP)
        self._headings = [words("title") for _ in range(3)]
        tries = QHBoxLayout()
        tries.addWidget(self._try)
        tries.addWidget(self._export)
        tries.addStretch()
        rows: Sequence[QWidget | QLayout] = (
            self._headings[0], self._needs, self._headings[1], self._waiting, self._contact, tries,
            self._headings[2], self._today,
        )  # fmt: skip
        for row in rows:
            if row in self._headings[1:]:
                lines.addSpacing(2 * GAP)
            lines.addLayout(row) if isinstance(row, QLayout) else lines.addWidget(row)
        lines.addStretch()
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(parts)
        self._scroll = scroll
        foot = QHBoxLayout()
        foot.setContentsMargins(PADDING, GAP, PADDING, PADDING)
        foot.addWidget(self._trouble, 1)
        foot.addStretch()
        foot.addWidget(self._close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll)
        whole.addLayout(foot)
        for heading, key in zip(self._headings, HEADINGS, strict=True):
            heading.setText(self._text.t(key))

    def dress(self) -> None:
        super().dress()
        colors = self.theme.colors
        own = SHEET.format(raised=colors.raised, border=colors.border, surface=colors.surface)
        self.setStyleSheet(self.styleSheet() + own)

    # ---- showing --------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        if not event.spontaneous():
            self._trouble.calm()
            self.render_state(self._controller.state)
            first = next((button for card in self._cards for button in card.buttons.values()), self._try)
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def render_state(self, state: TimerState) -> None:
        """Cards are made anew only where something about them changed: whoever works on one keeps their place."""
        if not self.isVisible():
            return
        now = self._controller.clock.now()
        self._render_needs(self._own.needs(), now)
        self._render_waiting(state, now)
        self._render_today(now)

    def _look_again(self) -> None:
        self.render_state(self._controller.state)

    def _render_needs(self, needs: Sequence[Need], now: int) -> None:
        if self._cards and [card.need for card in self._cards] == list(needs):
            return
        focused = next(
            (
                place
                for place, card in enumerate(self._cards)
                if card.isAncestorOf(self.focusWidget() or self)
            ),
            None,
        )
        logs = {log.timer_id: log for log in self._own.logs()}
        room = self._scroll.viewport().width() - 2 * PADDING
        self._cards = [
            NeedCard(need, logs.get(need.item.timer_id or ""), self._choose, now, self._text, room)
            for need in needs
        ]
        nothing = words("secondary")
        nothing.setText(self._text.t("outbox.needs_none"))
        fill(self._needs, self._cards or [nothing])
        if focused is not None:
            self._focus_near(focused)

    def _focus_near(self, place: int) -> None:
        """The next that can be decided, for whoever settles one after the other by keyboard."""
        near = [*self._cards[place:], *self._cards[:place]]
        next((button for card in near for button in card.buttons.values()), self._close).setFocus()

    def _render_waiting(self, state: TimerState, now: int) -> None:
        sync, text, desk = state.sync, self._text, self._controller.desk
        oldest = () if desk is None or not sync.waiting else desk.outbox.waiting(limit=1)
        if oldest:
            said = text.plural("outbox.waiting_n", sync.waiting, oldest=moment(oldest[0].at, now, text))
        else:
            said = text.t("outbox.waiting_none")
        self._waiting.setText(said)
        self._contact.setText(f"{hindrance_words(state, text)} {contact_words(state, now, text)}".strip())
        self._export.setVisible(bool(sync.waiting))

    def _render_today(self, now: int) -> None:
        midnight = start_of_day(day_of(now, self._zone), self._zone)
        logs = [
            log
            for log in self._own.logs(midnight, FOREVER)
            if log.is_confirmed and log.status is LogStatus.STOPPED
        ]
        rows: list[QWidget] = []
        for log in logs:
            row = words()
            row.setText(self._log_words(log, now))
            rows.append(row)
        if not rows:
            nothing = words("secondary")
            nothing.setText(self._text.t("outbox.confirmed_none"))
            rows.append(nothing)
        fill(self._today, rows)

    def _log_words(self, log: OwnLog, now: int) -> str:
        start = moment(log.start, now, self._text)
        span = (
            start
            if log.end is None
            else self._text.t("outbox.span", start=start, end=moment(log.end, now, self._text))
        )
        parts = (span, log.issue.key, duration_words(log.seconds), log.description or log.issue.summary)
        return "  ·  ".join(part for part in parts if part)

    # ---- deciding -------------------------------------------------------------------------------------------

    def _choose(self, need: Need, choice: Choice) -> None:
        self._trouble.calm()
        if choice is Choice.MOVE_ISSUE:
            picked = partial(self._move, need)
            self._open(IssuePicker(self._controller, self._text, self.theme, picked))
        elif choice is Choice.CHANGE_TIME:
            self._ask_time(need)
        else:
            try:
                self._own.resolve(need, Decision(choice))
            except AppError as error:
                self._trouble.say(self._text.error(error))

    def _move(self, need: Need, issue: IssueRef) -> None:
        self._own.resolve(need, Decision(Choice.MOVE_ISSUE, issue))

    def _ask_time(self, need: Need) -> None:
        item = need.item
        start = item.since if item.start is None else item.start
        span = (start, start if item.end is None else item.end)
        about = item.issue_key or self._text.t("outbox.no_issue")
        save = partial(self._change_time, need)
        self._open(TimeEditor(about, span, save, self._zone, self._text, self.theme))

    def _change_time(self, need: Need, start: int, end: int) -> None:
        self._own.resolve(need, Decision(Choice.CHANGE_TIME, None, start, end))

    def _open(self, dialog: Dialog) -> None:
        if self._asking is not None:
            self._asking.close()
            self._asking.deleteLater()
        self._asking = dialog
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    # ---- exporting ------------------------------------------------------------------------------------------

    def ask_export(self) -> None:
        """For a file, and keeps there what waits."""
        dialog = QFileDialog(self, self._text.t("outbox.export"), str(Path.home() / "hourkeep-outbox.json"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["JSON (*.json)", "CSV (*.csv)"])
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """A table for .csv, else all of it as JSON; only its owner reads the file."""
        file = Path(path)
        try:
            unsent = self._own.unsent(self._zone)
            file.touch(mode=0o600)
            content = unsent.csv if file.suffix.lower() == ".csv" else unsent.json
            file.write_text(content, encoding="utf-8", newline="")
        except AppError as error:
            self._trouble.say(self._text.error(error))
        except OSError:
            self._trouble.say(self._text.t("outbox.not_exported", path=path))
        else:
            self._contact.setText(self._text.t("outbox.exported", path=path))
