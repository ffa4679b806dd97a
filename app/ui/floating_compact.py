"""How does the floating timer look on one line?"""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.screen import TimerState
from app.core.timer import Status
from app.ui.floating_buttons import COMPACT_PX, TimerButton
from app.ui.floating_full import BOLD, say_main
from app.ui.floating_hands import Hands
from app.ui.floating_labels import Figures, MarkLabel, Note, Words
from app.ui.floating_words import Line, SyncWords, elapsed, line, live_cost, status_words
from app.ui.icons import MARK_OF_STATUS, Mark
from app.ui.text import Text
from app.ui.theme import Theme

WIDTH_PX: Final = 248
TIME_SCALE: Final = 1.15


class CompactFace(QWidget):
    """A second line only while there is something to tell. `show_state` and `tick` as the full form's."""

    def __init__(self, hands: Hands, text: Text, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._hands = hands
        self._text = text
        self._theme = theme
        self.setMinimumWidth(WIDTH_PX)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(10, 6, 6, 6)
        rows.setSpacing(2)
        rows.addLayout(self._make_line())
        self._note = Note(theme, self)
        rows.addWidget(self._note)

    def show_state(self, state: TimerState, now: int, sync: SyncWords, told: Line | None) -> None:
        self._mark.say(MARK_OF_STATUS[state.status], status_words(state.status, self._text))
        self._render_issue(state)
        is_paused = state.status is Status.PAUSED
        self._time.setVisible(state.timer is not None)
        self._time.dim(is_paused or state.stopping_at is not None)
        self._paused.setVisible(is_paused)
        self._money.setVisible(state.status is Status.RUNNING)
        self._render_buttons(state, sync)
        self._render_note(state, now, told)
        self.tick(state, now)

    def tick(self, state: TimerState, now: int) -> None:
        if state.timer is not None:
            self._time.say(elapsed(state, now))
            self._money.say(live_cost(state, now, self._text))

    def _make_line(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._mark = MarkLabel(self._theme, self)
        self._key = Words(self._theme, self, weight=BOLD)
        self._time = Figures(self._theme, self, scale=TIME_SCALE, weight=BOLD)
        self._time.setAccessibleDescription(self._text.t("timer.elapsed"))
        self._money = Figures(self._theme, self, scale=1, weight=400)
        self._money.setAccessibleDescription(self._text.t("timer.cost"))
        self._paused = Words(self._theme, self, dim=True)
        self._paused.setText(self._text.t("timer.paused"))
        for label in (self._mark, self._key):
            row.addWidget(label)
        row.addStretch(1)
        for label in (self._time, self._paused, self._money):
            row.addWidget(label)
        row.addLayout(self._make_buttons())
        return row

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        self._main = self._make_button(Mark.START, worded=False)
        self._start = self._make_button(Mark.START, worded=True)
        self._stop = self._make_button(Mark.STOP, worded=False)
        self._sync = self._make_button(Mark.SAVED, worded=True)
        self._main.clicked.connect(self._hands.toggle)
        self._start.clicked.connect(self._hands.search)
        self._stop.clicked.connect(self._hands.stop)
        self._sync.clicked.connect(self._hands.sync)
        for button in (self._start, self._main, self._stop, self._sync):
            row.addWidget(button)
        return row

    def _make_button(self, mark: Mark, *, worded: bool) -> TimerButton:
        return TimerButton(mark, self._theme, self, worded=worded, flat=True, least=COMPACT_PX)

    def _render_issue(self, state: TimerState) -> None:
        words = self._text.t("timer.no_issue") if state.timer is None else state.timer.issue.key
        self._key.setText(words)
        self._key.setToolTip("" if state.timer is None else f"{words} {state.timer.issue.summary}")

    def _render_buttons(self, state: TimerState, sync: SyncWords) -> None:
        is_idle = state.timer is None
        self._start.setVisible(is_idle)
        self._main.setVisible(not is_idle)
        self._stop.setVisible(not is_idle)
        say_main(self._start if is_idle else self._main, state, self._text)
        if state.timer is not None:
            tip = self._text.t("timer.stop_tip", key=state.timer.issue.key)
            self._stop.say(self._text.t("timer.stop"), tip)
        self._sync.setVisible(sync.mark is not Mark.SAVED)
        self._sync.say(str(sync.count or ""), sync.full, sync.short, sync.mark)

    def _render_note(self, state: TimerState, now: int, told: Line | None) -> None:
        said = told
        if said is None and state.trouble is not None:
            said = line(state, now, self._text)
        self._note.setVisible(said is not None)
        if said is not None:
            self._note.say(said.words)
            self._note.tone(said.tone)
