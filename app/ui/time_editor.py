"""From when to when was it?

Two fields with a day and a time, as the clock on the wall showed it; a time that it showed twice is asked about.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import tzinfo
from itertools import pairwise
from typing import Final

from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.core.local_time import FIRST, SECOND, day_of, read, second_of
from app.errors import AppError, TimeTwice
from app.ui.dialog import Dialog, Trouble
from app.ui.text import Text
from app.ui.theme import Theme

PADDING: Final = 20
GAP: Final = 8
WIDTH: Final = 320

Save = Callable[[int, int], None]
"""Takes start and end in epoch seconds; refuses by AppError, and then the editor stays."""


class TimeEditor(Dialog):
    def __init__(
        self, about: str, span: tuple[int, int], save: Save, zone: tzinfo, text: Text, theme: Theme
    ) -> None:
        super().__init__(text.t("time.title"), theme)
        self._save = save
        self._zone = zone
        self._text = text
        self._span = span
        self._about = QLabel(about, wordWrap=True)
        self._about.setProperty("role", "title")
        self._start, self._end = (self._field(at) for at in span)
        self._second = QCheckBox(text.t("time.second"))
        self._second.hide()
        self._trouble = Trouble()
        self._go = QPushButton(text.t("time.save"))
        self._go.clicked.connect(self._try)
        self._cancel = QPushButton(text.t("time.cancel"))
        self._cancel.clicked.connect(self.reject)
        self._lay_out()
        self._go.setDefault(True)  # a button knows its window only now
        self._start.setFocus()

    def _field(self, at: int) -> QLineEdit:
        field = QLineEdit(time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)).removesuffix(":00"))
        field.setPlaceholderText(self._text.t("time.example"))
        field.textEdited.connect(self._edited)
        return field

    def _lay_out(self) -> None:
        fields = QGridLayout()
        fields.setSpacing(GAP)
        for row, (key, field) in enumerate((("time.start", self._start), ("time.end", self._end))):
            label = QLabel(self._text.t(key))
            label.setBuddy(field)
            fields.addWidget(label, row, 0)
            fields.addWidget(field, row, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._go)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        lines.setSpacing(GAP)
        lines.addWidget(self._about)
        lines.addLayout(fields)
        lines.addWidget(self._second)
        lines.addWidget(self._trouble)
        lines.addLayout(buttons)
        lines.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self._about.setFixedWidth(WIDTH)
        for before, after in pairwise((self._start, self._end, self._second, self._go, self._cancel)):
            QWidget.setTabOrder(before, after)

    def _edited(self) -> None:
        self._trouble.calm()

    def _try(self) -> None:
        try:
            self._save(self._at(self._start, self._span[0]), self._at(self._end, self._span[1]))
        except AppError as error:
            if isinstance(error, TimeTwice):
                self._second.show()
            self._trouble.say(self._text.error(error))
            return
        self.accept()

    def _at(self, field: QLineEdit, before: int) -> int:
        """What was not touched stays the very second that it was."""
        if not field.isModified():
            return before
        asked = SECOND if self._second.isChecked() else FIRST
        fold = None if self._second.isHidden() else asked
        return second_of(read(field.text(), day_of(before, self._zone)), self._zone, fold)
