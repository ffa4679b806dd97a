"""Does every timer come back from the file as it was?"""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.core.timer import IssueRef, Rate, RateType, Timer
from app.store.timer_state import dump, read

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
seconds = st.integers(0, 2**53)
rates = st.builds(
    Rate,
    st.sampled_from(RateType),
    st.integers(0, 10**10).map(lambda units: Decimal(units).scaleb(-4)),
    texts,
)
timers = st.builds(
    Timer,
    timer_id=texts,
    issue=st.builds(IssueRef, st.integers(1), texts, texts, st.none() | st.integers(1)),
    started_at=seconds,
    closed_seconds=seconds,
    claim_id=st.none() | texts,
    running_since=st.none() | seconds,
    paused_at=st.none() | seconds,
    rate=st.none() | rates,
    hold_code=st.none() | texts,
    device_id=st.none() | texts,
)


@given(st.none() | timers)
def test_a_timer_comes_back(timer: Timer | None) -> None:
    assert read(dump(timer)) == timer


@given(timers)
def test_a_rate_keeps_its_places(timer: Timer) -> None:
    again = read(dump(timer))
    assert again is not None
    assert str(again.rate) == str(timer.rate)


def test_fields_of_a_later_version_are_left_out() -> None:
    timer = Timer("t", IssueRef(1, "BP-1", "", None), 1, 2, None, None, 3, None)
    assert read(dump(timer)[:-1] + ', "mood": "good"}') == timer
