"""What does the server do in the simulation, and what befalls it?

The production journal over a real SQLite file, in one thread. Nothing is kept between two seeds but what SQLAlchemy has
compiled. `crash_in` lets the server die before its so-many-th statement: what it had done in that transaction is gone.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import event, make_url

from server.db import migrate
from server.db.repositories import catalog as stored_catalog
from server.db.repositories import periods as stored_periods
from server.db.repositories.periods import Closing
from server.db.session import Connection
from server.db.sqlite import SqliteDatabase
from server.domain.errors import Refusal
from server.domain.messages import (
    OutcomeKind,
    Rate,
    RateLevel,
    RateType,
    Role,
    SetBudget,
    SyncReply,
    SyncRequest,
)
from server.domain.principal import Principal
from server.domain.rating import DatedRate, Owner
from server.services.company import identity
from server.services.money import budgets, crossing, rates
from server.services.projects import catalog
from server.services.staff import accounts
from server.services.time import journal
from tests.simulation.book import Book, Budget, Person, Place, Rules, fact_of
from tests.simulation.history import History

T = TypeVar("T")

START: Final = int(datetime(2026, 3, 10, 19, 0, tzinfo=UTC).timestamp())
LONG_AGO: Final = date(2020, 1, 1)
USERS: Final = 3
ISSUES: Final = 4
PRICES: Final = ("33.3333", "61.7250", "120.0000")
TOTAL: Final = 300
REMAINDER_MS: Final = 137
"""The server's clock never shows a whole second, so that no id of its own is as old as one of a device."""


class ServerDied(Exception):
    """Nobody gets an answer, and nothing of the transaction is left."""


class Design:
    """How the server takes a request. A planted bug is another design."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        return office.run(lambda conn: office.journal(conn, principal, request))


@dataclass(frozen=True, slots=True)
class Backup:
    """The server's file, and the book that went with it."""

    file: sqlite3.Connection
    book: Book
    taken: dict[str, None]


class Office:
    """Three people, two projects on which they work, and one that is not theirs.

    `changes`: how often something changed for each of them. `now`: epoch seconds. `confirmed`: to which device which number,
    with chain and signature, whatever became of the server since then.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "hourkeep.sqlite3"
        migrate.upgrade(f"sqlite:///{path}")
        self._loop = asyncio.new_event_loop()
        self.design, self.history = Design(), History()
        self.database = SqliteDatabase(make_url(f"sqlite:///{path}"))
        self.now = START
        self.crash_in: int | None = None
        self.boots: dict[str, int] = {}
        self.confirmed: set[tuple[str, int, str, str | None]] = set()
        self.people: list[Principal] = []
        self.changes: Counter[int] = Counter()
        self.issues: list[int] = []
        self.projects: list[int] = []
        self._set_up()
        self.server = self.run(identity.server_identity)
        self._fresh = self._copy()
        self._new_book()

    # ---- the file -----------------------------------------------------------------------------------------------

    @property
    def file(self) -> sqlite3.Connection:
        """The driver's own connection, to look at what is committed."""
        connection: sqlite3.Connection = self.database._writer._driver
        return connection

    def begin(self, now: int, design: Design) -> None:
        """As new."""
        self.design, self.history = design, History()
        self.now, self.crash_in, self.boots, self.confirmed = now, None, {}, set()
        self.renew()
        self._new_book()

    def renew(self) -> None:
        """Its file alone."""
        self._fresh.backup(self.file)
        self.server = self.run(identity.server_identity)

    def back_up(self) -> Backup:
        return Backup(self._copy(), self.book.copied(), dict(self.history.taken))

    def restore(self, backup: Backup) -> None:
        backup.file.backup(self.file)
        self.book = backup.book.copied()
        self.history.rewind(backup.taken)
        for principal in self.people:
            self.changes[principal.user_id] += 1
        self.server = self.run(identity.server_identity)

    def close(self) -> None:
        self._loop.run_until_complete(self.database.close())
        self._loop.close()

    def _copy(self) -> sqlite3.Connection:
        copy = sqlite3.connect(":memory:", isolation_level=None)
        self.file.backup(copy)
        return copy

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        return self.file.execute(question, values).fetchall()

    # ---- work -------------------------------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        return self.now * 1000 + REMAINDER_MS

    def run(self, work: Callable[[Connection], T]) -> T:
        """ServerDied at the statement that `crash_in` says."""

        def mortal(conn: Connection) -> T:
            with self._dying(conn):
                return work(conn)

        return self._loop.run_until_complete(self.database.run(mortal))

    @contextmanager
    def _dying(self, conn: Connection) -> Iterator[None]:
        if self.crash_in is None:
            yield
            return
        event.listen(conn, "before_cursor_execute", self._count_down)
        try:
            yield
            if self.crash_in is not None:
                raise ServerDied  # before the commit, after all statements
        finally:
            self.crash_in = None
            event.remove(conn, "before_cursor_execute", self._count_down)

    def _count_down(self, *_: object) -> None:
        if self.crash_in is None:
            return
        self.crash_in -= 1
        if self.crash_in < 0:
            raise ServerDied

    def push(self, principal: Principal, request: SyncRequest) -> SyncReply:
        """Committed when it returns. ServerDied, Refusal."""
        crash_in, self.crash_in = self.crash_in, None
        self.sweep()
        self.crash_in = crash_in
        epoch, is_proof = self._epoch(), self._is_proof(request)
        reply = self.design.push(self, principal, request)
        assert not is_proof or self._epoch() != epoch, (
            "its history was lost, and the server goes on as before"
        )
        self.confirmed.add((request.device_id, reply.last_seq, reply.chain, reply.sig))
        self._enter(principal, request, reply)
        return reply

    def _epoch(self) -> str:
        return str(self.rows("SELECT value FROM server_meta WHERE key = 'epoch'")[0][0])

    def _is_proof(self, request: SyncRequest) -> bool:
        """The server has confirmed what it does not have, and this device says so for the first time."""
        base, device = request.base, request.device_id
        known = self.rows("SELECT last_seq, proven_seq FROM devices WHERE id = ?", device)
        return (
            base.seq > max(map(max, known), default=0)
            and (device, base.seq, base.chain, base.sig) in self.confirmed
            and request.server_epoch in {None, self._epoch()}
        )

    def journal(self, conn: Connection, principal: Principal, request: SyncRequest) -> SyncReply:
        return journal.push(conn, principal, request, self.server, self.now_ms)

    def sweep(self) -> None:
        """What the job does at the very second."""
        if self.book.is_due(self.now):
            self.look()

    def look(self) -> None:
        """After a commit the job comes by at once: of a timer that ended without counting, only it can tell."""
        if self.book.look(self.now):
            self.run(lambda conn: crossing.sweep(conn, self.now_ms))

    def _enter(self, principal: Principal, request: SyncRequest, reply: SyncReply) -> None:
        """Into the book, what the server answers for and the book has not yet."""
        person = self.book.people[principal.user_id]
        said = {each.seq: each for each in reply.results}
        new = [each for each in request.actions if each.seq in said and each.action_id not in person.known]
        for result in reply.results:
            if result.outcome is not OutcomeKind.DUPLICATE:
                self.history.take(result.action_id)
        for each in new:
            foreseen = person.take(
                fact_of(each.action_id, each.kind, each.body, self.boots, self.now), self.book.rules, self.now
            )
            result = said[each.seq]
            answered = (str(result.outcome), None if result.code is None else str(result.code))
            assert foreseen in {None, answered}, (each.kind, each.body, answered, foreseen)
        if new:
            person.finish([each.body["timer_id"] for each in new if "timer_id" in each.body], self.book.rules)
            self.changes[principal.user_id] += 1
            self.look()

    # ---- requests of people at another machine, without a journal -------------------------------------------------------

    def ask(self, principal: Principal, work: Callable[[Connection], object]) -> bool:
        """A single request. False when it was refused."""
        self.sweep()
        try:
            self.run(work)
        except Refusal:
            return False
        person = self.book.people[principal.user_id]
        made = self.rows(
            "SELECT action_id, kind, payload FROM applied_actions WHERE device_id IS NULL AND user_id = ?",
            principal.user_id,
        )
        new = [
            fact_of(each, kind, json.loads(payload), self.boots, self.now)
            for each, kind, payload in made
            if each not in person.known
        ]
        for fact in sorted(new, key=lambda each: each.kind == "timer.start"):
            person.take(fact, self.book.rules, self.now)
        person.finish([fact.timer for fact in new], self.book.rules)
        self.changes[principal.user_id] += 1
        self.look()
        return True

    # ---- what managers do -------------------------------------------------------------------------------------------------

    def delete_issue(self, issue: int, *, is_deleted: bool) -> None:
        self.run(lambda conn: stored_catalog.mark_deleted(conn, issue, self.now_ms, is_deleted=is_deleted))
        before = self.book.rules.places[issue]
        self.book.rules.places[issue] = Place(before.project, before.is_open, is_deleted)

    def close_yesterday(self, project: int | None) -> None:
        today = datetime.fromtimestamp(self.now, UTC).date()
        first = today - timedelta(days=1)
        start, end = (int(datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp()) for d in (first, today))
        closing = Closing(project, first, first, start * 1000, end * 1000)
        admin = self.people[0].user_id
        number = self.run(lambda conn: stored_periods.close(conn, closing, admin, self.now_ms))
        self.book.rules.periods[number] = (project, start, end)

    def reopen(self, number: int) -> None:
        admin = self.people[0].user_id
        self.run(lambda conn: stored_periods.reopen(conn, number, admin, self.now_ms))
        del self.book.rules.periods[number]

    def lock(self, project: int, since: int | None) -> None:
        since_ms = None if since is None else since * 1000
        self.run(lambda conn: budgets.set_lock(conn, project, since_ms, self.now_ms))
        if since is None:
            self.book.rules.locks.pop(project, None)
        else:
            self.book.rules.locks[project] = since

    def set_rate(self, user: int, units: int, since: date) -> None:
        rate = Rate(RateType.HOURLY, Decimal(units).scaleb(-4), "USD")
        owner = Owner(RateLevel.USER, user)
        self.run(lambda conn: rates.agree(conn, owner, DatedRate(rate, since, None)))
        kept = [each for each in self.book.rules.rates[user] if each[0] != since]
        self.book.rules.rates[user] = [*kept, (since, units)]

    def catalogue(self, principal: Principal, what: str) -> object:
        if what == "projects":
            return self.run(lambda conn: catalog.projects(conn, principal, None, 200))
        return self.run(lambda conn: catalog.issues(conn, principal, None, None, 0, None, 200))

    # ---- at the beginning -----------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        self.run(self._add_projects)
        for number in range(USERS):
            self.people.append(self.run(partial(self._hire, number=number)))
        for project in self.projects[:2]:
            self.run(partial(self._give_budget, project=project))

    def _add_projects(self, conn: Connection) -> None:
        for key in ("BP", "LAW", "WEB"):
            project = catalog.add_project(conn, key, key, self.now_ms)
            self.projects.append(project)
            for number in range(1, ISSUES + 1):
                name = f"{key}-{number}"
                issue = catalog.add_issue(conn, project, name, f"About {name}", "open", self.now_ms)
                self.issues.append(issue)

    def _give_budget(self, conn: Connection, project: int) -> None:
        wanted = SetBudget(Decimal(TOTAL), "USD", alert_threshold=Decimal(80), critical_threshold=Decimal(95))
        budgets.set_budget(conn, project, wanted, self.now_ms)

    def _hire(self, conn: Connection, number: int) -> Principal:
        email = f"user{number}@demo.test"
        user = accounts.add_user(conn, email, f"User {number}", Role.MEMBER, None, self.now_ms)
        for project in self.projects[:2]:
            catalog.add_member(conn, project, user, self.now_ms)
        rate = Rate(RateType.HOURLY, Decimal(PRICES[number]), "USD")
        rates.agree(conn, Owner(RateLevel.USER, user), DatedRate(rate, LONG_AGO, None))
        return Principal(user, email, f"User {number}", Role.MEMBER, user, f"token-{number}")

    def _new_book(self) -> None:
        places = {
            issue: Place(self.projects[number // ISSUES], is_open=number < 2 * ISSUES)
            for number, issue in enumerate(self.issues)
        }
        prices = [int(Decimal(price).scaleb(4)) for price in PRICES]
        agreed = {who.user_id: [(LONG_AGO, units)] for who, units in zip(self.people, prices, strict=True)}
        people = {who.user_id: Person(who.user_id) for who in self.people}
        totals = {project: Budget(TOTAL * 10_000) for project in self.projects[:2]}
        self.book = Book(Rules(places, agreed), people, totals)
