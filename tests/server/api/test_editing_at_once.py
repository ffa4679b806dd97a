"""What is left when the same time is corrected, approved and stopped at the same moment?"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Final

import pytest

from server.domain.messages import Role
from tests.server.api.crowd import Ask, Crowd
from tests.server.company import Company
from tests.server.daytime import at
from tests.server.hand import Hand

LOGS: Final = "/time-tracking/logs"


@pytest.fixture
def crowd(company: Company) -> Crowd:
    """It is 18:00."""
    company.clock.advance(hours=10)
    company.set_budget("BP", 10_000)
    return Crowd(company)


def test_of_changes_of_one_revision_one_is_made(company: Company, crowd: Crowd) -> None:
    log_id = Hand(company.anna).add("BP-1", "9:00-10:00").log.id
    boss = company.hire("boss", ["BP"], Role.MANAGER)
    tokens = [crowd.token(company.anna), crowd.token(boss)]
    answers = crowd.at_once(
        [
            Ask(
                tokens[number % 2],
                "PATCH",
                f"{LOGS}/{log_id}",
                {"end_time": at("11:00") + number, "revision": 1},
            )
            for number in range(8)
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert company.anna.log("BP-1").revision == 2
    company.check()


def test_entries_of_many_lose_nothing_of_the_budget(company: Company, crowd: Crowd) -> None:
    people = [company.hire(f"person{each}", ["BP"]) for each in range(20)]
    body = {"issue_id": company.issues["BP-1"], "start_time": at("9:00"), "end_time": at("10:00")}
    answers = crowd.at_once([Ask(crowd.token(person), "POST", LOGS, body) for person in people])
    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert company.spent("BP") == Decimal(1000)
    company.check()


def test_entries_while_the_timer_stops(company: Company, crowd: Crowd) -> None:
    company.clock.advance(hours=-3)
    company.anna.start("BP-1")
    company.clock.advance(hours=3)
    token = crowd.token(company.anna)
    asks = [
        Ask(
            token,
            "POST",
            LOGS,
            {
                "issue_id": company.issues["BP-2"],
                "start_time": at("15:00") + 720 * number,
                "end_time": at("15:12") + 720 * number,
            },
        )
        for number in range(6)
    ]
    answers = crowd.at_once([*asks, crowd.stop(token)])
    assert Counter(answer.status_code for answer in answers) == {201: 6, 200: 1}
    assert company.anna.log("BP-1").duration_seconds == 3 * 3600 - 6 * 720
    assert company.spent("BP") == Decimal(150)
    company.check()


def test_a_request_that_is_approved_twice_at_once_is_done_once(company: Company, crowd: Crowd) -> None:
    company.clock.advance(hours=14)
    bosses = [crowd.token(company.hire(f"boss{each}", ["BP"], Role.MANAGER)) for each in range(2)]
    day = {"from_date": "2026-06-15", "until_date": "2026-06-15", "project_id": company.projects["BP"]}
    [closed] = crowd.at_once([Ask(bosses[0], "POST", "/time-tracking/periods", day)])
    assert closed.status_code == 201
    entry = {"issue_id": company.issues["BP-1"], "start_time": at("9:00"), "end_time": at("10:00")}
    path = "/time-tracking/period-requests"
    [asked] = crowd.at_once(
        [Ask(crowd.token(company.anna), "POST", path, {"what": {"add": entry}, "reason": "Forgotten"})]
    )
    asks = [Ask(boss, "POST", f"{path}/{asked.json()['id']}/approve", {}) for boss in bosses * 3]
    answers = crowd.at_once(asks)
    assert Counter(answer.status_code for answer in answers) == {200: 6}
    assert len({answer.content for answer in answers}) == 1
    assert company.spent("BP") == Decimal(50)
    company.check()
