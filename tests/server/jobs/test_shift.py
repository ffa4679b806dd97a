"""Do the jobs run on one instance at a time, and does another take over?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from server.db.address import open_database
from server.jobs.shift import PATIENCE_S, Shift
from tests.server.company import Company


class Instances:
    """Several processes on one database, whose clocks go alike but show different times."""

    def __init__(self, company: Company) -> None:
        self.now = 0.0
        self._runner = asyncio.Runner()
        self._database = open_database(company.url)
        self.shifts = {
            name: Shift(self._database, name, lambda offset=offset: self.now + offset)  # type: ignore[misc]
            for offset, name in enumerate(("one", "two", "three"), start=1000)
        }

    def beat(self, name: str) -> bool:
        return self._runner.run(self.shifts[name].beat())

    def end(self, name: str) -> None:
        self._runner.run(self.shifts[name].end())

    def on_duty(self) -> list[str]:
        return [name for name, shift in self.shifts.items() if shift.is_on_duty]

    def close(self) -> None:
        self._runner.run(self._database.close())
        self._runner.close()


@pytest.fixture
def instances(company: Company) -> Iterator[Instances]:
    instances = Instances(company)
    yield instances
    instances.close()


def test_the_first_begins_and_the_others_wait(instances: Instances) -> None:
    assert instances.beat("one")
    assert not instances.beat("two")
    assert not instances.beat("three")
    assert instances.on_duty() == ["one"]


def test_it_begins_once(instances: Instances) -> None:
    assert instances.beat("one")
    assert not instances.beat("one")
    assert instances.on_duty() == ["one"]


def test_as_long_as_it_beats_nobody_else_begins(instances: Instances) -> None:
    for _ in range(20):
        instances.beat("one")
        instances.now += PATIENCE_S / 2
        instances.beat("two")
        assert instances.on_duty() == ["one"]


def test_when_it_falls_silent_another_takes_over(instances: Instances) -> None:
    instances.beat("one")
    instances.beat("two")
    instances.now += PATIENCE_S - 0.1
    assert not instances.beat("two")
    instances.now += 0.1
    assert instances.beat("two")
    assert not instances.beat("three")
    assert instances.on_duty() == ["two"]


def test_whoever_has_just_come_waits_as_long(instances: Instances) -> None:
    """It cannot know for how long the holder has been silent."""
    instances.beat("one")
    instances.now += 100 * PATIENCE_S
    assert not instances.beat("two")
    instances.now += PATIENCE_S
    assert instances.beat("two")


def test_whoever_slept_too_long_is_not_on_duty_when_it_wakes(instances: Instances) -> None:
    instances.beat("one")
    instances.beat("two")
    instances.now += PATIENCE_S
    assert instances.on_duty() == []
    instances.beat("two")
    assert not instances.beat("one")
    assert instances.on_duty() == ["two"]


def test_of_two_that_take_over_at_once_one_does(instances: Instances) -> None:
    for name in ("one", "two", "three"):
        instances.beat(name)
    instances.now += PATIENCE_S
    assert [instances.beat("two"), instances.beat("three")] == [True, False]


def test_whoever_ends_in_order_lets_another_begin_at_once(instances: Instances) -> None:
    instances.beat("one")
    instances.end("one")
    assert instances.on_duty() == []
    assert instances.beat("two")


def test_ending_takes_nothing_from_another(instances: Instances) -> None:
    instances.beat("one")
    instances.beat("two")
    instances.now += PATIENCE_S
    instances.beat("two")
    instances.end("one")
    assert instances.on_duty() == ["two"]
    assert not instances.beat("one")
