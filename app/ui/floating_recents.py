"""Which work can be taken up again with one press?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.core.timer import IssueRef
from app.ui.floating_buttons import TimerButton
from app.ui.icons import Mark
from app.ui.text import Text
from app.ui.theme import Theme

SHOWN: Final = 3


class Recent(TimerButton):
    """Starts its issue."""

    def __init__(self, start: Callable[[IssueRef], None], theme: Theme, parent: QWidget) -> None:
        super().__init__(Mark.START, theme, parent, worded=True, flat=True)
        self._start = start
        self._issue: IssueRef | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._pressed)

    def show_issue(self, issue: IssueRef, text: Text) -> None:
        self._issue = issue
        name = text.t("timer.start_issue", key=issue.key, summary=issue.summary)
        self.say(f"{issue.key}  {issue.summary}", name, name)

    def _pressed(self) -> None:
        if self._issue is not None:
            self._start(self._issue)


class Recents(QWidget):
    def __init__(self, start: Callable[[IssueRef], None], text: Text, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = text
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self._buttons = [Recent(start, theme, self) for _ in range(SHOWN)]
        for button in self._buttons:
            rows.addWidget(button)

    def show_issues(self, issues: tuple[IssueRef, ...]) -> None:
        self.setVisible(bool(issues))
        for place, button in enumerate(self._buttons):
            button.setVisible(place < len(issues))
            if place < len(issues):
                button.show_issue(issues[place], self._text)
