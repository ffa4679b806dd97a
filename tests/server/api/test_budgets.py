"""Do the routes of budgets and alerts say what was agreed, asked and raised?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from httpx import Response

from server.domain.messages import Role
from tests.server.api.front import Caller, Front, refused, understood
from tests.server.daytime import at


@pytest.fixture
def boss(front: Front) -> Caller:
    return front.caller(front.company.hire("boss", ["BP"], Role.MANAGER))


def address(front: Front, of: str = "budget", project: str = "BP") -> str:
    return f"/time-tracking/projects/{front.company.projects[project]}/{of}"


def put(front: Front, caller: Caller, **said: Any) -> Response:
    return caller.ask("PUT", address(front), json=said)


def test_a_budget_is_made_and_seen(front: Front, boss: Caller) -> None:
    made = put(front, boss, total_budget=1000.5, currency="USD", start_date="2026-06-01")
    assert made.status_code == 200
    found = boss.get(address(front))
    assert found == understood(made)
    assert found == {
        "project_id": front.company.projects["BP"],
        "total_budget": Decimal("1000.5000"),
        "allocated_budget": Decimal("1000.5000"),
        "total_cost": Decimal("0.0000"),
        "running_cost": Decimal("0.0000"),
        "remaining": Decimal("1000.5000"),
        "percent": Decimal("0.00"),
        "currency": "USD",
        "status": "active",
        "alert_threshold": Decimal("80.00"),
        "critical_threshold": Decimal("95.00"),
        "at_limit": "inform",
        "is_locked": False,
        "locked_at": None,
        "start_date": "2026-06-01",
        "end_date": None,
        "unconverted": [],
        "forecast": {"per_hour": Decimal("0.0000"), "seconds_left": None, "used_up_at": None},
        "as_of": at("8:00"),
        "revision": 1,
    }


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({}, ["total_budget"]),
        ({"total_budget": 0}, ["total_budget"]),
        ({"total_budget": -5}, ["total_budget"]),
        ({"total_budget": 1e300}, ["total_budget"]),
        ({"total_budget": 10, "alert_threshold": 101}, ["alert_threshold"]),
        ({"total_budget": 10, "alert_threshold": 96}, ["critical_threshold"]),
        ({"total_budget": 10, "currency": "usd"}, ["currency"]),
        ({"total_budget": 10, "at_limit": "explode"}, ["at_limit"]),
        ({"total_budget": 10, "start_date": "0001-01-01"}, ["start_date"]),
        ({"total_budget": 10, "start_date": "2026-02-30"}, ["start_date"]),
        ({"total_budget": 10, "total_cost": 5}, ["total_cost"]),
        ({"total_budget": 10, "is_locked": True}, ["is_locked"]),
    ],
)
def test_a_budget_that_cannot_be(
    front: Front, boss: Caller, wrong: dict[str, Any], fields: list[str]
) -> None:
    refused(put(front, boss, **wrong), 422, "invalid", *fields)
    refused(boss.ask("GET", address(front)), 404, "not_found")


def test_members_and_strangers(front: Front, boss: Caller, anna: Caller) -> None:
    put(front, boss, total_budget=100)
    stranger = front.caller(front.company.hire("eve", ["WEB"], Role.MANAGER))
    refused(anna.ask("GET", address(front)), 403, "forbidden")
    refused(put(front, anna, total_budget=1), 403, "forbidden")
    refused(stranger.ask("GET", address(front)), 404, "not_found")
    refused(put(front, stranger, total_budget=1), 404, "not_found")
    refused(stranger.ask("GET", address(front, "alerts")), 404, "not_found")


def test_locking_and_unlocking(front: Front, boss: Caller, anna: Caller) -> None:
    put(front, boss, total_budget=100)
    locked = boss.post(f"{address(front)}/lock")
    assert understood(locked)["locked_at"] == at("8:00")
    refused(anna.start("BP-1"), 423, "locked")
    assert understood(boss.ask("DELETE", f"{address(front)}/lock"))["is_locked"] is False
    assert anna.start("BP-1").status_code == 200
    assert understood(boss.post(f"{address(front)}/lock", {"since": at("9:00")}))["is_locked"] is False


def test_a_start_has_to_be_confirmed(front: Front, boss: Caller, anna: Caller, ben: Caller) -> None:
    put(front, boss, total_budget=50, at_limit="ask")
    anna.start("BP-1")
    front.company.clock.advance(hours=1)
    problem = refused(ben.start("BP-2"), 409, "budget_reached")
    assert "100.00 %" in problem["detail"]
    company = front.company
    body = {"issue_id": company.issues["BP-2"], "project_id": company.projects["BP"]}
    key = "once"
    confirmed = ben.post("/time-tracking/start", body | {"confirm_over_budget": True}, key)
    again = ben.post("/time-tracking/start", body | {"confirm_over_budget": True}, key)
    assert (confirmed.status_code, confirmed.content) == (200, again.content)
    refused(ben.post("/time-tracking/start", body, key), 422, "idempotency_key_reused")


def test_an_alert_is_raised_read_and_acknowledged(front: Front, boss: Caller, anna: Caller) -> None:
    put(front, boss, total_budget=50)
    anna.start("BP-1")
    front.company.clock.advance(minutes=48)
    anna.act("stop")
    [alert] = boss.get(address(front, "alerts"), acknowledged=False)["items"]
    assert (alert["alert_type"], alert["actual_percentage"]) == ("warning", Decimal("80.00"))
    assert (alert["cost_at_alert"], alert["currency"]) == (Decimal("40.0000"), "USD")
    [seen] = anna.get("/time-tracking/alerts")["items"]
    assert (seen["id"], seen["cost_at_alert"], seen["currency"]) == (alert["id"], None, None)
    path = f"/time-tracking/alerts/{alert['id']}/acknowledge"
    refused(anna.post(path), 403, "forbidden")
    taken = understood(boss.post(path))
    assert (taken["is_acknowledged"], taken["acknowledged_by_user_id"]) == (True, boss.principal.user_id)
    assert taken == understood(boss.post(path))
    assert boss.get(address(front, "alerts"), acknowledged=False)["items"] == []
    refused(boss.post("/time-tracking/alerts/999999/acknowledge"), 404, "not_found")


def test_pages_of_alerts(front: Front, boss: Caller, anna: Caller) -> None:
    put(front, boss, total_budget=50)
    anna.start("BP-1")
    front.company.clock.advance(hours=1)
    anna.act("stop")
    first = boss.get("/time-tracking/alerts", limit=2)
    rest = boss.get("/time-tracking/alerts", limit=2, cursor=first["next"])
    kinds = [alert["alert_type"] for alert in first["items"] + rest["items"]]
    assert (kinds, rest["next"]) == (["exceeded", "critical", "warning"], None)


def test_the_sync_says_more_about_budgets_and_no_amount(front: Front, boss: Caller, anna: Caller) -> None:
    put(front, boss, total_budget=100, at_limit="non_billable")
    anna.start("BP-1")
    front.company.clock.advance(hours=1)
    [use] = understood(anna.sync(anna.device().request()))["snapshot"]["budgets"]
    assert use == {
        "project_id": front.company.projects["BP"],
        "percent": Decimal("50.00"),
        "warning_percent": Decimal("80.00"),
        "as_of": at("9:00"),
        "critical_percent": Decimal("95.00"),
        "is_locked": False,
        "at_limit": "non_billable",
        "seconds_left": 3600,
    }
