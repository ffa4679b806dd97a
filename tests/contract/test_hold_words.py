"""Can the app explain in each language why the server holds time?"""

from __future__ import annotations

import pytest

from app.ui.text import Text
from server.domain.holds import HOLD_WORDS, Hold

SAID = sorted(set(Hold) - {Hold.ORPHAN})  # which nobody need act on


@pytest.mark.parametrize("hold", SAID)
def test_in_english_with_the_servers_words(hold: Hold) -> None:
    assert Text("en").hold(hold, "unknown") == HOLD_WORDS[hold]


@pytest.mark.parametrize("hold", SAID)
def test_in_german_with_other_words(hold: Hold) -> None:
    assert Text("de").hold(hold, "unknown") not in {"unknown", HOLD_WORDS[hold]}


def test_what_a_newer_server_says_is_passed_on() -> None:
    assert Text("de").hold("NEW_REASON", "It was said so.") == "It was said so."
