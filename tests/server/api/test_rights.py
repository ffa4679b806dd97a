"""May a person do with what belongs to others what this table says, and nothing else?

Every operation of the API's description has a row here: a new one without a row fails. What is tried belongs to the project
BP, and of its people to Kim. The columns are a stranger (member of no project), a member of BP, a manager of another project,
a manager of BP, and an administrator: `.` is let in, `3` is forbidden (403), `4` does not know of it (404), `2` named something
of which they do not know (422). What they do not know of is answered like what is not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from server import bootstrap
from tests.server.api.cast import CAST, NO_ACTION, NOBODY, SECRETS, World
from tests.server.api.front import opened, refused
from tests.server.api.valid import body_of, path_of
from tests.server.daytime import at

DOCUMENT: Final[dict[str, Any]] = json.loads(bootstrap.description())
OPERATIONS: Final = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
PUBLIC: Final = {"health", "ready", "signIn", "openSession"}
ENDLESS: Final = {"events"}  # answers until somebody leaves; what it tells whom is tested by itself
MINE: Final = "....."
MANAGERS: Final = "434.."
LEADERS: Final = "33..."
ADMINS: Final = "3333."
HALF_AN_HOUR: Final = {"start_time": at("7:00"), "end_time": at("7:30")}


@dataclass(frozen=True, slots=True)
class Row:
    """`query`: which of the ids goes into which parameter. `body`: what is said beyond the least; `@name` is one of the ids."""

    operation: str
    verdicts: str
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "-".join([self.operation, *self.query, *self.body])

    def said(self, ids: dict[str, Any]) -> dict[str, Any]:
        """The body."""
        filled: dict[str, Any] = _filled(self.body, ids)
        return filled


def _filled(value: Any, ids: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, ids) for name, inner in value.items()}
    return ids[value[1:]] if isinstance(value, str) and value.startswith("@") else value


#                              stranger, member, other manager, own manager, administrator
ROWS: Final = [
    Row("health", MINE),
    Row("ready", MINE),
    # people and sign-ins
    Row("signOut", MINE),
    Row("session", "44444"),  # they show tokens, and have no session
    Row("closeSession", MINE),
    Row("me", MINE),
    Row("changeMyPassword", MINE),
    Row("devices", MINE),
    Row("devices", ADMINS, {"user": "user_id"}),
    Row("revokeDevice", "4444."),
    Row("revokeOtherDevices", MINE),
    Row("users", LEADERS),
    Row("user", "444.."),
    Row("addUser", ADMINS),
    Row("changeUser", ADMINS, body={"role": "admin"}),
    Row("auditTrail", ADMINS),
    # projects, issues, members
    Row("projects", MINE),
    Row("project", "4.4.."),
    Row("addProject", LEADERS),
    Row("changeProject", MANAGERS, body={"name": "Taken over"}),
    Row("members", MANAGERS),
    Row("putMember", MANAGERS),
    Row("removeMember", MANAGERS),
    Row("issues", MINE),
    Row("issues", MINE, {"project_id": "project_id"}),
    Row("issue", "4.4.."),
    Row("addIssue", MANAGERS, body={"key": "BP-4711"}),
    Row("changeIssue", MANAGERS, body={"summary": "Taken over"}),
    Row("deleteIssue", MANAGERS),
    # time
    Row("startTimer", "4.4.."),
    Row("pauseTimer", MINE),
    Row("resumeTimer", MINE),
    Row("stopTimer", MINE),
    Row("timerStatus", MINE),
    Row("sync", MINE),
    Row("timeLogs", MINE),
    Row("timeLogs", LEADERS, {"user": "user_id"}),
    Row("timeLogs", MINE, {"project": "project_id"}),
    Row("explainCost", "444.."),
    Row("issueTimeLogs", "4.4.."),
    Row("timeLog", MANAGERS),
    Row("addTimeLog", "2.2..", body=HALF_AN_HOUR),
    Row("addTimeLog", "332..", body={"user_id": "@user_id", **HALF_AN_HOUR}),
    Row("changeTimeLog", MANAGERS, body={"description": "Taken over"}),
    Row("deleteTimeLog", MANAGERS),
    Row("splitTimeLog", MANAGERS),
    Row("periods", MINE),
    Row("closePeriod", ADMINS, body={"until_date": "2026-01-02", "from_date": "2026-01-01"}),
    Row("closePeriod", MANAGERS, body={"project_id": "@project_id"}),
    Row("reopenPeriod", "434.."),
    Row("periodRequests", MINE),
    Row("askForChange", MANAGERS, body={"what": {"time_log_id": "@log_id", "edit": {"is_billable": False}}}),
    Row("approveRequest", MANAGERS),
    Row("rejectRequest", MANAGERS),
    Row("attention", MINE),
    Row("attentionItem", "444.."),
    Row("refusedAction", "4444."),
    Row("resolveAttention", "444..", body={"choice": "accept"}),
    # money
    Row("getRate", MINE),
    Row("getRate", "444..", {"user_id": "user_id"}),
    Row("setRate", ADMINS),
    Row("setRate", "4443.", {"user_id": "user_id"}),
    Row("rates", MINE),
    Row("rates", MINE, {"user_id": "user_id"}),
    Row("rates", MINE, {"project_id": "project_id"}),
    Row("setLevelRate", MANAGERS, body={"level": "project", "project_id": "@project_id"}),
    Row("setLevelRate", "4443.", body={"level": "user", "user_id": "@user_id"}),
    Row("setLevelRate", ADMINS, body={"level": "organisation"}),
    Row("previewRate", MANAGERS, body={"level": "project", "project_id": "@project_id"}),
    Row("deleteRate", "434.4"),  # the manager's was the last one
    Row("exchangeRates", LEADERS),
    Row("setExchangeRate", ADMINS),
    Row("deleteExchangeRate", ADMINS),
    Row("settings", MINE),
    Row("changeSettings", ADMINS),
    Row("projectBudget", MANAGERS),
    Row("setProjectBudget", MANAGERS),
    Row("lockProjectBudget", MANAGERS),
    Row("unlockProjectBudget", MANAGERS),
    Row("projectAlerts", "4.4.."),
    Row("alerts", MINE),
    Row("acknowledgeAlert", MANAGERS),
    Row("projectStatistics", MANAGERS),
    Row("report", MINE),
    Row("report", LEADERS, {"user": "user_id"}),
    # told outside
    Row("events", MINE),
    Row("webhooks", LEADERS),
    Row("addWebhook", ADMINS),
    Row("addWebhook", MANAGERS, body={"project_id": "@project_id"}),
    Row("endWebhook", "444.4"),  # the manager ended it
    Row("webhookDeliveries", "444.."),
    Row("retryDelivery", "444.."),
]
TRIED: Final = [row for row in ROWS if row.operation not in ENDLESS]
each_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])


@pytest.fixture
def world(empty_database: Path, tmp_path: Path) -> Iterator[World]:
    world = World.made(empty_database, tmp_path)
    for _ in opened(world.front):
        yield world
    world.front.company.close()


def test_every_operation_has_a_row() -> None:
    assert {row.operation for row in ROWS} | {"signIn", "openSession"} == set(OPERATIONS)


@pytest.mark.parametrize("row", TRIED, ids=[row.name for row in TRIED])
def test_only_who_may_is_let_in(world: World, row: Row) -> None:
    for who, verdict in zip(CAST, row.verdicts, strict=True):
        before = world.tables()
        reply = asked(world, who, row, world.ids_for(who))
        said = f"{who}: {reply.status_code} {reply.text[:500]}"
        match verdict:
            case ".":
                assert reply.status_code not in (401, 403, 404), said
                assert reply.status_code < 500, said
            case "3":
                refused(reply, 403, "forbidden")
            case _:
                assert reply.status_code == {"4": 404, "2": 422}[verdict], said
                assert said_of(reply) == said_of(asked(world, who, row, nothing(world, who))), said
        if verdict != ".":
            assert world.tables() == before, said
        assert not [secret for secret in SECRETS.get(who, ()) if secret in reply.text], said


@each_row
def test_nobody_is_let_in(world: World, row: Row) -> None:
    if row.operation not in PUBLIC:
        refused(asked(world, None, row, world.ids), 401, "not_signed_in")


def asked(world: World, who: str | None, row: Row, ids: dict[str, Any]) -> Any:
    method, path, operation = OPERATIONS[row.operation]
    body = json.loads(body_of(DOCUMENT, operation, ids) or "null")
    return world.ask(
        who,
        method,
        path_of(path, ids),
        params={name: ids[wanted] for name, wanted in row.query.items()},
        **({} if body is None else {"json": body | row.said(ids)}),
    )


def nothing(world: World, who: str) -> dict[str, Any]:
    """Ids of things that are not there."""
    ids = world.ids_for(who)
    unknown = {name: NOBODY if isinstance(known, int) else known for name, known in ids.items()}
    return unknown | {"action_id": NO_ACTION}


def said_of(reply: Any) -> dict[str, Any]:
    return {name: value for name, value in reply.json().items() if name != "request_id"}
