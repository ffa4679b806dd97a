"""Is the second of a crossing the one that a patient look at every second finds?

The answers come from rational numbers: seconds times rate, rounded half up to four places, then converted and rounded again.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from server.domain.budget import Meter, crossing, limit, meter, running
from server.domain.messages import Rate, RateType
from server.domain.money import from_units

NOW = 1_000
SPAN = 400
SECONDS_PER = {RateType.HOURLY: 3600, RateType.MINUTELY: 60, RateType.SECONDLY: 1}


@dataclass(frozen=True)
class Runs:
    """A timer: its rate, seconds before `since`, and whether the first of them are logged already."""

    kind: RateType
    amount: Decimal
    closed: int
    since: int
    logged_seconds: int
    exchange: Decimal | None

    def worth(self, seconds: int) -> Fraction:
        own = rounded(Fraction(self.amount) * seconds / SECONDS_PER[self.kind])
        return own if self.exchange is None else rounded(own * Fraction(self.exchange))

    def adds(self, at: int) -> Fraction:
        return self.worth(self.closed + max(0, at - self.since)) - self.worth(self.logged_seconds)


def rounded(exact: Fraction) -> Fraction:
    return Fraction(floor(exact * 10**4 + Fraction(1, 2)), 10**4)


amounts = st.integers(1, 10**7).map(lambda units: Decimal(units).scaleb(-4))
exchanges = st.none() | st.integers(1, 10**10).map(lambda units: Decimal(units).scaleb(-8))
timers = st.builds(
    lambda kind, amount, closed, since, logged, exchange: Runs(
        kind, amount, closed, since, min(logged, closed), exchange
    ),
    st.sampled_from(RateType),
    amounts,
    st.integers(0, 5000),
    st.integers(NOW - 2000, NOW + 200),
    st.integers(0, 5000),
    exchanges,
)
money = st.integers(0, 10**9).map(lambda units: Decimal(units).scaleb(-4))


def of(runs: Runs) -> Meter:
    logged = rounded(Fraction(runs.amount) * runs.logged_seconds / SECONDS_PER[runs.kind])
    return meter(
        Rate(runs.kind, runs.amount, "USD"),
        runs.closed,
        runs.since,
        Decimal(logged.numerator) / Decimal(logged.denominator),
        runs.exchange,
    )


@given(st.lists(timers, max_size=4), money, st.integers(0, SPAN))
def test_it_is_the_first_second_at_which_enough_is_used(
    found: list[Runs], spent: Decimal, reached_after: int
) -> None:
    """The wanted amount is one that is used about then, so that there is a crossing to find."""
    used = [Fraction(spent) + sum(each.adds(NOW + ahead) for each in found) for ahead in range(SPAN + 1)]
    wanted = used[reached_after]
    expected = next((NOW + ahead for ahead, at in enumerate(used) if at >= wanted), None)
    meters = [of(each) for each in found]
    units = int(Fraction(spent) * 10**4)
    assert crossing(units, meters, int(wanted * 10**4), NOW, NOW + SPAN) == expected
    beyond = int(used[-1] * 10**4) + 1
    assert crossing(units, meters, beyond, NOW, NOW + SPAN) is None
    assert Fraction(from_units(units + running(meters, NOW + SPAN))) == used[-1]


@given(st.integers(1, 10**14), st.integers(1, 10**4))
def test_the_limit_is_never_below_its_percent(total: int, hundredths: int) -> None:
    assert limit(total, Decimal(hundredths).scaleb(-2)) == ceil(Fraction(total * hundredths, 10**4))
