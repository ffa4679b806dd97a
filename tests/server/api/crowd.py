"""How do many people ask at the same moment, through several instances of the server?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count, cycle
from typing import Any, Final

import httpx

from server import bootstrap
from server.api.events import PREFIX
from server.db.address import open_database
from server.db.session import Connection
from server.services.staff import accounts
from server.settings import LogLevel
from tests.server.company import Company, Person

INSTANCES: Final = 2


@dataclass(frozen=True, slots=True)
class Ask:
    """`who` by their token."""

    token: str
    method: str
    path: str
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


class Crowd:
    """Everybody's requests are on their way before the first one is answered."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.out = BytesIO()

    def token(self, person: Person) -> str:
        now_ms = self.company.clock.now_ms()
        principal = person.principal

        def work(conn: Connection) -> str:
            return accounts.issue_token(conn, principal.user_id, "test", principal.device_id, now_ms)[0]

        return self.company.database.run(work)

    def start(self, token: str, issue: str, key: str | None = None) -> Ask:
        project_id = self.company.projects[issue.partition("-")[0]]
        body = {"issue_id": self.company.issues[issue], "project_id": project_id}
        headers = {} if key is None else {"Idempotency-Key": key}
        return Ask(token, "POST", "/time-tracking/start", body, headers)

    def stop(self, token: str) -> Ask:
        return Ask(token, "POST", "/time-tracking/stop", {})

    def at_once(
        self, asks: Sequence[Ask], meanwhile: Callable[[], None] | None = None
    ) -> list[httpx.Response]:
        """The answers, in order. `meanwhile` runs in a thread while they are asked."""
        return asyncio.run(self._all(asks, meanwhile))

    async def _all(self, asks: Sequence[Ask], meanwhile: Callable[[], None] | None) -> list[httpx.Response]:
        ticks = count(0.0, 0.25)
        log = bootstrap.open_log(LogLevel.ERROR, self.out)
        databases = [open_database(self.company.url) for _ in range(INSTANCES)]
        clients = [
            self._client(
                bootstrap.build(database, self.company.server, self.company.clock, log, ticks.__next__)
            )
            for database in databases
        ]
        waiting: list[Any] = [
            self._one(client, ask) for client, ask in zip(cycle(clients), asks, strict=False)
        ]
        if meanwhile is not None:
            waiting.append(asyncio.to_thread(meanwhile))
        answers = await asyncio.gather(*waiting)
        for client, database in zip(clients, databases, strict=True):
            await client.aclose()
            await database.close()
        return answers[: len(asks)]

    def _client(self, app: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hourkeep.test")

    async def _one(self, client: httpx.AsyncClient, ask: Ask) -> httpx.Response:
        headers = {"Authorization": f"Bearer {ask.token}", **ask.headers}
        return await client.request(ask.method, PREFIX + ask.path, json=ask.body, headers=headers)
