"""Does everybody read what is theirs to read, page by page?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from server.domain.messages import Role
from tests.server.api.front import Caller, Front, refused
from tests.server.daytime import at


def keys(page: dict[str, Any]) -> list[str]:
    return [item["key"] for item in page["items"]]


def issue_keys(page: dict[str, Any]) -> list[str]:
    return [item["issue_key"] for item in page["items"]]


def work(front: Front, who: Caller, *issues: str) -> None:
    """Half an hour on each."""
    for issue in issues:
        who.start(issue)
        front.company.clock.advance(minutes=30)
    who.act("stop")


# ---- who am I


def test_me(front: Front, anna: Caller) -> None:
    assert anna.get("/me") == {
        "id": anna.principal.user_id,
        "email": "anna@demo.test",
        "name": "Anna",
        "role": "member",
        "rate": {"rate_type": "hourly", "rate_amount": Decimal("50.0000"), "currency": "USD"},
        "server": front.ask("GET", "/healthz").json(),
    }


def test_somebody_without_a_rate(front: Front) -> None:
    carl = front.caller(front.company.hire("carl", [], hourly=None))
    assert carl.get("/me")["rate"] is None


# ---- projects and issues


def test_only_my_projects(anna: Caller, ben: Caller) -> None:
    assert keys(anna.get("/projects")) == ["BP"]
    assert keys(ben.get("/projects")) == ["BP", "WEB"]


def test_an_administrator_sees_all(front: Front) -> None:
    root = front.caller(front.company.hire("root", [], Role.ADMIN))
    assert keys(root.get("/projects")) == ["BP", "WEB"]
    assert len(root.get("/issues")["items"]) == 20


def test_projects_page_by_page(ben: Caller) -> None:
    first = ben.get("/projects", limit=1)
    second = ben.get("/projects", limit=1, cursor=first["next"])
    assert keys(first) + keys(second) == ["BP", "WEB"]
    assert second["next"] is None


def test_an_issue_as_the_client_keeps_it(front: Front, anna: Caller) -> None:
    assert anna.get("/issues", q="bp-7")["items"] == [
        {
            "id": front.company.issues["BP-7"],
            "key": "BP-7",
            "summary": "About BP-7",
            "project_id": front.company.projects["BP"],
            "project_key": "BP",
            "status": "open",
            "is_deleted": False,
            "updated_at": at("8:00"),
        }
    ]


def test_issues_page_by_page(ben: Caller) -> None:
    seen, cursor = [], None
    while True:
        page = ben.get("/issues", limit=7, **({} if cursor is None else {"cursor": cursor}))
        seen += keys(page)
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 20


def test_issues_of_a_project(front: Front, anna: Caller, ben: Caller) -> None:
    web = front.company.projects["WEB"]
    assert len(ben.get("/issues", project_id=web)["items"]) == 10
    assert anna.get("/issues", project_id=web)["items"] == []


def test_what_changed_since(front: Front, anna: Caller) -> None:
    front.company.clock.advance(hours=1)
    front.company.delete_issue("BP-3")
    [changed] = anna.get("/issues", updated_since=at("8:30"))["items"]
    assert (changed["key"], changed["is_deleted"]) == ("BP-3", True)
    assert "BP-3" not in keys(anna.get("/issues"))


# ---- time logs


def test_a_log_has_the_seeds_columns(front: Front, anna: Caller) -> None:
    anna.start("BP-1")
    front.company.clock.advance(hours=1)
    anna.act("stop", {"description": "Fixed the auth bug"})
    page = anna.get("/time-tracking/logs")
    [log] = page["items"]
    timer_id = log.pop("timer_id")
    assert len(timer_id) == 36
    assert log == {
        "id": 1,
        "issue_id": front.company.issues["BP-1"],
        "issue_key": "BP-1",
        "issue_summary": "About BP-1",
        "project_id": front.company.projects["BP"],
        "user_id": anna.principal.user_id,
        "status": "stopped",
        "start_time": at("8:00"),
        "end_time": at("9:00"),
        "paused_at": None,
        "resumed_at": None,
        "duration_seconds": 3600,
        "user_rate_type": "hourly",
        "user_rate_amount": Decimal("50.0000"),
        "total_cost": Decimal("50.0000"),
        "currency": "USD",
        "description": "Fixed the auth bug",
        "is_billable": True,
        "revision": 1,
        "is_deleted": False,
        "created_at": at("8:00"),
        "updated_at": at("9:00"),
    }
    assert page["totals"] == {
        "count": 1,
        "duration_seconds": 3600,
        "costs": [{"currency": "USD", "total_cost": Decimal("50.0000")}],
    }


def test_latest_first_page_by_page_with_the_totals_of_all(front: Front, anna: Caller) -> None:
    work(front, anna, "BP-1", "BP-2", "BP-3")
    first = anna.get("/time-tracking/logs", limit=2)
    second = anna.get("/time-tracking/logs", limit=2, cursor=first["next"])
    assert issue_keys(first) == ["BP-3", "BP-2"]
    assert issue_keys(second) == ["BP-1"]
    assert second["next"] is None
    assert first["totals"] == second["totals"]
    assert first["totals"]["count"] == 3


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"from": at("8:30")}, ["BP-3", "BP-2"]),
        ({"to": at("8:30")}, ["BP-1"]),
        ({"from": at("8:30"), "to": at("9:00")}, ["BP-2"]),
        ({"status": "stopped"}, ["BP-2", "BP-1"]),
        ({"status": "running"}, ["BP-3"]),
        ({"billable": "true"}, ["BP-3", "BP-2", "BP-1"]),
        ({"billable": "false"}, []),
        ({"issue": 2}, ["BP-2"]),
        ({"project": 1}, ["BP-3", "BP-2", "BP-1"]),
        ({"project": 2}, []),
    ],
)
def test_each_filter(front: Front, anna: Caller, asked: dict[str, Any], expected: list[str]) -> None:
    work(front, anna, "BP-1", "BP-2")
    anna.start("BP-3")
    assert issue_keys(anna.get("/time-tracking/logs", **asked)) == expected


def test_a_member_reads_only_their_own_time(front: Front, anna: Caller, ben: Caller) -> None:
    work(front, ben, "BP-1", "WEB-1")
    assert anna.get("/time-tracking/logs")["items"] == []
    for user in (str(ben.principal.user_id), "all"):
        reply = anna.ask("GET", "/time-tracking/logs", params={"user": user})
        refused(reply, 403, "forbidden")
    own = ben.get("/time-tracking/logs", user=ben.principal.user_id)
    assert issue_keys(own) == ["WEB-1", "BP-1"]


def test_a_manager_reads_the_time_of_their_projects(front: Front, anna: Caller, ben: Caller) -> None:
    boss = front.caller(front.company.hire("boss", ["BP"], Role.MANAGER))
    work(front, ben, "WEB-1", "BP-1")
    work(front, anna, "BP-2")
    assert issue_keys(boss.get("/time-tracking/logs", user=ben.principal.user_id)) == ["BP-1"]
    assert issue_keys(boss.get("/time-tracking/logs", user="all")) == ["BP-2", "BP-1"]
    assert boss.get("/time-tracking/logs")["items"] == []


def test_an_administrator_reads_everybodys(front: Front, anna: Caller, ben: Caller) -> None:
    root = front.caller(front.company.hire("root", [], Role.ADMIN))
    work(front, ben, "WEB-1")
    work(front, anna, "BP-2")
    assert issue_keys(root.get("/time-tracking/logs", user="all")) == ["BP-2", "WEB-1"]
