"""Do managers read a project's statistics, and everybody a report of what they may see, to the last place?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from server.domain.messages import Role
from tests.server.api.front import Caller, Front, refused

DAY = "2026-06-15"
NOTHING: dict[str, Any] = {
    "logs": 0,
    "duration_seconds": 0,
    "billable_seconds": 0,
    "costs": [],
    "total_cost": None,
    "billable_cost": None,
    "unconverted": [],
}


@pytest.fixture
def mia(front: Front) -> Caller:
    """Manages BP."""
    return front.caller(front.company.hire("mia", ["BP"], Role.MANAGER))


def work(who: Caller, issue: str, seconds: int) -> None:
    who.start(issue)
    who.front.company.clock.advance(seconds=seconds)
    who.act("stop")


def path(front: Front, project: str = "BP") -> str:
    return f"/time-tracking/projects/{front.company.projects[project]}/statistics"


def test_a_project_on_which_nobody_worked(front: Front, mia: Caller) -> None:
    assert mia.get(path(front)) == {
        "project_id": front.company.projects["BP"],
        "currency": None,
        "from": None,
        "to": None,
        "totals": NOTHING,
        "by_user": [],
        "by_issue": [],
        "by_day": [],
        "by_billable": [],
        "burn": None,
    }


def test_a_projects_statistics(front: Front, mia: Caller, anna: Caller) -> None:
    front.company.set_budget("BP", 1000)
    work(anna, "BP-1", 4328)
    found = mia.get(path(front), **{"from": DAY, "to": DAY})
    cost = Decimal("60.1111")
    sums = {
        "logs": 1,
        "duration_seconds": 4328,
        "billable_seconds": 4328,
        "costs": [{"currency": "USD", "total_cost": cost}],
        "total_cost": cost,
        "billable_cost": cost,
        "unconverted": [],
    }
    assert found == {
        "project_id": front.company.projects["BP"],
        "currency": "USD",
        "from": DAY,
        "to": DAY,
        "totals": sums,
        "by_user": [{**sums, "user_id": anna.principal.user_id, "name": "Anna"}],
        "by_issue": [
            {
                **sums,
                "issue_id": front.company.issues["BP-1"],
                "issue_key": "BP-1",
                "issue_summary": "About BP-1",
            }
        ],
        "by_day": [{**sums, "day": DAY}],
        "by_billable": [{**sums, "is_billable": True}],
        "burn": {
            "worked_days": 0,
            "since": None,
            "per_worked_day": None,
            "left": Decimal("939.8889"),
            "ends_on": None,
        },
    }


def test_a_report(front: Front, mia: Caller, anna: Caller, ben: Caller) -> None:
    work(anna, "BP-1", 3600)
    work(ben, "BP-1", 1800)
    work(ben, "WEB-1", 60)
    found = mia.get("/time-tracking/report", limit=1)
    assert [(row["name"], row["project_key"], row["duration_seconds"]) for row in found["items"]] == [
        ("Anna", "BP", 3600)
    ]
    assert found["totals"] == {
        "logs": 2,
        "duration_seconds": 5400,
        "billable_seconds": 5400,
        "costs": [{"currency": "USD", "total_cost": Decimal("75.0000")}],
    }
    rest = mia.get("/time-tracking/report", limit=1, cursor=found["next"])
    assert [row["name"] for row in rest["items"]] == ["Ben"]
    assert rest["next"] is None
    assert len(ben.get("/time-tracking/report")["items"]) == 2


def test_who_may_not(front: Front, anna: Caller, ben: Caller, mia: Caller) -> None:
    refused(anna.ask("GET", path(front)), 403, "forbidden")
    refused(mia.ask("GET", path(front, "WEB")), 404, "not_found")
    refused(mia.ask("GET", "/time-tracking/projects/999999/statistics"), 404, "not_found")
    query = {"user": ben.principal.user_id}
    refused(anna.ask("GET", "/time-tracking/report", params=query), 403, "forbidden")
    refused(front.ask("GET", "/api/v1/time-tracking/report"), 401, "not_signed_in")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"to": "10000-01-01"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"from": "2026-06-16", "to": "2026-06-15"}, "to"),
        ({"user": "0"}, "user"),
        ({"project": "all"}, "project"),
        ({"limit": "0"}, "limit"),
        ({"cursor": "5"}, "cursor"),
    ],
)
def test_what_is_not_right_is_named(mia: Caller, query: dict[str, str], field: str) -> None:
    refused(mia.ask("GET", "/time-tracking/report", params=query), 422, "invalid", field)
