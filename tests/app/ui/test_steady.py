"""Is what sync says shown when it lasts, and at once when waiting would mislead?"""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.ui.floating_words import sync_words
from app.ui.steady import Steady
from app.ui.text import Text
from tests.app.ui.moments import AT_WORK, SIGNED_OUT, offline
from tests.fakes.clock import START


def test_who_has_signed_in_is_not_asked_to_any_longer(text: Text, qtbot: QtBot) -> None:
    steady = Steady(sync_words(SIGNED_OUT, START, text))
    steady.say(sync_words(AT_WORK, START, text))
    assert steady.shown == sync_words(AT_WORK, START, text)


def test_a_short_absence_is_not_shown(text: Text, qtbot: QtBot) -> None:
    steady = Steady(sync_words(AT_WORK, START, text))
    steady.say(sync_words(offline(1), START, text))
    assert steady.shown == sync_words(AT_WORK, START, text)
    steady.say(sync_words(AT_WORK, START, text))
    assert steady.shown == sync_words(AT_WORK, START, text)
