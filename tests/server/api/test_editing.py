"""Does the API add, change, delete and split logged time, once, and with clear refusals?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from server.domain.messages import Role
from tests.server.api.front import Caller, Front, refused, understood
from tests.server.daytime import at

LOGS: Final = "/time-tracking/logs"


@pytest.fixture
def evening(front: Front) -> Front:
    front.company.clock.advance(hours=10)
    return front


def entry(front: Front, start: str = "9:00", end: str = "10:00", **more: Any) -> dict[str, Any]:
    issue_id = front.company.issues["BP-1"]
    return {"issue_id": issue_id, "start_time": at(start), "end_time": at(end), **more}


def added(anna: Caller, front: Front, *stretch: str) -> dict[str, Any]:
    reply = anna.post(LOGS, entry(front, *stretch))
    assert reply.status_code == 201, reply.text
    log: dict[str, Any] = understood(reply)["log"]
    return log


def test_time_is_entered(evening: Front, anna: Caller) -> None:
    reply = understood(anna.post(LOGS, entry(evening, description="On the phone")))
    assert (reply["trimmed_seconds"], reply["overlaps"]) == (0, [])
    log = reply["log"]
    assert (log["duration_seconds"], log["total_cost"], log["revision"]) == (3600, Decimal("50.0000"), 1)
    assert anna.get(LOGS)["items"] == [log]


def test_a_repeat_with_its_key_is_done_once(evening: Front, anna: Caller) -> None:
    first = anna.post(LOGS, entry(evening), key="k")
    again = anna.post(LOGS, entry(evening), key="k")
    assert first.content == again.content
    assert again.status_code == 201
    assert len(anna.get(LOGS)["items"]) == 1
    refused(anna.post(LOGS, entry(evening, "10:00", "11:00"), key="k"), 422, "idempotency_key_reused")


def test_each_way_of_writing_is_done_once(evening: Front, anna: Caller) -> None:
    log = added(anna, evening)
    path = f"{LOGS}/{log['id']}"
    changed = [anna.ask("PATCH", path, {"Idempotency-Key": "a"}, json={"description": "x"}) for _ in range(2)]
    assert changed[0].content == changed[1].content
    parts = [anna.post(f"{path}/split", {"at": at("9:30")}, key="b") for _ in range(2)]
    assert parts[0].content == parts[1].content
    gone = [anna.ask("DELETE", path, {"Idempotency-Key": "c"}) for _ in range(2)]
    assert gone[0].content == gone[1].content
    refused(
        anna.ask("PATCH", path, {"Idempotency-Key": "c"}, json={"description": "x"}),
        422,
        "idempotency_key_reused",
    )
    evening.company.check()


@pytest.mark.parametrize("way", ["header", "field"])
def test_a_stale_change_gets_the_log_as_it_is(evening: Front, anna: Caller, way: str) -> None:
    log = added(anna, evening)
    path = f"{LOGS}/{log['id']}"
    body: dict[str, Any] = {"description": "Mine"}
    headers = {}
    if way == "header":
        headers["If-Match"] = '"1"'
    else:
        body["revision"] = 1
    assert anna.ask("PATCH", path, headers, json={**body, "description": "First"}).status_code == 200
    problem = refused(anna.ask("PATCH", path, headers, json=body), 409, "stale")
    assert (problem["current"]["description"], problem["current"]["revision"]) == ("First", 2)
    refused(anna.ask("DELETE", path, {"If-Match": "1"}), 409, "stale")
    refused(anna.ask("POST", f"{path}/split", {"If-Match": "1"}, json={"at": at("9:30")}), 409, "stale")


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"end_time": at("9:00")}, {"end_time"}),
        ({"end_time": at("18:03")}, {"end_time"}),
        ({"start_time": 946_684_799}, {"start_time", "end_time"}),
        ({"start_time": -1}, {"start_time"}),
        ({"end_time": 10**18}, {"end_time"}),
        ({"start_time": "9:00"}, {"start_time"}),
        ({"description": "x" * 10_001}, {"description"}),
        ({"issue_id": 999_999}, {"issue_id"}),
        ({"project_id": 2}, {"project_id"}),
        ({"total_cost": 1}, {"total_cost"}),
    ],
)
def test_what_is_wrong_is_named(
    evening: Front, anna: Caller, wrong: dict[str, Any], fields: set[str]
) -> None:
    refused(anna.post(LOGS, {**entry(evening), **wrong}), 422, "invalid", *fields)
    assert anna.get(LOGS)["items"] == []


def test_a_log_with_its_stretches_and_corrections(evening: Front, anna: Caller) -> None:
    log = added(anna, evening)
    anna.ask("PATCH", f"{LOGS}/{log['id']}", json={"end_time": at("11:00"), "is_billable": False})
    found = anna.get(f"{LOGS}/{log['id']}")
    assert found["log"]["is_billable"] is False
    [stretch] = found["stretches"]
    assert (stretch["start_time"], stretch["end_time"], stretch["counted_seconds"]) == (
        at("9:00"),
        at("11:00"),
        7200,
    )
    assert [(edit["way"], edit["author"], edit["end_time"]) for edit in found["edits"]] == [
        ("add", "Anna", at("10:00")),
        ("edit", "Anna", at("11:00")),
    ]


def test_a_deleted_log_is_shown_to_who_asks_for_it(evening: Front, anna: Caller) -> None:
    log = added(anna, evening)
    gone = understood(anna.ask("DELETE", f"{LOGS}/{log['id']}", params={"reason": "Twice"}))["log"]
    assert gone["is_deleted"]
    assert anna.get(LOGS)["items"] == []
    assert anna.get(LOGS)["totals"]["count"] == 0
    boss = evening.caller(evening.company.hire("boss", ["BP"], Role.MANAGER))
    assert boss.get(LOGS, user="all")["items"] == []
    assert boss.get(LOGS, user="all", include_deleted="true")["items"] == [gone]
    assert anna.get(f"{LOGS}/{log['id']}")["edits"][-1]["reason"] == "Twice"
    refused(anna.ask("DELETE", f"{LOGS}/{log['id']}"), 409, "conflict")


def test_the_logs_of_an_issue(evening: Front, anna: Caller, ben: Caller) -> None:
    mine, his = added(anna, evening), added(ben, evening)
    path = f"/time-tracking/issues/{evening.company.issues['BP-1']}/logs"
    assert anna.get(path)["items"] == [mine]
    boss = evening.caller(evening.company.hire("boss", ["BP"], Role.MANAGER))
    assert boss.get(path)["items"] == [his, mine]
    assert boss.get(path)["totals"]["count"] == 2
    stranger = evening.caller(evening.company.hire("carl", []))
    refused(stranger.ask("GET", path), 404, "not_found")


def test_somebody_elses_log(evening: Front, anna: Caller, ben: Caller) -> None:
    path = f"{LOGS}/{added(ben, evening)['id']}"
    stranger = evening.caller(evening.company.hire("carl", []))
    for caller, status, code in ((anna, 403, "forbidden"), (stranger, 404, "not_found")):
        refused(caller.ask("GET", path), status, code)
        refused(caller.ask("PATCH", path, json={"description": "x"}), status, code)
        refused(caller.ask("DELETE", path), status, code)
        refused(caller.post(f"{path}/split", {"at": at("9:30")}), status, code)


def test_for_somebody_else_on_an_issue_of_which_one_may_not_know(evening: Front, anna: Caller) -> None:
    """In the same words as for one that there is not."""
    boss = evening.caller(evening.company.hire("boss", ["BP"], Role.MANAGER))
    log = added(anna, evening)
    for issue_id in (evening.company.issues["WEB-1"], 999_999):
        body = entry(evening, user_id=anna.principal.user_id) | {"issue_id": issue_id}
        refused(boss.post(LOGS, body), 422, "invalid", "issue_id")
        moved = boss.ask("PATCH", f"{LOGS}/{log['id']}", json={"issue_id": issue_id})
        refused(moved, 422, "invalid", "issue_id")


def test_a_locked_budget(evening: Front, anna: Caller) -> None:
    evening.company.set_budget("BP", 100)
    evening.company.lock_budget("BP", "8:00")
    refused(anna.post(LOGS, entry(evening)), 423, "locked")
