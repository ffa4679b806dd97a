"""How does the floating timer look with everything on it?"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.core.screen import TimerState
from app.core.timer import Status
from app.ui.floating_bar import BudgetBar
from app.ui.floating_buttons import TimerButton
from app.ui.floating_hands import Hands
from app.ui.floating_labels import Elided, Figures, MarkLabel, Note, Words
from app.ui.floating_recents import Recents
from app.ui.floating_words import Line, SyncWords, elapsed, line, live_cost, status_words, today
from app.ui.icons import MARK_OF_STATUS, Mark
from app.ui.text import Text
from app.ui.theme import Theme

WIDTH_PX: Final = 304
PADDING: Final = 12
EDGE: Final = 4  # of what is flat until the mouse is over it, so that its words stand at the padding
BOTTOM: Final = 8
INSET: Final = PADDING - EDGE
TIME_SCALE: Final = 2.0
MONEY_SCALE: Final = 1.15
BOLD: Final = 600


class FullFace(QWidget):
    """`show_state` after every change, `tick` each second while it is seen."""

    def __init__(self, hands: Hands, text: Text, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._hands = hands
        self._text = text
        self._theme = theme
        self.setMinimumWidth(WIDTH_PX)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(EDGE, EDGE, EDGE, BOTTOM)
        rows.setSpacing(4)
        rows.addLayout(self._make_head())
        self._figures = self._make_figures()
        rows.addWidget(self._figures)
        rows.addLayout(self._make_budget())
        rows.addLayout(self._make_buttons())
        self._recents = Recents(hands.start, text, theme, self)
        rows.addWidget(self._recents)

    def show_state(self, state: TimerState, now: int, sync: SyncWords, told: Line | None) -> None:
        self._render_head(state)
        self._render_buttons(state, sync)
        runs_or_waits = state.timer is not None
        self._figures.setVisible(runs_or_waits)
        self._recents.show_issues(() if runs_or_waits else state.recents)
        self._bar.say(state.budget)
        has_bar = runs_or_waits and state.budget is not None and state.budget.percent is not None
        self._bar.setVisible(has_bar)
        self._render_note(state, now, told)
        self.tick(state, now)

    def tick(self, state: TimerState, now: int) -> None:
        if state.timer is not None:
            self._time.say(elapsed(state, now))
            self._money.say(live_cost(state, now, self._text))

    # ---- making ---------------------------------------------------------------------------------------------

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._mark = MarkLabel(self._theme, self)
        self._key = Words(self._theme, self, weight=BOLD)
        self._summary = Elided(self._theme, self)
        self._more = TimerButton(Mark.MORE, self._theme, self, worded=False, flat=True)
        words = self._text.t("timer.menu")
        self._more.say(words, words)
        self._more.clicked.connect(self._hands.menu)
        row.addWidget(self._mark)
        row.addWidget(self._key)
        row.addWidget(self._summary, 1)
        row.addWidget(self._more)
        row.setContentsMargins(INSET, 0, 0, 0)
        return row

    def _make_figures(self) -> QWidget:
        box = QWidget(self)
        row = QHBoxLayout(box)
        row.setContentsMargins(INSET, 0, INSET, 0)
        row.setSpacing(8)
        self._time = Figures(self._theme, box, scale=TIME_SCALE, weight=BOLD)
        self._time.setAccessibleDescription(self._text.t("timer.elapsed"))
        self._paused = Words(self._theme, box, dim=True)
        self._paused.setText(self._text.t("timer.paused"))
        self._money = Figures(self._theme, box, scale=MONEY_SCALE, weight=400)
        self._money.setAccessibleDescription(self._text.t("timer.cost"))
        row.addWidget(self._time)
        row.addWidget(self._paused, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        row.addWidget(self._money)
        return box

    def _make_budget(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setContentsMargins(INSET, 0, INSET, 0)
        rows.setSpacing(4)
        self._bar = BudgetBar(self._theme, self)
        self._note = Note(self._theme, self)
        self._note.setContentsMargins(0, 0, 0, 2)
        rows.addWidget(self._bar)
        rows.addWidget(self._note)
        return rows

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._main = TimerButton(Mark.START, self._theme, self, worded=True)
        self._stop = TimerButton(Mark.STOP, self._theme, self, worded=True)
        self._sync = TimerButton(Mark.SAVED, self._theme, self, worded=True, flat=True)
        self._sync.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._main.clicked.connect(self._press_main)
        self._stop.clicked.connect(self._hands.stop)
        self._sync.clicked.connect(self._hands.sync)
        row.addWidget(self._main)
        row.addWidget(self._stop)
        row.addStretch(1)
        row.addWidget(self._sync)
        row.setContentsMargins(INSET, 0, 0, 0)
        return row

    # ---- rendering ------------------------------------------------------------------------------------------

    def _render_head(self, state: TimerState) -> None:
        self._mark.say(MARK_OF_STATUS[state.status], status_words(state.status, self._text))
        if state.timer is None:
            self._key.setText(self._text.t("timer.no_issue"))
            self._summary.say("")
        else:
            self._key.setText(state.timer.issue.key)
            self._summary.say(state.timer.issue.summary)
        self._paused.setVisible(state.status is Status.PAUSED)
        self._time.dim(state.status is Status.PAUSED or state.stopping_at is not None)

    def _render_note(self, state: TimerState, now: int, told: Line | None) -> None:
        said = told or line(state, now, self._text)
        if said is None and state.timer is None and state.account is not None:
            said = Line(today(state, now, self._text))
        self._note.setVisible(said is not None)
        if said is not None:
            self._note.say(said.words)
            self._note.tone(said.tone)

    def _render_buttons(self, state: TimerState, sync: SyncWords) -> None:
        say_main(self._main, state, self._text)
        self._running = state.timer is not None
        self._stop.setVisible(self._running)
        if state.timer is not None:
            tip = self._text.t("timer.stop_tip", key=state.timer.issue.key)
            self._stop.say(self._text.t("timer.stop"), tip)
        self._sync.say(sync.short, sync.full, mark=sync.mark)

    def _press_main(self) -> None:
        if self._running:
            self._hands.toggle()
        else:
            self._hands.search()


def say_main(button: TimerButton, state: TimerState, text: Text) -> None:
    """The first button pauses what runs, resumes what is paused, and starts when nothing does."""
    key = "" if state.timer is None else state.timer.issue.key
    match state.status:
        case Status.RUNNING:
            button.say(text.t("timer.pause"), text.t("timer.pause_tip", key=key), mark=Mark.PAUSE)
        case Status.PAUSED:
            button.say(text.t("timer.resume"), text.t("timer.resume_tip", key=key), mark=Mark.START)
        case Status.IDLE:
            button.say(text.t("timer.start"), text.t("timer.start_tip"), mark=Mark.START)
