"""Does what is billable end with the budget, whatever people do, and does a division lose no second?

Prices come from rational numbers: seconds times rate, rounded half up to four places, each log by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import floor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.messages import AtLimit, TimeLog, TimerStatus
from tests.server.company import Company, Person
from tests.server.databases import OnSqlite, lay_out

PEOPLE = 2
runs = count(1)
people = st.integers(0, PEOPLE - 1)
waits = st.integers(1, 900)
steps = st.lists(
    st.tuples(st.sampled_from(["start", "pause", "stop"]), people, waits), min_size=3, max_size=20
)


def price(seconds: int, hourly: Fraction) -> Fraction:
    return Fraction(floor(hourly * seconds / 3600 * 10**4 + Fraction(1, 2)), 10**4)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder: Path = tmp_path_factory.mktemp("past_budget")
    company = Company(OnSqlite(lay_out(folder)).empty(folder))
    yield company
    company.check()
    company.close()


def act(person: Person, what: str, key: str) -> None:
    status = person.status().status
    match what, status:
        case "start", _:
            person.start(f"{key}-1")
        case "pause", TimerStatus.RUNNING:
            person.pause()
        case "pause", TimerStatus.PAUSED:
            person.resume()
        case "stop", TimerStatus.RUNNING | TimerStatus.PAUSED:
            person.stop()
        case _:
            pass


@given(steps, st.integers(1, 300_000), st.integers(1, 2_000_000))
@settings(max_examples=60)
def test_what_is_billable_ends_with_the_budget(
    company: Company, said: list[tuple[str, int, int]], total: int, hourly: int
) -> None:
    key = f"L{next(runs)}"
    company.projects[key] = company.add_project(key)
    company.set_budget(key, 1, at_limit=AtLimit.NON_BILLABLE)
    company.write(
        "UPDATE project_budgets SET total_budget = ? WHERE project_id = ?", total, company.projects[key]
    )
    rate = Decimal(hourly).scaleb(-4)
    crew = [company.hire(f"{key}-{number}".lower(), [key], hourly=rate) for number in range(PEOPLE)]
    worked = [0] * PEOPLE
    for what, number, seconds in said:
        act(crew[number], what, key)
        for each, person in enumerate(crew):
            worked[each] += seconds if person.status().status is TimerStatus.RUNNING else 0
        company.clock.advance(seconds=seconds)
    for person in crew:
        act(person, "stop", key)
    logs = [log for person in crew for log in person.logs()]
    for person, seconds in zip(crew, worked, strict=True):
        assert sum(log.duration_seconds for log in person.logs()) == seconds
    assert all(Fraction(log.total_cost) == price(log.duration_seconds, Fraction(rate)) for log in logs)
    _check_billable(logs, Fraction(total, 10**4), Fraction(rate))
    assert Fraction(company.spent(key)) == sum((Fraction(log.total_cost) for log in logs), Fraction(0))


def _check_billable(logs: list[TimeLog], total: Fraction, hourly: Fraction) -> None:
    """It fits, and one more second of what is not billable would not."""
    billable = sum((Fraction(log.total_cost) for log in logs if log.is_billable), Fraction(0))
    assert billable <= total
    rest = [log for log in logs if not log.is_billable and log.duration_seconds]
    if rest:
        one_second = price(1, hourly) + Fraction(2, 10**4)  # each part is rounded by itself
        assert billable + one_second * len(logs) >= total
