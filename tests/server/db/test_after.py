"""Is what was told in a transaction heard after its commit, and only then?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from server.db.address import open_database
from server.db.after import Heard, tell
from server.db.session import Connection
from server.domain.events import BudgetMoved, Event, TimeChanged
from tests.server.company import Company


class Listening:
    def __init__(self, company: Company) -> None:
        self.heard: list[tuple[Event, ...]] = []
        self.database = Heard(open_database(company.url), self.heard.append)
        self.runner = asyncio.Runner()

    def say(self, *events: Event) -> None:
        def work(conn: Connection) -> None:
            for event in events:
                tell(conn, event)
            assert self.heard == []

        self.runner.run(self.database.run(work))

    def fail(self, event: Event) -> None:
        def work(conn: Connection) -> None:
            tell(conn, event)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            self.runner.run(self.database.run(work))


@pytest.fixture
def listening(company: Company) -> Iterator[Listening]:
    listening = Listening(company)
    yield listening
    listening.runner.run(listening.database.close())
    listening.runner.close()


def test_it_is_heard_after_the_commit(listening: Listening) -> None:
    listening.say(TimeChanged(1), BudgetMoved(2))
    assert listening.heard == [(TimeChanged(1), BudgetMoved(2))]


def test_the_same_is_heard_once(listening: Listening) -> None:
    listening.say(TimeChanged(1), TimeChanged(1))
    assert listening.heard == [(TimeChanged(1),)]


def test_nothing_is_heard_when_nothing_was_told(listening: Listening) -> None:
    listening.say()
    assert listening.heard == []


def test_what_was_rolled_back_is_never_heard(listening: Listening) -> None:
    listening.fail(TimeChanged(1))
    listening.say(BudgetMoved(2))
    assert listening.heard == [(BudgetMoved(2),)]


def test_reading_and_being_ready_go_through(listening: Listening) -> None:
    run = listening.runner.run
    assert run(listening.database.read(lambda _: 1)) == 1
    assert run(listening.database.report(lambda _: 2)) == 2
    assert run(listening.database.lay_out(lambda _: 3)) == 3
    assert run(listening.database.ready())
