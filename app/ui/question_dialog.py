"""What was worked on while two timers ran, the computer slept, or the app was not there?

Only the person knows. Nothing waits for the answer: the window can be closed, and the claim stays as it is.
"""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from itertools import pairwise
from typing import Final, assert_never

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.core.actions import Cause
from app.core.local_time import day_of, read, second_of
from app.core.questions import Away, Option, Question, TakenOver
from app.core.screen import TimerState
from app.errors import AppError
from app.ui.controller import Controller
from app.ui.dialog import Dialog, Trouble
from app.ui.format import moment
from app.ui.rows import box, fill
from app.ui.text import Text
from app.ui.theme import Theme

PADDING: Final = 20
GAP: Final = 8
WIDTH: Final = 420

Subject = tuple[object, ...]
"""What a question is about: asked again a second later it is the same one."""


class QuestionDialog(Dialog):
    """`zone`: where the person is."""

    def __init__(self, controller: Controller, text: Text, theme: Theme, zone: tzinfo) -> None:
        super().__init__(text.t("question.title"), theme)
        self._controller = controller
        self._text = text
        self._zone = zone
        self._question: Question | None = None
        self._words = QLabel(wordWrap=True)
        self._words.setFixedWidth(WIDTH)
        self._label = QLabel(text.t("question.ended"))
        self._ended = QLineEdit()
        self._ended.textEdited.connect(self._edited)
        self._label.setBuddy(self._ended)
        self._trouble = Trouble()
        self._answers = box()
        self._lay_out()
        controller.changed.connect(self.render_state)

    def _lay_out(self) -> None:
        end = QHBoxLayout()
        end.setSpacing(GAP)
        end.addWidget(self._label)
        end.addWidget(self._ended)
        end.addStretch()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        lines.setSpacing(2 * GAP)
        lines.addWidget(self._words)
        lines.addLayout(end)
        lines.addWidget(self._trouble)
        lines.addWidget(self._answers)
        lines.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)

    def ask(self, question: Question) -> None:
        self._question = question
        now = self._controller.clock.now()
        self._words.setText(said(question, now, self._text))
        self._trouble.calm()
        is_crash = isinstance(question, Away) and question.cause is Cause.CRASH_RECOVERED
        for part in (self._label, self._ended):
            part.setVisible(is_crash)
        if isinstance(question, Away):
            self._ended.setText(moment(question.since, question.since, self._text))
        buttons = {
            option: self._button(option, answer_words(question, option, now, self._text))
            for option in question.options
        }
        fill(self._answers, list(buttons.values()))
        for before, after in pairwise([self._ended, *buttons.values()]):
            QWidget.setTabOrder(before, after)
        if is_crash:
            # Enter in the field means the time that stands in it.
            buttons[Option.DROP].setDefault(True)
            self._ended.setFocus()
            self._ended.selectAll()
        else:
            next(iter(buttons.values())).setFocus()

    def render_state(self, state: TimerState) -> None:
        """Goes away when it was answered, or is no question any more."""
        if self._question is not None and subject(state.question) != subject(self._question):
            self._question = None
            self.hide()

    def _button(self, option: Option, words: str) -> QPushButton:
        button = QPushButton(words)
        button.clicked.connect(partial(self._answer, option))
        return button

    def _answer(self, option: Option, _checked: bool = False) -> None:  # noqa: FBT001, FBT002  # a signal's value
        question = self._question
        if question is None:
            return
        try:
            at = self._end_of(question) if option is Option.DROP else None
            if isinstance(question, Away) and at is not None and not question.since <= at <= question.until:
                self._say_bounds(question)
                return
            self._controller.answer(option, at)
        except AppError as error:
            self._trouble.say(self._text.error(error))
            return
        self._question = None
        self.hide()

    def _end_of(self, question: Question) -> int | None:
        """The second that was typed; None where none is asked, or it was left as it was."""
        if not isinstance(question, Away) or self._ended.isHidden() or not self._ended.isModified():
            return None
        return second_of(read(self._ended.text(), day_of(question.since, self._zone)), self._zone)

    def _say_bounds(self, question: Away) -> None:
        now = self._controller.clock.now()
        since, until = (moment(at, now, self._text) for at in (question.since, question.until))
        self._trouble.say(self._text.t("question.outside", since=since, until=until))

    def _edited(self) -> None:
        self._trouble.calm()


def subject(question: Question | None) -> Subject:
    match question:
        case None:
            return ()
        case TakenOver(ours, other):
            return ours.timer_id, ours.claim_id, other.timer_id
        case Away(issue, cause, since):
            return issue.id, cause, since
        case _:
            assert_never(question)


def said(question: Question, now: int, text: Text) -> str:
    match question:
        case TakenOver(ours, other):
            at = moment(question.began, now, text)
            return text.t("question.taken_over", other=other.issue.key, ours=ours.issue.key, at=at)
        case Away(issue, Cause.SLEEP, since, until):
            asleep, awake = moment(since, now, text), moment(until, now, text)
            return text.t("question.slept", key=issue.key, since=asleep, until=awake)
        case Away(issue, _, since):
            return text.t("question.crashed", key=issue.key, since=moment(since, now, text))
        case _:
            assert_never(question)


def answer_words(question: Question, option: Option, now: int, text: Text) -> str:
    if isinstance(question, TakenOver):
        ours, at = question.ours.issue.key, moment(question.began, now, text)
        return text.t(f"question.{option}", ours=ours, at=at)
    kind = "slept" if question.cause is Cause.SLEEP else "crashed"
    return text.t(f"question.{kind}_{option}")
