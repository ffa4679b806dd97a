"""Is a difference seen at night, and is what nobody needs any more let go of?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from server import bootstrap
from server.jobs.keeping import REPLIES_DAYS, TOLD_DAYS, Keeping
from server.services import idempotency
from server.services.staff import accounts, browsers
from server.settings import LogLevel
from tests.server.company import Company
from tests.server.jobs.outside import Outside


class Night:
    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.company = outside.company
        self.found: dict[str, int] = {}
        log = bootstrap.open_log(LogLevel.INFO, outside.out)
        self.keeping = Keeping(outside.database, self.company.clock, log, self.found.__setitem__)

    def recount(self) -> None:
        self.outside.do(self.keeping.recount())

    def forget(self) -> None:
        self.outside.do(self.keeping.forget())

    def later(self, days: int) -> None:
        self.company.clock.advance(hours=24 * days)

    def said(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.outside.out.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def night(outside: Outside) -> Night:
    company = outside.company
    company.set_budget("BP", 1000)
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    company.anna.stop()
    return Night(outside)


# ---- recount


def test_usually_there_is_nothing_to_say(night: Night) -> None:
    night.recount()
    assert night.found == {"budgets": 0, "daily totals": 0}
    [line] = night.said("Recounted")
    assert (line["budgets"], line["daily_totals"]) == (0, 0)


def test_a_budget_that_drifted_is_said_and_not_repaired(night: Night, company: Company) -> None:
    company.write("UPDATE project_budgets SET total_cost = total_cost + 1")
    spent = company.spent("BP")
    night.recount()
    assert night.found["budgets"] == 1
    [line] = night.said("Budget differs from its logs")
    assert line["level"] == "error"
    assert line["kept"] == str(spent)
    assert company.spent("BP") == spent
    assert company.rows("SELECT action FROM audit_entries WHERE action = 'budget.drifted'") == [
        ("budget.drifted",)
    ]


def test_a_daily_total_that_drifted_is_said(night: Night, company: Company) -> None:
    company.write("UPDATE daily_totals SET seconds = seconds + 1")
    night.recount()
    assert night.found == {"budgets": 0, "daily totals": 1}
    assert len(night.said("Daily total differs from its logs")) == 1


def test_what_was_found_once_is_over_when_it_is_right_again(night: Night, company: Company) -> None:
    company.write("UPDATE daily_totals SET seconds = seconds + 1")
    night.recount()
    company.write("UPDATE daily_totals SET seconds = seconds - 1")
    night.recount()
    assert night.found["daily totals"] == 0


# ---- letting go


def count(company: Company, table: str) -> int:
    [(found,)] = company.rows(f"SELECT count(*) FROM {table}")  # noqa: S608  # a name of ours
    return int(found)


def test_answers_to_repeats_last_as_long_as_a_device_keeps_what_was_confirmed(
    night: Night, company: Company
) -> None:
    user_id = company.anna.principal.user_id

    def remember(key: str) -> None:
        now_ms = company.clock.now_ms()
        company.database.run(
            lambda conn: idempotency.remember(conn, user_id, key, "hash", 200, b"{}", now_ms)
        )

    for number in range(3):
        remember(f"old {number}")
    night.later(REPLIES_DAYS)
    remember("new")
    night.forget()
    assert count(company, "idempotency_replies") == 4
    night.later(1)
    night.forget()
    assert company.rows("SELECT request_hash FROM idempotency_replies") == [("hash",)]


def test_what_was_told_is_kept_for_a_while(night: Night, company: Company) -> None:
    night.outside.tell("old")
    night.outside.deliver()
    night.later(TOLD_DAYS)
    night.forget()
    assert count(company, "notifications") == 1
    night.later(1)
    night.forget()
    assert count(company, "notifications") == count(company, "deliveries") == 0


def test_sessions_that_have_ended_go(night: Night, company: Company) -> None:
    user_id, now_ms = company.anna.principal.user_id, company.clock.now_ms()
    company.database.run(lambda conn: browsers.open_session(conn, user_id, "Browser", now_ms))
    company.database.run(lambda conn: accounts.issue_token(conn, user_id, "Laptop", "laptop", now_ms))
    night.forget()
    assert count(company, "device_tokens") == 2
    night.later(30)
    night.forget()
    assert company.rows("SELECT device_name FROM device_tokens") == [("Laptop",)]


def test_it_says_what_it_let_go_of(night: Night) -> None:
    night.outside.tell("old")
    night.outside.deliver()
    night.later(TOLD_DAYS + 1)
    night.forget()
    assert [(line["kind"], line["count"]) for line in night.said("Forgot")] == [("notifications", 1)]
