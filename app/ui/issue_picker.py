"""Which issue does this time belong to?"""

from __future__ import annotations

from collections.abc import Callable

from app.core.timer import IssueRef
from app.ui.controller import Controller
from app.ui.search_popup import SearchPopup
from app.ui.text import Text
from app.ui.theme import Theme


class IssuePicker(SearchPopup):
    """The search, for something else than a start. `picked` may refuse by AppError, and then the picker stays."""

    def __init__(
        self, controller: Controller, text: Text, theme: Theme, picked: Callable[[IssueRef], None]
    ) -> None:
        super().__init__(controller, text, theme, "pick.title", "pick.go")
        self._picked = picked
        self.hide_beginning()

    def use(self, issue: IssueRef) -> None:
        self._picked(issue)
