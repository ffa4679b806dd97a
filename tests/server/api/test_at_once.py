"""What is left when many people, or one person many times, ask at the same moment?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import httpx
import msgspec
import pytest

from tests.server.api.crowd import Ask, Crowd
from tests.server.company import Company, Person


@pytest.fixture
def crowd(company: Company) -> Crowd:
    return Crowd(company)


def hired(company: Company, number: int) -> list[Person]:
    return [company.hire(f"person{each}", ["BP", "WEB"]) for each in range(number)]


def statuses(answers: Sequence[httpx.Response]) -> dict[int, int]:
    return dict(Counter(answer.status_code for answer in answers))


def test_a_hundred_people_start(company: Company, crowd: Crowd) -> None:
    people = hired(company, 100)
    tokens = [crowd.token(person) for person in people]
    answers = crowd.at_once([crowd.start(token, "BP-1") for token in tokens])
    assert statuses(answers) == {200: 100}
    assert company.rows("SELECT count(DISTINCT user_id), count(*) FROM active_timers") == [(100, 100)]
    company.check()


def test_fifty_stops_on_one_budget_lose_nothing(company: Company, crowd: Crowd) -> None:
    company.set_budget("BP", 10_000)
    people = hired(company, 50)
    for person in people:
        person.start("BP-1")
    company.clock.advance(hours=1)
    answers = crowd.at_once([crowd.stop(crowd.token(person)) for person in people])
    assert statuses(answers) == {200: 50}
    assert company.spent("BP") == Decimal(50 * 50)
    company.check()


def test_switches_between_two_budgets_in_both_directions(company: Company, crowd: Crowd) -> None:
    for project in ("BP", "WEB"):
        company.set_budget(project, 10_000)
    people = hired(company, 20)
    for number, person in enumerate(people):
        person.start("WEB-1" if number % 2 else "BP-1")
    company.clock.advance(hours=1)
    asks = [
        crowd.start(crowd.token(person), "BP-2" if number % 2 else "WEB-2")
        for number, person in enumerate(people)
    ]
    assert statuses(crowd.at_once(asks)) == {200: 20}
    assert (company.spent("BP"), company.spent("WEB")) == (Decimal(500), Decimal(500))
    company.check()


def test_a_budget_that_is_made_meanwhile_has_all_of_it(company: Company, crowd: Crowd) -> None:
    people = hired(company, 20)
    for person in people:
        person.start("BP-1")
    company.clock.advance(hours=1)
    asks = [crowd.stop(crowd.token(person)) for person in people]
    assert statuses(crowd.at_once(asks, lambda: company.set_budget("BP", 10_000))) == {200: 20}
    assert company.spent("BP") == Decimal(20 * 50)
    company.check()


def test_one_person_starts_ten_timers(company: Company, crowd: Crowd) -> None:
    token = crowd.token(company.anna)
    answers = crowd.at_once([crowd.start(token, f"BP-{number}") for number in range(1, 11)])
    assert statuses(answers) == {200: 10}
    assert company.rows("SELECT count(*) FROM active_timers") == [(1,)]
    assert company.rows("SELECT count(*) FROM claims WHERE first_end_ms IS NULL") == [(1,)]
    assert Counter(log.status for log in company.anna.logs()) == {"stopped": 9, "running": 1}
    company.check()


def test_one_stop_of_ten_finds_the_timer(company: Company, crowd: Crowd) -> None:
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    token = crowd.token(company.anna)
    assert statuses(crowd.at_once([crowd.stop(token)] * 10)) == {200: 1, 409: 9}
    assert company.anna.log("BP-1").duration_seconds == 3600
    company.check()


def test_one_request_that_is_sent_ten_times_is_done_once(company: Company, crowd: Crowd) -> None:
    token = crowd.token(company.anna)
    answers = crowd.at_once([crowd.start(token, "BP-1", "the same key")] * 10)
    assert statuses(answers) == {200: 10}
    assert len({answer.content for answer in answers}) == 1
    assert len(company.anna.logs()) == 1


def test_one_batch_that_is_sent_ten_times_is_applied_once(company: Company, crowd: Crowd) -> None:
    company.clock.advance(hours=4)
    device = company.anna.device()
    device.start("BP-1", "9:00")
    device.stop("10:00")
    body = msgspec.json.decode(msgspec.json.encode(device.request()))
    answers = crowd.at_once([Ask(crowd.token(company.anna), "POST", "/time-tracking/sync", body)] * 10)
    assert statuses(answers) == {200: 10}
    outcomes = Counter(result["outcome"] for answer in answers for result in answer.json()["results"])
    assert outcomes == {"applied": 2, "duplicate": 18}
    assert company.anna.counted("BP-1") == ["9:00-10:00"]
    company.check()


def test_one_batch_through_two_copies_of_a_device_is_applied_once(company: Company, crowd: Crowd) -> None:
    """The same actions under two devices' names: no answer is a failure, and what was not taken is sent again."""
    company.clock.advance(hours=4)
    first = company.anna.device()
    first.start("BP-1", "9:00")
    first.stop("10:00")
    second = company.anna.device()
    second.take_over(first)
    token = crowd.token(company.anna)
    bodies = [msgspec.json.decode(msgspec.json.encode(device.request())) for device in (first, second)]
    asks = [Ask(token, "POST", "/time-tracking/sync", body) for body in bodies * 3]
    assert statuses(crowd.at_once(asks)) == {200: 6}
    first.sync()
    second.sync()
    assert company.anna.counted("BP-1") == ["9:00-10:00"]
    company.check()
