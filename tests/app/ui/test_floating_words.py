"""Does the floating timer say what is true, in words that fit?"""

from __future__ import annotations

from dataclasses import replace

from app.core.screen import Budget, Hindrance, Today
from app.core.timer import Status
from app.ui.floating_words import (
    Line,
    Tone,
    budget_tone,
    elapsed,
    line,
    live_cost,
    status_words,
    sync_words,
    today,
    today_seconds,
)
from app.ui.format import moment, seconds_of_day
from app.ui.icons import Mark
from app.ui.text import Text
from tests.app.ui.moments import (
    AT_WORK,
    FRESH,
    HELD,
    IDLE,
    NEEDS_ANNA,
    NO_RATE,
    ON_A_BREAK,
    SIGNED_OUT,
    STOPPING,
    TROUBLE,
    offline,
    used,
)
from tests.fakes.clock import START


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def said(state: object, text: Text) -> Line:
    found = line(state, START, text)  # type: ignore[arg-type]  # every caller passes a TimerState
    assert found is not None
    return Line(plain(found.words), found.tone)


def test_time_and_cost_are_those_of_the_second(text: Text) -> None:
    assert elapsed(AT_WORK, START) == "1:12:08"
    assert elapsed(AT_WORK, START + 1) == "1:12:09"
    assert live_cost(AT_WORK, START, text) == "$60.11"
    assert live_cost(NO_RATE, START, text) == ""
    assert live_cost(IDLE, START, text) == ""


def test_paused_or_stopping_time_stands_still(text: Text) -> None:
    for state in (ON_A_BREAK, STOPPING):
        assert elapsed(state, START + 500) == "1:12:08"
        assert live_cost(state, START + 500, text) == "$60.11"


def test_the_budget_is_said_in_words(text: Text) -> None:
    assert said(AT_WORK, text) == Line("42 % of budget")
    assert said(used("104.2"), text).words == "104 % of budget"
    assert line(IDLE, START, text) is None
    no_budget = replace(AT_WORK, budget=Budget(None, None, START))
    assert line(no_budget, START, text) is None


def test_offline_the_budget_says_from_when_it_is(text: Text) -> None:
    for state in (offline(1), SIGNED_OUT):
        assert said(state, text).words.startswith("42 % of budget, as of ")


def test_the_bar_warns_at_the_threshold_and_not_before() -> None:
    expected = {"79.99": Tone.CALM, "80": Tone.WARNING, "99.99": Tone.WARNING, "100": Tone.ERROR}
    for percent, tone in expected.items():
        budget = used(percent).budget
        assert budget is not None
        assert budget_tone(budget) is tone


def full_disk(text: Text) -> str:
    assert TROUBLE.trouble is not None
    return text.error(TROUBLE.trouble)


def test_what_matters_most_takes_the_line(text: Text) -> None:
    assert said(TROUBLE, text) == Line(full_disk(text), Tone.ERROR)
    assert said(HELD, text) == Line("Kept, not counted yet", Tone.WARNING)


def test_sync_is_said_short_and_in_full(text: Text) -> None:
    assert sync_words(AT_WORK, START, text).short == "saved"
    sending = sync_words(replace(AT_WORK, sync=replace(AT_WORK.sync, waiting=2)), START, text)
    assert (sending.mark, sending.short) == (Mark.SAVED, "saved here")
    assert sync_words(offline(0), START, text).short == "offline"
    assert sync_words(offline(1), START, text).short == "1 waiting"
    assert sync_words(offline(3), START, text).count == 3
    assert "3 actions" in sync_words(offline(3), START, text).full
    assert "1 action will" in sync_words(offline(1), START, text).full
    assert sync_words(NEEDS_ANNA, START, text).short == "2 need you"
    assert sync_words(SIGNED_OUT, START, text).short == "Sign in…"
    assert "4 actions" in sync_words(SIGNED_OUT, START, text).full
    assert "company" in sync_words(FRESH, START, text).full
    assert sync_words(TROUBLE, START, text).full == full_disk(text)


def test_offline_it_is_said_when_the_server_answered_last(text: Text) -> None:
    away = offline(2, Hindrance.UNREACHABLE)
    contact = replace(away, sync=replace(away.sync, last_contact=START - 600))
    assert sync_words(contact, START, text).full.endswith(f"Last contact {moment(START - 600, START, text)}.")
    assert sync_words(away, START, text).full.endswith("No contact since Hourkeep was started.")


def test_every_hindrance_has_its_words(text: Text) -> None:
    fulls = {sync_words(offline(2, hindrance), START, text).full for hindrance in Hindrance}
    assert len(fulls) == len(Hindrance)


def test_every_status_has_its_words(text: Text) -> None:
    assert len({status_words(status, text) for status in Status}) == len(Status)


def test_the_day_has_what_the_timer_adds(text: Text) -> None:
    assert today_seconds(IDLE, START) == 11_520
    assert today_seconds(AT_WORK, START) == 11_520 + 4328
    assert plain(today(IDLE, START, text)) == "Today 3 h 12"


def test_a_timer_from_yesterday_adds_no_more_than_the_day() -> None:
    timer = AT_WORK.timer
    assert timer is not None
    began = START - 200_000
    old = replace(AT_WORK, timer=replace(timer, running_since=began), today=Today(0, START, began))
    assert today_seconds(old, START) == seconds_of_day(START)
