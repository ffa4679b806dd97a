"""Can the toolkit of this environment be trusted with an app that runs for weeks?"""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from pytestqt.qtbot import QtBot

CALLS = 1000
SLACK = 100


class Speaker(QObject):
    said = Signal(object)


@pytest.mark.parametrize("constant", [None, True])
def test_calls_leave_pythons_constants_their_references(constant: object, qtbot: QtBot) -> None:
    """PySide6 6.12.0 on Python 3.11 takes one with every call that returns nothing, until the process aborts."""
    timer, speaker = QTimer(), Speaker()
    before = sys.getrefcount(constant)
    for _ in range(CALLS):
        timer.setInterval(5)
        speaker.said.emit(constant)
    assert abs(sys.getrefcount(constant) - before) < SLACK
