"""Does whatever changes time, money or people say so in the audit trail, or in the journal of actions?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from server.services.staff.accounts import issue_token
from tests.server.api.cast import ADMIN, OWN, World
from tests.server.api.front import PASSWORD, opened
from tests.server.api.test_rights import DOCUMENT, OPERATIONS
from tests.server.api.valid import body_of, path_of
from tests.server.company import Person
from tests.server.daytime import at

READING: Final = {"GET"}
CHANGES_NOTHING: Final = {"previewRate"}
ITS_ACTIONS_ARE_THE_JOURNAL: Final = {"sync"}
SIGNING_IN: Final = {"signIn", "openSession"}
MANAGERS_OWN: Final = {"deleteRate", "endWebhook"}
NO_TRACE: Final = {"device_tokens", "leases", "idempotency_replies"}
# What has to be done first, and what is said beyond the least.
BEFORE: Final = {
    "pauseTimer": ("startTimer",),
    "resumeTimer": ("startTimer", "pauseTimer"),
    "stopTimer": ("startTimer",),
    "putMember": ("removeMember",),
    "unlockProjectBudget": ("lockProjectBudget",),
    "askForChange": ("closePeriod",),
}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "addIssue": {"key": "BP-4711"},
    "addTimeLog": {"start_time": at("7:00"), "end_time": at("7:30")},
    "addWebhook": {"url": "https://example.com/hook"},
    "askForChange": {"what": {"time_log_id": "log_id", "edit": {"is_billable": False}}},
    "changeIssue": {"summary": "Another one"},
    "changeMyPassword": {"old_password": PASSWORD, "new_password": "another one"},
    "changeProject": {"name": "Another one"},
    "changeSettings": {"long_limit_hours": 12},
    "changeTimeLog": {"description": "Another one"},
    "changeUser": {"role": "manager"},
    "closePeriod": {"from_date": "2026-06-15", "until_date": "2026-06-15"},
    "resolveAttention": {"choice": "refuse"},
    "setExchangeRate": {"from_currency": "EUR", "to_currency": "USD"},
    "setLevelRate": {"level": "project", "project_id": "project_id"},
    "splitTimeLog": {"at": at("8:30")},
}


@pytest.fixture
def world(empty_database: Path, tmp_path: Path) -> Iterator[World]:
    world = World.made(empty_database, tmp_path)
    admin = world.callers[ADMIN].principal
    world.front.give_password(Person(world.front.company, admin))
    world.front.company.database.run(
        lambda conn: issue_token(
            conn, admin.user_id, "Phone", "another one", world.front.company.clock.now_ms()
        )
    )
    for _ in opened(world.front):
        yield world
    world.front.company.close()


def changing() -> list[str]:
    left_out = CHANGES_NOTHING | ITS_ACTIONS_ARE_THE_JOURNAL | SIGNING_IN
    return [
        name for name, (method, _, _) in OPERATIONS.items() if method not in READING and name not in left_out
    ]


@pytest.mark.parametrize("operation", changing())
def test_it_leaves_a_trace(world: World, operation: str) -> None:
    world.front.company.clock.advance(hours=24)
    for earlier in BEFORE.get(operation, ()):
        done(world, earlier)
    before, traces = world.tables(), traces_in(world)
    done(world, operation)
    after = world.tables()
    assert {name for name in before if before[name] != after[name]} - NO_TRACE
    assert traces_in(world) > traces


def done(world: World, operation: str) -> None:
    who = OWN if operation in MANAGERS_OWN else ADMIN
    method, path, found = OPERATIONS[operation]
    ids = world.ids_for(who)
    least = json.loads(body_of(DOCUMENT, found, ids) or "null")
    body = {} if least is None else {"json": least | _filled(BODIES.get(operation, {}), ids)}
    reply = world.ask(who, method, path_of(path, ids), **body)
    assert reply.is_success, reply.text


def _filled(said: Any, ids: dict[str, Any]) -> Any:
    if isinstance(said, dict):
        return {name: _filled(value, ids) for name, value in said.items()}
    return ids.get(said, said) if isinstance(said, str) else said


def traces_in(world: World) -> int:
    """Entries of the trail, and actions."""
    [(entries,)] = world.front.company.rows("SELECT seq FROM audit_head")
    [(actions,)] = world.front.company.rows("SELECT count(*) FROM applied_actions")
    return int(entries) + int(actions)
