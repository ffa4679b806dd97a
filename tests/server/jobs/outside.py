"""Whom does a test tell things, and what arrives?"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, TypeVar

from server import bootstrap
from server.db.address import open_database
from server.domain.delivery import Hook, Mailbox, Told
from server.domain.messages import NewWebhook, Role
from server.jobs.courier import Courier
from server.services.outside import notifications, webhooks
from server.settings import LogLevel
from tests.server.company import Company, Person

T = TypeVar("T")

KEY = b"the server's key"


@dataclass(slots=True)
class Box:
    """Takes what comes, or fails as often as it is told to."""

    came: list[tuple[Mailbox | Hook, Told]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    async def send(self, to: Mailbox | Hook, told: Told) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.came.append((to, told))


class Outside:
    """A company with manager Mara and administrator Ada, and a courier who delivers for it."""

    def __init__(self, company: Company, *, has_mail: bool = True) -> None:
        self.company = company
        self.mara = company.hire("mara", ["BP"], Role.MANAGER)
        self.ada = company.hire("ada", [], Role.ADMIN)
        self.mail, self.hooks = Box(), Box()
        self.out = BytesIO()
        self._runner = asyncio.Runner()
        self.database = open_database(company.url)
        self.courier = Courier(
            self.database,
            company.clock,
            self.mail if has_mail else None,
            self.hooks,
            lambda: 1.0,
            bootstrap.open_log(LogLevel.INFO, self.out),
        )

    def close(self) -> None:
        self._runner.run(self.database.close())
        self._runner.close()

    def tell(self, key: str = "alert.1", project: str = "BP", **payload: Any) -> None:
        project_id, now_ms = self.company.projects[project], self.company.clock.now_ms()
        self.company.database.run(
            lambda conn: notifications.enqueue(conn, key, "budget_alert", project_id, payload, now_ms)
        )

    def webhook(self, person: Person, project: str | None, url: str = "https://example.com/hook") -> int:
        asked = NewWebhook(url, None if project is None else self.company.projects[project])
        now_ms = self.company.clock.now_ms()
        made = self.company.database.run(
            lambda conn: webhooks.add(conn, person.principal, asked, KEY, (), now_ms)
        )
        return made.webhook.id

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def deliver(self) -> None:
        self.do(self.courier.round())

    def written_to(self) -> list[str]:
        return sorted(to.email for to, _ in self.mail.came if isinstance(to, Mailbox))

    def called(self) -> list[int]:
        return sorted(to.webhook_id for to, _ in self.hooks.came if isinstance(to, Hook))

    def states(self) -> list[tuple[Any, ...]]:
        """Of all deliveries: state and attempts."""
        return self.company.rows("SELECT state, attempts FROM deliveries ORDER BY id")
