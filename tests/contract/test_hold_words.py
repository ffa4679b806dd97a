"""Can the app explain in each language why the server holds time?"""

from __future__ import annotations

import pytest

from app.ui.text import Text
from server.domain.holds import NOBODY_NEED_ACT, Hold, Limits, words

SAID = sorted(set(Hold) - NOBODY_NEED_ACT)
STRICT = Limits(long_hours=10, late_days=7)


@pytest.mark.parametrize("limits", [Limits(), STRICT])
@pytest.mark.parametrize("hold", SAID)
def test_in_english_with_the_servers_words(hold: Hold, limits: Limits) -> None:
    said = words(hold, limits)
    assert Text("en").hold(hold, said) == said


@pytest.mark.parametrize("hold", SAID)
def test_in_german_with_other_words(hold: Hold) -> None:
    said = words(hold, STRICT)
    assert Text("de").hold(hold, said) not in {"unknown", said}


@pytest.mark.parametrize(("hold", "limit"), [(Hold.LATE, "7"), (Hold.LONG, "10")])
def test_the_limit_is_the_organisations_in_german_too(hold: Hold, limit: str) -> None:
    assert f" {limit} " in Text("de").hold(hold, words(hold, STRICT))


def test_what_a_newer_server_says_is_passed_on() -> None:
    assert Text("de").hold("NEW_REASON", "It was said so.") == "It was said so."
