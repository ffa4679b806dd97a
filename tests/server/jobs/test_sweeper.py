"""Is an alert raised at its second while nobody does anything, and is the database left alone meanwhile?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from server import bootstrap
from server.jobs.sweeper import LOOK_EVERY_S, Sweeper
from server.settings import LogLevel
from tests.server.company import Company
from tests.server.jobs.outside import Outside

A_SECOND = Decimal(3600)  # an hour of this rate is one a second


class Watch:
    """Looks when it says that it will, and at no other time."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._clock = outside.company.clock
        self.ticks = 0.0
        self.sweeper = Sweeper(
            outside.database,
            self._clock,
            lambda: self.ticks,
            bootstrap.open_log(LogLevel.INFO, outside.out),
        )

    def look(self) -> None:
        self._outside.do(self.sweeper.look())

    def advance(self, seconds: float) -> None:
        self.ticks += seconds
        self._clock.advance(millis=round(seconds * 1000))

    def wait(self) -> float:
        """Until it wants to look, and looks; how long that was."""
        waited = self.sweeper.look_at - self.ticks
        self.advance(waited)
        self.look()
        return waited


@pytest.fixture
def watch(outside: Outside) -> Watch:
    return Watch(outside)


def alerts(company: Company) -> list[str]:
    return [kind for (kind,) in company.rows("SELECT alert_type FROM budget_alerts ORDER BY id")]


def test_it_looks_at_the_very_second(watch: Watch, company: Company) -> None:
    company.set_budget("BP", 10)
    company.hire("worker", ["BP"], hourly=A_SECOND).start("BP-1")
    waits = []
    watch.look()
    while len(alerts(company)) < 3:
        waits.append(watch.wait())
    assert alerts(company) == ["warning", "critical", "exceeded"]
    assert sum(waits) == 10  # 8 for 80 %, 9.5 is first reached in the tenth second, with all of it
    assert max(waits) <= LOOK_EVERY_S


def test_when_nothing_runs_it_looks_every_few_seconds(watch: Watch) -> None:
    watch.look()
    assert [watch.wait() for _ in range(3)] == [LOOK_EVERY_S] * 3


def test_a_timer_that_starts_meanwhile_is_seen(watch: Watch, company: Company) -> None:
    company.set_budget("BP", 10)
    watch.look()
    watch.advance(1)
    company.hire("worker", ["BP"], hourly=A_SECOND).start("BP-1")
    assert watch.wait() == LOOK_EVERY_S - 1
    assert watch.wait() == 4
    assert alerts(company) == ["warning"]


def test_it_does_not_look_before_its_time(watch: Watch, company: Company) -> None:
    watch.look()
    before = watch.sweeper.look_at
    watch.advance(1)
    watch.look()
    assert watch.sweeper.look_at == before


def test_whoever_takes_over_looks_at_once(watch: Watch) -> None:
    watch.look()
    watch.sweeper.look_now()
    assert watch.wait() == 0
