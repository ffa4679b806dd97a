"""Does the API close days, and take and decide requests to change what lies in them?"""

from __future__ import annotations

from typing import Any, Final

import pytest

from server.domain.messages import Role
from tests.server.api.front import Caller, Front, refused, understood
from tests.server.daytime import at

LOGS: Final = "/time-tracking/logs"
PERIODS: Final = "/time-tracking/periods"
REQUESTS: Final = "/time-tracking/period-requests"
DAY: Final = "2026-06-15"


@pytest.fixture
def boss(front: Front) -> Caller:
    """A manager of BP, on the day after."""
    front.company.clock.advance(hours=24)
    return front.caller(front.company.hire("boss", ["BP"], Role.MANAGER))


def close(front: Front, boss: Caller, **more: Any) -> Any:
    body = {"from_date": DAY, "until_date": DAY, "project_id": front.company.projects["BP"], **more}
    return boss.post(PERIODS, body)


def entry(front: Front) -> dict[str, Any]:
    return {"issue_id": front.company.issues["BP-1"], "start_time": at("9:00"), "end_time": at("10:00")}


def test_from_closing_to_the_approved_change(front: Front, boss: Caller, anna: Caller) -> None:
    made = close(front, boss)
    assert made.status_code == 201
    assert anna.get(PERIODS) == {"items": [made.json()], "next": None}
    problem = refused(anna.post(LOGS, entry(front)), 423, "period_closed")
    assert REQUESTS in problem["detail"]
    asked = anna.post(REQUESTS, {"what": {"add": entry(front)}, "reason": "I forgot"}, key="k")
    assert asked.status_code == 201, asked.text
    assert (
        anna.post(REQUESTS, {"what": {"add": entry(front)}, "reason": "I forgot"}, key="k").content
        == asked.content
    )
    request = asked.json()
    assert (request["status"], request["what"]["add"]["user_id"]) == ("pending", anna.principal.user_id)
    assert boss.get(REQUESTS, status="pending")["items"] == [request]
    path = f"{REQUESTS}/{request['id']}"
    refused(anna.post(f"{path}/approve"), 403, "forbidden")
    approved = [boss.post(f"{path}/approve", {"reason": "Fine"}) for _ in range(2)]
    assert approved[0].json() == approved[1].json()
    [log] = anna.get(LOGS)["items"]
    assert (log["id"], log["duration_seconds"]) == (approved[0].json()["time_log_id"], 3600)
    refused(boss.post(f"{path}/reject"), 409, "conflict")
    front.company.check()


def test_a_rejected_request_and_a_period_that_is_opened_again(
    front: Front, boss: Caller, anna: Caller
) -> None:
    period = close(front, boss).json()
    request = anna.post(REQUESTS, {"what": {"add": entry(front)}, "reason": "I forgot"}).json()
    declined = boss.post(f"{REQUESTS}/{request['id']}/reject", {"reason": "No"}).json()
    assert (declined["status"], declined["decision"]) == ("rejected", "No")
    refused(anna.ask("DELETE", f"{PERIODS}/{period['id']}"), 403, "forbidden")
    assert boss.ask("DELETE", f"{PERIODS}/{period['id']}").json()["reopened_by"] == boss.principal.user_id
    assert anna.post(LOGS, entry(front)).status_code == 201


def test_pages(front: Front, boss: Caller, anna: Caller) -> None:
    made = [close(front, boss).json()["id"] for _ in range(3)]
    for _ in range(3):
        assert anna.post(REQUESTS, {"what": {"add": entry(front)}, "reason": "x"}).status_code == 201
    for path in (PERIODS, REQUESTS):
        first = anna.get(path, limit=2)
        second = anna.get(path, limit=2, cursor=first["next"])
        assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
        assert second["next"] is None


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"until_date": "2026-06-16"}, {"until_date"}),
        ({"until_date": "2026-06-14"}, {"until_date"}),
        ({"from_date": "0001-01-01"}, {"from_date", "until_date"}),
        ({"from_date": "yesterday"}, {"from_date"}),
        ({"until_date": "9999-12-31"}, {"until_date"}),
    ],
)
def test_what_cannot_be_closed(front: Front, boss: Caller, wrong: dict[str, Any], fields: set[str]) -> None:
    refused(close(front, boss, **wrong), 422, "invalid", *fields)


def test_what_cannot_be_asked_for(front: Front, boss: Caller, anna: Caller) -> None:
    close(front, boss)
    refused(anna.post(REQUESTS, {"what": {}, "reason": "x"}), 422, "invalid", "what")
    refused(anna.post(REQUESTS, {"what": {"add": entry(front)}, "reason": " "}), 422, "invalid", "reason")
    late = {**entry(front), "start_time": at("24:00"), "end_time": at("24:10")}
    refused(anna.post(REQUESTS, {"what": {"add": late}, "reason": "x"}), 409, "conflict")
    refused(anna.post(f"{REQUESTS}/999/approve"), 404, "not_found")
    assert understood(anna.ask("GET", REQUESTS))["items"] == []
