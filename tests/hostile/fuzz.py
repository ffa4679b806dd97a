"""What does schemathesis find when it tries the whole API as somebody?

All of its checks are on, and its cases come from the served description: each bound and each kind of wrong value once,
random ones, and chains of requests that use what earlier ones answered. A seed gives the same cases again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import schemathesis
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from schemathesis import engine
from schemathesis.core.failures import Failure
from schemathesis.engine import events
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.schemas import BaseSchema
from sqlalchemy import select

from server.db.session import Connection
from server.db.tables import device_tokens, users
from server.services.staff import accounts
from tests.server.api.front import Front
from tests.server.company import Person

DOCUMENT: Final = "/schema/openapi.json"
SEED: Final = 20261125
STEP_S: Final = 11  # between two requests, so that nobody tries to sign in too often
KNOWN_IDS: Final = 12  # so many of each kind are in the company
INVALID: Final = 422
KEY_REUSED: Final = "idempotency_key_reused"
WORDS: Final = 1_500
ACCEPTED: Final = ["2xx", "304", "401", "403", "404", "409", "423", "429"]  # for what the description allows

# What no schema can say of a request: which fields of which operations must fit to each other or to what is stored.
RULES: Final = {
    "GET /api/v1/time-tracking/projects/{project_id}/statistics": {"from", "to"},
    "GET /api/v1/time-tracking/report": {"from", "to"},
    "PATCH /api/v1/issues/{issue_id}": {"key"},
    "PATCH /api/v1/time-tracking/logs/{log_id}": {"end_time", "issue_id", "project_id", "start_time"},
    "PATCH /api/v1/users/{user_id}": {"email", "password"},
    "POST /api/v1/attention/{action_id}/resolve": {"end", "issue_id", "start"},
    "POST /api/v1/issues": {"key"},
    "POST /api/v1/time-tracking/logs": {"end_time", "issue_id", "project_id", "start_time", "user_id"},
    "POST /api/v1/time-tracking/logs/{log_id}/split": {"at", "end_time"},
    "POST /api/v1/time-tracking/period-requests": {"end_time", "issue_id", "project_id", "start_time", "user_id", "what"},
    "POST /api/v1/time-tracking/periods": {"from_date", "until_date"},
    "POST /api/v1/time-tracking/rates/preview": {"currency", "effective_from", "effective_until", "project_id", "rate_amount", "user_id"},
    "POST /api/v1/time-tracking/start": {"project_id"},
    "POST /api/v1/users": {"email"},
    "POST /api/v1/webhooks": {"url"},
    "PUT /api/v1/me/password": {"old_password"},
    "PUT /api/v1/time-tracking/exchange-rates": {"effective_from", "rate", "to_currency"},
    "PUT /api/v1/time-tracking/projects/{project_id}/budget": {
        "alert_threshold", "allocated_budget", "critical_threshold", "end_date", "start_date", "total_budget",
    },
    "PUT /api/v1/time-tracking/rate": {"effective_from", "effective_until", "rate_amount"},
    "PUT /api/v1/time-tracking/rates": {"currency", "effective_from", "effective_until", "project_id", "rate_amount", "user_id"},
    "PUT /api/v1/time-tracking/settings": {
        "critical_percent", "currency", "default_hourly_rate", "default_minutely_rate", "time_zone", "warning_percent",
    },
}  # fmt: skip

Answers = dict[str, Counter[int]]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that the server did otherwise than its description says."""

    operation: str
    title: str
    words: str
    how: str  # to see it again
    answer: str

    def __str__(self) -> str:
        return "\n".join((f"{self.operation}: {self.title}", self.words, self.how, self.answer[:WORDS]))


@dataclass(frozen=True, slots=True)
class Tried:
    """`answers`: how often an operation answered with which status."""

    faults: list[Fault]
    answers: Answers


def try_everything(front: Front, person: Person | None, examples: int, *, thoroughly: bool) -> Tried:
    """As nobody when `person` is None. `examples`: random ones for each operation.

    `thoroughly`: each bound and each kind of wrong value of each parameter and field as well, some 4,000 requests.
    """
    token, app = (None, front.app) if person is None else let_in(front, person)
    faults: dict[tuple[str, str, str], Fault] = {}
    answers: Answers = defaultdict(Counter)
    with asked(app, token, examples, thoroughly=thoroughly) as schema:
        for event in engine.from_schema(schema).execute():
            match event:
                case events.ScenarioFinished(recorder=recorder):
                    for fault in _faults(recorder):
                        faults.setdefault((fault.operation, fault.title, fault.words), fault)
                    _count(recorder, answers)
                case events.NonFatalError() | events.FatalError():
                    raise AssertionError(f"schemathesis could not go on: {event}")
                case _:
                    pass
    failed = [line["exception"] for line in front.events if "exception" in line]
    return Tried(
        [*faults.values(), *(Fault("The log", "a failure", text[-WORDS:], "", "") for text in failed)],
        answers,
    )


@contextmanager
def asked(app: ASGIApp, token: str | None, examples: int, *, thoroughly: bool) -> Iterator[BaseSchema]:
    config = schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "max-stream-events": 1,
            "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
            "checks": {"enabled": True, "positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            "phases": {"examples": {"enabled": False}, "coverage": {"enabled": thoroughly}},
        }
    )
    schema = schemathesis.openapi.from_asgi(DOCUMENT, app, config=config)
    if token is not None:
        schema.config.update(headers={"Authorization": f"Bearer {token}"})
        schema.config.generation.update(with_security_parameters=False)
    schema.hook(filter_failure)
    schema.hook(map_body)
    schema.hook(map_path_parameters)
    try:
        yield schema
    finally:
        shutdown_lifespans()


def filter_failure(_context: Any, failure: Failure, case: Any, response: Any) -> bool:
    """Drops what schemathesis holds against a rule."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != INVALID:
        return True
    problem = response.json()
    named = {error["field"] for error in problem.get("errors", ())}
    return problem["code"] != KEY_REUSED and not (named and named <= RULES.get(case.operation.label, set()))


def map_body(_context: Any, body: Any) -> Any:
    """JSON's schema takes 1.0 for a whole number, and the API does not."""
    match body:
        case float() if body.is_integer():
            return int(body)
        case dict():
            return {name: map_body(_context, value) for name, value in body.items()}
        case list():
            return [map_body(_context, value) for value in body]
        case _:
            return body


def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
    """Most ids are of nothing: some of these become ids of something."""
    return {
        name: 1 + value % KNOWN_IDS if isinstance(value, int) and value % 2 and value > 0 else value
        for name, value in (path_parameters or {}).items()
    }


def let_in(front: Front, person: Person) -> tuple[str, ASGIApp]:
    """A token, and a server that lets it in for each request anew, whatever the one before has ended or taken away."""
    company, who = front.company, person.principal
    now_ms = company.clock.now_ms()
    token, _ = company.database.run(
        lambda conn: accounts.issue_token(conn, who.user_id, "fuzz", who.device_id, now_ms)
    )
    mine = select(device_tokens).where(device_tokens.c.user_id == who.user_id)
    issued = company.database.read(lambda conn: dict(conn.execute(mine).one()._mapping))
    as_before = {"is_active": True, "role": who.role.value, "email": who.email}

    def restore(conn: Connection) -> None:
        conn.execute(users.update().where(users.c.id == who.user_id), as_before)
        if conn.execute(mine.where(device_tokens.c.id == issued["id"])).first() is None:
            conn.execute(device_tokens.insert(), issued)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            company.clock.advance(seconds=STEP_S)
            company.database.run(restore)
        await front.app(scope, receive, send)

    return token, app


def _faults(recorder: ScenarioRecorder) -> Iterator[Fault]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            failure = check.failure_info.failure
            response = recorder.interactions[case_id].response
            answer = "" if response is None else f"{response.status_code} {response.content.decode()}"
            yield Fault(
                failure.operation or recorder.label,
                failure.title,
                failure.message,
                check.failure_info.code_sample,
                answer,
            )


def _count(recorder: ScenarioRecorder, answers: Answers) -> None:
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is not None:
            answers[recorder.cases[case_id].value.operation.label][interaction.response.status_code] += 1
