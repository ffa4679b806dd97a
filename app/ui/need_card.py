"""How does one thing that needs somebody look, and how is it settled?

The reason in plain words, the time it is about, and what can be chosen as buttons; a choice that waits for the server is said in
their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.core.attention import Choice, Need
from app.core.logbook import LogValues, OwnLog, Stretch
from app.ui.format import duration_words, moment
from app.ui.text import Text

PADDING: Final = 12
GAP: Final = 8
SURE: Final = "choice.discard_sure"
EMPTY: Final = "\N{EN DASH}"

Choose = Callable[[Need, Choice], None]


class NeedCard(QFrame):
    """`log`: as it counts now, None when it is not known here. `room`: pixels for a row of buttons."""

    def __init__(
        self, need: Need, log: OwnLog | None, choose: Choose, now: int, text: Text, room: int
    ) -> None:
        super().__init__()
        self.need = need
        self._text = text
        self._now = now
        self.buttons: dict[Choice, QPushButton] = {}
        self.setObjectName("card")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        lines.setSpacing(GAP)
        heading = self._heading(log)
        self.setAccessibleName(heading)
        lines.addWidget(_label(heading, "title"))
        reason = text.hold(need.item.code, need.item.detail)
        lines.addWidget(_label(reason))
        if need.item.other is not None and log is not None:
            lines.addLayout(self._both(log, need.item.other))
        if said := self._settled():
            lines.addWidget(_label(said, "secondary"))
        for row in self._rows(choose, f"{heading}. {reason}", room - 2 * PADDING):
            lines.addLayout(row)

    def _heading(self, log: OwnLog | None) -> str:
        item = self.need.item
        key = item.issue_key or (None if log is None else log.issue.key)
        parts = [key or self._text.t("outbox.no_issue")]
        if item.start is not None:
            parts.append(self._span(item.start, item.end))
        if item.start is not None and item.end is not None:
            parts.append(duration_words(item.end - item.start))
        return "  ·  ".join(parts)

    def _settled(self) -> str:
        """In place of buttons: what was chosen already, or that nothing can be."""
        need, text = self.need, self._text
        if need.decided is not None:
            key = f"choice.{need.decided}"
            choice = text.t(key).rstrip("…") if need.decided in set(Choice) else need.decided
            return text.t("outbox.decided", choice=choice)
        if need.item.asked_at is not None:
            return text.t("outbox.asked", at=moment(need.item.asked_at, self._now, text))
        return "" if need.choices else text.t("outbox.no_choice")

    def _rows(self, choose: Choose, about: str, room: int) -> Iterator[QHBoxLayout]:
        """As many buttons beside each other as fit."""
        row, left = QHBoxLayout(), room
        for choice in self.need.choices:
            button = QPushButton(self._text.t(f"choice.{choice}"))
            button.setAccessibleDescription(about)
            button.setAutoDefault(True)
            button.clicked.connect(partial(self._press, choose, choice))
            self.buttons[choice] = button
            width = self._width(choice, button) + GAP
            if width > left and row.count():
                row.addStretch()
                yield row
                row, left = QHBoxLayout(), room
            row.setSpacing(GAP)
            row.addWidget(button)
            left -= width
        if row.count():
            row.addStretch()
            yield row

    def _width(self, choice: Choice, button: QPushButton) -> int:
        """Of the longest words that will stand on it."""
        if choice is not Choice.DISCARD:
            return button.sizeHint().width()
        sure = QPushButton(self._text.t(SURE))
        return max(button.sizeHint().width(), sure.sizeHint().width())

    def _press(self, choose: Choose, choice: Choice, _checked: bool = False) -> None:  # noqa: FBT001, FBT002  # a signal's value
        """What takes work away is asked once more, in the button itself: a key pressed too much discards nothing."""
        button, sure = self.buttons[choice], self._text.t(SURE)
        if choice is Choice.DISCARD and button.text() != sure:
            button.setText(sure)
            return
        choose(self.need, choice)

    # ---- two versions side by side --------------------------------------------------------------------------

    def _both(self, log: OwnLog, other: LogValues) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * PADDING)
        grid.setVerticalSpacing(2)
        now = LogValues(log.issue.id, log.issue.key, log.description or "", log.is_billable, log.stretches)
        for column, (key, values) in enumerate((("outbox.now", now), ("outbox.other", other))):
            grid.setColumnStretch(column, 1)
            grid.addWidget(_label(self._text.t(key), "secondary"), 0, column)
            for row, words in enumerate(self._values(values), start=1):
                grid.addWidget(_label(words), row, column, Qt.AlignmentFlag.AlignTop)
        return grid

    def _values(self, values: LogValues) -> tuple[str, str, str, str]:
        text = self._text
        billable = {True: "outbox.billable", False: "outbox.not_billable", None: "outbox.unchanged"}
        same = text.t("outbox.unchanged")
        return (
            values.issue_key or same,
            "\n".join(self._spans(values.stretches)) or same,
            same if values.description is None else values.description or EMPTY,
            text.t(billable[values.is_billable]),
        )

    def _spans(self, stretches: Sequence[Stretch]) -> Iterator[str]:
        for each in stretches:
            yield self._span(each.start, each.end)

    def _span(self, start: int, end: int | None) -> str:
        begun = moment(start, self._now, self._text)
        if end is None:
            return begun
        # The day is said once where both lie on it.
        ended = moment(end, self._now, self._text)
        day, comma, clock = ended.rpartition(", ")
        same_day = comma and begun.startswith(f"{day}, ")
        return self._text.t("outbox.span", start=begun, end=clock if same_day else ended)


def _label(words: str, role: str | None = None) -> QLabel:
    label = QLabel(words, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    if role is not None:
        label.setProperty("role", role)
    return label
