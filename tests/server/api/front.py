"""How does a test talk to the whole server without a network?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import Any, Final

import msgspec
from argon2 import PasswordHasher
from httpx import Response
from litestar.testing import TestClient

from server import bootstrap
from server.api.envelope import Envelope
from server.api.queues import Queues
from server.db.session import Database
from server.domain.messages import SyncRequest
from server.domain.principal import Principal
from server.services.staff import accounts
from server.settings import LogLevel, Settings
from tests.server.company import Company, Person
from tests.server.device import Device

PREFIX: Final = "/api/v1"
PASSWORD: Final = "correct horse"
PASSWORD_HASH: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(
    PASSWORD
)  # quickly checked
DEVICE: Final = "11111111-1111-4111-8111-111111111111"


def understood(reply: Response) -> Any:
    """The JSON body; amounts of money are Decimal, as they were written."""
    return json.loads(reply.content, parse_float=Decimal)


class Front:
    """The server of a company, and what it writes into its log."""

    def __init__(
        self,
        company: Company,
        database: Database | None = None,
        level: LogLevel = LogLevel.DEBUG,
        queues: Queues | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.company = company
        self.out = BytesIO()
        self.ticks = count(0.0, 0.25)
        log = bootstrap.open_log(level, self.out)
        self.app = bootstrap.build(
            database or company.served(),
            company.server,
            company.clock,
            log,
            lambda: next(self.ticks),
            settings=settings,
            queues=queues,
        )
        self.client: TestClient[Envelope] = TestClient(self.app, base_url="http://hourkeep.test")

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def said(self, event: str) -> list[dict[str, Any]]:
        """The events of that name, without what every line has."""
        usual = {"event", "request_id", "timestamp"}
        return [
            {name: value for name, value in line.items() if name not in usual}
            for line in self.events
            if line["event"] == event
        ]

    def ask(self, method: str, path: str, **options: Any) -> Response:
        return self.client.request(method, path, **options)

    def caller(self, person: Person) -> Caller:
        """Signed in, on a device of their own."""
        principal = person.principal
        now_ms = self.company.clock.now_ms()
        token, _ = self.company.database.run(
            lambda conn: accounts.issue_token(conn, principal.user_id, "test", principal.device_id, now_ms)
        )
        return Caller(self, principal, token)

    def give_password(self, person: Person) -> None:
        self.company.write(
            "UPDATE users SET password_hash = ? WHERE id = ?", PASSWORD_HASH, person.principal.user_id
        )

    def switch_off(self, person: Person) -> None:
        self.company.write("UPDATE users SET is_active = ? WHERE id = ?", False, person.principal.user_id)

    def sign_in(self, email: str = "anna@demo.test", password: str = PASSWORD, **changes: Any) -> Response:
        said = {"email": email, "password": password, "device_name": "Laptop", "device_id": DEVICE}
        return self.ask("POST", f"{PREFIX}/auth/token", json={**said, **changes})


class Caller:
    """Somebody who is signed in."""

    def __init__(self, front: Front, principal: Principal, token: str) -> None:
        self.front = front
        self.principal = principal
        self.token = token

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Response:
        given = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.front.ask(method, f"{PREFIX}{path}", headers=given, **options)

    def get(self, path: str, **query: Any) -> Any:
        reply = self.ask("GET", path, params=query)
        assert reply.status_code == 200, reply.text
        return understood(reply)

    def post(self, path: str, body: object | None = None, key: str | None = None) -> Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.ask("POST", path, headers, **({} if body is None else {"json": body}))

    def send(self, path: str, body: bytes) -> Response:
        return self.ask("POST", path, content=body)

    def start(self, issue: str, key: str | None = None) -> Response:
        company = self.front.company
        project_id = company.projects[issue.partition("-")[0]]
        body = {"issue_id": company.issues[issue], "project_id": project_id}
        return self.post("/time-tracking/start", body, key)

    def act(self, action: str, body: object | None = None, key: str | None = None) -> Response:
        return self.post(f"/time-tracking/{action}", body, key)

    def status(self, etag: str | None = None) -> Response:
        headers = {} if etag is None else {"If-None-Match": etag}
        return self.ask("GET", "/time-tracking/status", headers)

    def sync(self, request: SyncRequest, *, packed: bool = False) -> Response:
        body = msgspec.json.encode(request)
        if not packed:
            return self.send("/time-tracking/sync", body)
        headers = {"Content-Encoding": "gzip"}
        return self.ask("POST", "/time-tracking/sync", headers, content=gzip.compress(body))

    def device(self) -> Device:
        return Person(self.front.company, self.principal).device()


def opened(front: Front) -> Iterator[Front]:
    with front.client:
        yield front


def refused(reply: Response, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The problem document, which must be a good one; `fields`: exactly those that it names."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = reply.json()
    assert problem["code"] == code, problem
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    assert {error["field"] for error in problem.get("errors", [])} == set(fields), problem
    assert all(error["message"] for error in problem.get("errors", []))
    return problem
