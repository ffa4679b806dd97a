"""How does a test set up a company, and read from its database what became of the work?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count, pairwise
from typing import Any, Self

from server.db.address import open_database
from server.db.blocking import Blocking
from server.db.repositories import exchange as exchange_rates
from server.db.session import Connection, Database
from server.domain.messages import (
    Attention,
    BudgetUse,
    Rate,
    RateLevel,
    RateType,
    Role,
    SetBudget,
    Snapshot,
    StartTimer,
    StatusReply,
    StopTimer,
    TimeLog,
    TimerReply,
)
from server.domain.money import cost
from server.domain.principal import Arrival, Principal
from server.domain.rating import DatedRate, Owner
from server.services.company import identity
from server.services.money import budgets, crossing, rates
from server.services.projects import catalog
from server.services.reporting import totals
from server.services.staff import accounts
from server.services.time import logs, snapshot, timers
from server.services.time.logs import LogFilter
from tests.fakes.server_clock import FakeClock
from tests.server.databases import SQLITE, Bridge, Empty
from tests.server.daytime import at, spoken
from tests.server.device import Device
from tests.server.raw import ask


def rate_of(log: TimeLog) -> Rate | None:
    """The rate that was copied onto it."""
    if log.user_rate_type is None or log.user_rate_amount is None or log.currency is None:
        return None
    return Rate(log.user_rate_type, log.user_rate_amount, log.currency)


class Company:
    """Projects BP and WEB with ten issues each; Anna and Ben are members of BP, only Ben of WEB. Anna costs 50 an hour."""

    def __init__(self, place: Empty) -> None:
        self._open(place)
        self.projects = {key: self.add_project(key) for key in ("BP", "WEB")}
        self.anna = self.hire("anna", ["BP"])
        self.ben = self.hire("ben", ["BP", "WEB"])

    @classmethod
    def found(cls, place: Empty) -> Self:
        """One that is there already, to be read and checked."""
        company = cls.__new__(cls)
        company._open(place)
        return company

    def _open(self, place: Empty) -> None:
        self.url = place.url
        self._place = place
        self.database = place.database or Blocking.open(place.url)
        self.kind: str = self.database.read(lambda conn: conn.dialect.name)
        self.clock = FakeClock(at("8:00") * 1000)
        self.server = self.database.read(identity.server_identity)
        self.issues: dict[str, int] = {}

    def served(self) -> Database:
        """For an application of this company; it closes what it gets."""
        return open_database(self.url) if self._place.database is None else Bridge(self.database)

    def close(self) -> None:
        if self._place.database is None:
            self.database.close()

    # ---- people and work

    def add_project(self, key: str) -> int:
        now_ms = self.clock.now_ms()

        def work(conn: Connection) -> int:
            project_id = catalog.add_project(conn, key, key.title(), now_ms)
            for number in range(1, 11):
                issue = f"{key}-{number}"
                self.issues[issue] = catalog.add_issue(
                    conn, project_id, issue, f"About {issue}", "open", now_ms
                )
            return project_id

        return self.database.run(work)

    def add_issue(self, project_id: int, key: str) -> int:
        now_ms = self.clock.now_ms()
        return self.database.run(
            lambda conn: catalog.add_issue(conn, project_id, key, f"About {key}", "open", now_ms)
        )

    def hire(
        self, name: str, projects: list[str], role: Role = Role.MEMBER, hourly: Decimal | None = Decimal(50)
    ) -> Person:
        now_ms = self.clock.now_ms()
        email = f"{name}@demo.test"

        def work(conn: Connection) -> int:
            user_id = accounts.add_user(conn, email, name.title(), role, None, now_ms)
            for key in projects:
                catalog.add_member(conn, self.projects[key], user_id, now_ms)
            if hourly is not None:
                agreed = DatedRate(Rate(RateType.HOURLY, hourly, "USD"), date(2026, 1, 1), None)
                rates.agree(conn, Owner(RateLevel.USER, user_id), agreed)
            return user_id

        user_id = self.database.run(work)
        device_id = f"00000000-0000-4000-8000-{user_id:012}"
        return Person(self, Principal(user_id, email, name.title(), role, user_id, device_id))

    def set_budget(self, project: str, total: int, currency: str = "USD", **more: Any) -> None:
        wanted = SetBudget(Decimal(total), currency, **more)
        now_ms = self.clock.now_ms()
        self.database.run(lambda conn: budgets.set_budget(conn, self.projects[project], wanted, now_ms))

    def lock_budget(self, project: str, since: str) -> None:
        now_ms = self.clock.now_ms()
        self.database.run(
            lambda conn: budgets.set_lock(conn, self.projects[project], at(since) * 1000, now_ms)
        )

    def delete_issue(self, key: str) -> None:
        self.database.run(lambda conn: catalog.delete_issue(conn, self.issues[key], self.clock.now_ms()))

    def remove_member(self, project: str, person: Person) -> None:
        self.write(
            "DELETE FROM project_members WHERE project_id = ? AND user_id = ?",
            self.projects[project],
            person.principal.user_id,
        )

    def budget(self, project: str) -> BudgetUse:
        return self.database.read(lambda conn: budgets.use(conn, self.projects[project], self.clock.now_ms()))

    def spent(self, project: str) -> Decimal:
        """The budget's total as it is on disk."""
        [(units,)] = self.rows(
            "SELECT total_cost FROM project_budgets WHERE project_id = ?", self.projects[project]
        )
        return self.money(units)

    def money(self, kept: int | Decimal) -> Decimal:
        """What `rows` found: on SQLite whole ten-thousandths."""
        return Decimal(kept) / 10_000 if self.kind == SQLITE else Decimal(kept)

    # ---- alerts

    def sweep(self) -> None:
        """What the job does every few seconds."""
        self.database.run(lambda conn: crossing.sweep(conn, self.clock.now_ms()))

    def due(self) -> str | None:
        """The time of day at which the job has to look next."""
        found = self.database.read(lambda conn: crossing.due(conn, self.clock.now_ms()))
        return None if found is None else spoken(found // 1000)

    def raised(self, project: str) -> list[str]:
        """The alerts, oldest first, such as "warning 80.00 at 9:36"."""
        found = self.rows(
            "SELECT alert_type, actual_percentage, created_at FROM budget_alerts WHERE project_id = ? ORDER BY id",
            self.projects[project],
        )
        return [
            f"{alert_type} {self.percents(percent)} at {spoken(at_ms // 1000)}"
            for alert_type, percent, at_ms in found
        ]

    def percents(self, kept: int | Decimal) -> Decimal:
        """What `rows` found: on SQLite whole hundredths."""
        kept = Decimal(kept) / 100 if self.url.startswith(SQLITE) else Decimal(kept)
        return kept.quantize(Decimal("0.01"))

    def budget_status(self, project: str) -> str:
        [(status,)] = self.rows(
            "SELECT status FROM project_budgets WHERE project_id = ?", self.projects[project]
        )
        return str(status)

    # ---- rates

    def agree(
        self,
        level: RateLevel,
        amount: str,
        since: date,
        *,
        person: Person | None = None,
        project: str | None = None,
        currency: str = "USD",
        kind: RateType = RateType.HOURLY,
        until: date | None = None,
    ) -> None:
        owner = Owner(
            level,
            None if person is None else person.principal.user_id,
            None if project is None else self.projects[project],
        )
        new = DatedRate(Rate(kind, Decimal(amount), currency), since, until)
        self.database.run(lambda conn: rates.agree(conn, owner, new))

    def set_exchange(self, source: str, target: str, rate: str, since: date) -> None:
        self.database.run(lambda conn: exchange_rates.add(conn, source, target, Decimal(rate), since))

    def set_zone(self, name: str) -> None:
        self.write("UPDATE time_tracking_settings SET time_zone = ?", name)

    # ---- what is on disk

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """`question` is SQLite's; a flag in it is a value."""
        return self.database.read(lambda conn: [tuple(row) for row in ask(conn, question, *values)])

    def write(self, statement: str, *values: object) -> None:
        """For what no service does yet."""
        self.database.run(lambda conn: ask(conn, statement, *values))

    def check(self) -> None:
        """What must hold at any time, whatever was done."""
        self._check_pieces_are_disjoint_and_whole()
        self._check_logs_add_up()
        self._check_budgets_add_up()
        assert self.database.read(totals.recount) == []
        self._check_devices_have_no_gap()

    def _check_pieces_are_disjoint_and_whole(self) -> None:
        found = self.rows(
            "SELECT user_id, claim_id, start_ms, end_ms FROM segments ORDER BY user_id, start_ms"
        )
        for (user, claim, _, end), (next_user, next_claim, start, _) in pairwise(found):
            assert user != next_user or end < start or (end == start and claim != next_claim)
        assert all(start < end for *_, start, end in found)

    def _check_logs_add_up(self) -> None:
        seconds = dict(
            self.rows("SELECT time_log_id, sum(end_ms - start_ms) / 1000 FROM segments GROUP BY time_log_id")
        )
        for person in self.people():
            for log in person.logs():
                assert log.duration_seconds == seconds.get(log.id, 0), log
                assert log.total_cost == cost(log.duration_seconds, rate_of(log)), log

    def _check_budgets_add_up(self) -> None:
        question = (
            "SELECT b.total_cost, coalesce(sum(CASE WHEN l.currency = b.currency THEN l.total_cost"
            " WHEN l.converted_currency = b.currency THEN l.converted_cost ELSE 0 END), 0)"
            " FROM project_budgets b LEFT JOIN issue_time_logs l ON l.project_id = b.project_id"
            " GROUP BY b.id, b.total_cost"
        )
        assert all(total == of_logs for total, of_logs in self.rows(question))

    def _check_devices_have_no_gap(self) -> None:
        question = (
            "SELECT d.last_seq, count(a.seq), coalesce(max(a.seq), 0) FROM devices d"
            " LEFT JOIN device_actions a ON a.device_id = d.id GROUP BY d.id"
        )
        assert all(last == number == highest for last, number, highest in self.rows(question))

    def people(self) -> list[Person]:
        found = self.rows("SELECT id, email, name, role FROM users")
        return [
            Person(self, Principal(user_id, email, name, Role(role), user_id, ""))
            for user_id, email, name, role in found
        ]


class Person:
    """Somebody who works here."""

    def __init__(self, company: Company, principal: Principal) -> None:
        self.company = company
        self.principal = principal
        self._devices = count(1)

    def device(self) -> Device:
        """A new device that signs in as this person."""
        number = next(self._devices)
        device_id = f"{self.principal.user_id:08}-0000-4000-8000-{number:012}"
        return Device(self.company, self.principal, device_id)

    # ---- single requests

    def start(self, key: str, project: str | None = None) -> TimerReply:
        project_id = self.company.projects[project or key.split("-", maxsplit=1)[0]]
        request = StartTimer(issue_id=self.company.issues[key], project_id=project_id)
        return self.company.database.run(
            lambda conn: timers.start(conn, self.principal, request, self._now_ms)
        )

    def pause(self) -> TimerReply:
        return self.company.database.run(lambda conn: timers.pause(conn, self.principal, self._now_ms))

    def resume(self) -> TimerReply:
        return self.company.database.run(lambda conn: timers.resume(conn, self.principal, self._now_ms))

    def stop(self, description: str | None = None) -> TimerReply:
        return self.company.database.run(
            lambda conn: timers.stop(conn, self.principal, StopTimer(description), self._now_ms)
        )

    def status(self) -> StatusReply:
        return self.company.database.read(lambda conn: timers.status(conn, self.principal, self._now_ms))

    def revision(self) -> str:
        """As a request of this person finds it."""

        def work(conn: Connection) -> Arrival | None:
            token, _ = accounts.issue_token(conn, self.principal.user_id, "Watch", "watch", self._now_ms)
            return accounts.arrive(conn, token, self._now_ms)

        arrived = self.company.database.run(work)
        assert arrived is not None
        return arrived.revision

    # ---- what the server says

    def snapshot(self, tz: str = "UTC") -> Snapshot:
        return self.company.database.read(
            lambda conn: snapshot.snapshot(conn, self.principal, tz, self._now_ms)
        )

    def attention(self) -> list[Attention]:
        return self.snapshot().attention

    def held_seconds(self) -> int:
        return self.snapshot().today.held_seconds

    def logs(self) -> list[TimeLog]:
        """Oldest start first."""
        page = self.company.database.read(
            lambda conn: logs.page(
                conn, self.principal, LogFilter(user_id=self.principal.user_id), None, 1000
            )
        )
        return page.items[::-1]

    def log(self, key: str) -> TimeLog:
        """The only one on that issue."""
        [found] = [log for log in self.logs() if log.issue_key == key]
        return found

    def counted(self, key: str) -> list[str]:
        """The counted stretches on that issue, such as "9:00-9:30"."""
        found = self.company.rows(
            "SELECT s.start_ms, s.end_ms FROM segments s JOIN issue_time_logs l ON l.id = s.time_log_id"
            " WHERE l.user_id = ? AND l.issue_id = ? ORDER BY s.start_ms",
            self.principal.user_id,
            self.company.issues[key],
        )
        return [f"{spoken(start // 1000)}-{spoken(end // 1000)}" for start, end in found]

    @property
    def _now_ms(self) -> int:
        return self.company.clock.now_ms()
