"""How does a test add, change, delete and split logged time by hand, as a person does?

Stretches are said as "9:00-10:00".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from server.db.session import Connection
from server.domain.messages import AddLog, ChangeLog, DeleteLog, LogDetail, SplitLog, SplitReply, WrittenLog
from server.services.time import editing, logbook
from tests.server.company import Person
from tests.server.daytime import at

T = TypeVar("T")


class Hand:
    """`person` writes in the book, also for others where they may."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.company = person.company

    def add(self, key: str, stretch: str, **more: Any) -> WrittenLog:
        start, end = stretch.split("-")
        said = AddLog(self.company.issues.get(key, 999_999), at(start), at(end), **more)
        return self._run(lambda conn, now_ms: editing.add(conn, self.person.principal, said, now_ms))

    def change(
        self,
        log_id: int,
        start: str | None = None,
        end: str | None = None,
        issue: str | None = None,
        **more: Any,
    ) -> WrittenLog:
        wanted: dict[str, Any] = dict(more)
        if start is not None:
            wanted["start_time"] = at(start)
        if end is not None:
            wanted["end_time"] = at(end)
        if issue is not None:
            wanted["issue_id"] = self.company.issues.get(issue, 999_999)
        said = ChangeLog(**wanted)
        return self._run(
            lambda conn, now_ms: editing.change(conn, self.person.principal, log_id, said, now_ms)
        )

    def delete(self, log_id: int, **more: Any) -> WrittenLog:
        said = DeleteLog(**more)
        return self._run(
            lambda conn, now_ms: editing.remove(conn, self.person.principal, log_id, said, now_ms)
        )

    def split(self, log_id: int, when: str, **more: Any) -> SplitReply:
        said = SplitLog(at(when), **more)
        return self._run(
            lambda conn, now_ms: editing.split(conn, self.person.principal, log_id, said, now_ms)
        )

    def look(self, log_id: int) -> LogDetail:
        return self.company.database.read(lambda conn: logbook.detail(conn, self.person.principal, log_id))

    def _run(self, work: Callable[[Connection, int], T]) -> T:
        now_ms = self.company.clock.now_ms()
        return self.company.database.run(lambda conn: work(conn, now_ms))
