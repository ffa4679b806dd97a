"""How does a company with a million time logs come about within a minute?

The people, projects and budgets through the services; their logs with the facts behind them by one statement a table, as the
services would have written them. A database is kept in `bench/`, or on its server, until the tables or this file change.
"""

# ruff: noqa: S608  # nothing but this file's own numbers is put into statements

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from sqlalchemy import Dialect, make_url
from sqlalchemy.schema import CreateIndex, DropIndex

from server.db import migrate
from server.db.blocking import Blocking
from server.db.repositories import catalog as members
from server.db.session import Connection
from server.db.tables import claim_ends, claims, issue_time_logs, segments
from server.domain.messages import Rate, RateLevel, RateType, Role, SetBudget
from server.domain.rating import DatedRate, Owner
from server.services.money import budgets, rates
from server.services.projects import catalog
from server.services.staff import accounts
from tests.bench._stores import Store

FIRST_DAY: Final = date(2024, 1, 1)  # a Monday
FIRST_S: Final = int(datetime(2024, 1, 1, 8, tzinfo=UTC).timestamp())
DAY_S: Final = 10 * 3600
PROJECTS: Final = 20
ISSUES: Final = 100  # of each project
BUDGET: Final = Decimal(90_000_000)
BULK: Final = (issue_time_logs, claims, claim_ends, segments)


@dataclass(frozen=True, slots=True)
class Size:
    """On each of so many working days everybody logs so often, on two projects."""

    people: int
    days: int
    per_day: int

    @property
    def logs(self) -> int:
        return self.people * self.days * self.per_day


FEW: Final = Size(200, 25, 2)
MANY: Final = Size(200, 500, 10)


@dataclass(frozen=True, slots=True)
class Speech:
    """What databases say differently. `numbers`: 0, 1, 2 … below the count, as `n`; `money`: of ten-thousandths."""

    dialect: Dialect
    numbers: Callable[[int], str]
    money: Callable[[str], str]
    day: Callable[[str], str]
    digits: Callable[[str], str]


SPEECHES: Final = {
    "sqlite": Speech(
        make_url("sqlite://").get_dialect()(),
        lambda count: (
            f"(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {count - 1}) SELECT n FROM c) g"
        ),
        lambda units: units,
        lambda seconds: f"date({seconds}, 'unixepoch')",
        lambda number: f"printf('%012d', {number})",
    ),
    "postgresql": Speech(
        make_url("postgresql+asyncpg://").get_dialect()(),
        lambda count: f"generate_series(0::bigint, {count - 1}) AS g(n)",
        lambda units: f"({units})::numeric / 10000",
        lambda seconds: f"(to_timestamp({seconds}) AT TIME ZONE 'UTC')::date",
        lambda number: f"lpad(({number})::text, 12, '0')",
    ),
}


def made(store: Store, size: Size) -> str:
    """The URL of a database of this size, made now or before. It is for reading only."""
    name = f"{size.logs}_{_version()}"
    url = store.kept(name)
    if url is None:
        print(f"  making {size.logs:,} logs on {store.kind} …", flush=True)
        url = store.make(name, lambda fresh: _found(store, fresh, size))
    return url


@dataclass(frozen=True, slots=True)
class Crew:
    """Members of one project, and the token of a device of each."""

    project_id: int
    issue_id: int
    tokens: tuple[str, ...]


def crew(url: str, count: int) -> Crew:
    """The first so many people of a database that may be written to, all of them on the first project."""
    now_ms = time.time_ns() // 1_000_000

    def work(conn: Connection) -> Crew:
        tokens = [_token(conn, user_id, now_ms) for user_id in range(1, count + 1)]
        return Crew(1, 23, tuple(tokens))

    database = Blocking.open(url)
    try:
        return database.run(work)
    finally:
        database.close()


def _token(conn: Connection, user_id: int, now_ms: int) -> str:
    if not members.is_member(conn, 1, user_id):
        catalog.add_member(conn, 1, user_id, now_ms)
    return accounts.issue_token(conn, user_id, "bench", f"device-{user_id}", now_ms)[0]


def _version() -> str:
    """Changes with the tables and with this file."""
    found = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted((migrate.MIGRATIONS / "versions").glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:10]


def _found(store: Store, url: str, size: Size) -> None:
    migrate.upgrade(url)
    database = Blocking.open(url)
    try:
        database.run(lambda conn: _people(conn, size))
    finally:
        database.close()
    store.pour(url, _statements(SPEECHES[store.kind], size))
    database = Blocking.open(url)
    try:
        database.run(_budgets)
    finally:
        database.close()


def _people(conn: Connection, size: Size) -> None:
    """Ids are 1, 2, 3 …; the administrator is the last."""
    for project in range(1, PROJECTS + 1):
        catalog.add_project(conn, f"P{project}", f"Project {project}", 0)
        for issue in range(1, ISSUES + 1):
            key = f"P{project}-{issue}"
            catalog.add_issue(conn, project, key, f"About {key}", "open", 0)
    for number in range(size.people):
        email = f"person{number}@demo.test"
        user_id = accounts.add_user(conn, email, f"Person {number}", Role.MEMBER, None, 0)
        agreed = DatedRate(Rate(RateType.HOURLY, Decimal(40 + number % 60), "USD"), FIRST_DAY, None)
        rates.agree(conn, Owner(RateLevel.USER, user_id), agreed)
        for step in (0, 1):
            catalog.add_member(conn, 1 + (number + step) % PROJECTS, user_id, 0)
    accounts.add_user(conn, "admin@demo.test", "Admin", Role.ADMIN, None, 0)


def _budgets(conn: Connection) -> None:
    for project in range(1, PROJECTS + 1):
        budgets.set_budget(conn, project, SetBudget(BUDGET, "USD"), 0)


def _statements(speech: Speech, size: Size) -> Iterator[str]:
    indexes = [index for table in BULK for index in sorted(table.indexes, key=lambda each: str(each.name))]
    yield from (str(DropIndex(index).compile(dialect=speech.dialect)) for index in indexes)
    slot_s = DAY_S // size.per_day
    units = "((2 * seconds * hourly * 10000 + 3600) / 7200)"
    work = f"""(
        SELECT n, u + 1 AS user_id, p + 1 AS project_id, p * {ISSUES} + 1 + (u * 7 + d * 3 + k) % {ISSUES} AS issue_id,
            {FIRST_S} + (d / 5) * 604800 + (d % 5) * 86400 + k * {slot_s} AS start_s,
            {slot_s // 2} + (n * 7919) % {slot_s // 2 - 60} AS seconds, 40 + u % 60 AS hourly
        FROM (
            SELECT n, d, k, u, (u + k * 2 / {size.per_day}) % {PROJECTS} AS p
            FROM (
                SELECT n, n / {size.people * size.per_day} AS d, n / {size.people} % {size.per_day} AS k,
                    n % {size.people} AS u
                FROM {speech.numbers(size.logs)}
            ) numbered
        ) placed
    ) work"""
    timer, claim, start, stop = (
        f"'00000000-0000-7000-800{digit}-' || {speech.digits('n')}" for digit in range(4)
    )
    yield f"""
        INSERT INTO issue_time_logs (id, timer_id, issue_id, user_id, project_id, status, start_time, start_day, end_time,
            duration_seconds, user_rate_type, user_rate_amount, rate_source, rate_since, total_cost, currency,
            description, is_billable, revision, is_deleted, created_at, updated_at)
        SELECT n + 1, {timer}, issue_id, user_id, project_id, 'stopped', start_s * 1000, {speech.day("start_s")},
            (start_s + seconds) * 1000, seconds, 'hourly', {speech.money("hourly * 10000")}, 'user', {speech.day(str(FIRST_S))},
            {speech.money(units)}, 'USD', 'Wrote it and a first test', n % 5 <> 0, 1, false,
            start_s * 1000, (start_s + seconds) * 1000
        FROM {work}"""
    yield f"""
        INSERT INTO claims (claim_id, user_id, timer_id, action_id, is_first, named_issue_id, time_log_id, start_ms,
            is_edited, first_end_ms, last_end_ms, span_end_ms)
        SELECT {claim}, user_id, {timer}, {start}, true, issue_id, n + 1, start_s * 1000, false,
            (start_s + seconds) * 1000, (start_s + seconds) * 1000, (start_s + seconds) * 1000
        FROM {work}"""
    yield f"""
        INSERT INTO claim_ends (action_id, user_id, timer_id, claim_id, kind, at_ms, cause, description)
        SELECT {stop}, user_id, {timer}, {claim}, 'timer.stop', (start_s + seconds) * 1000, 'user',
            'Wrote it and a first test'
        FROM {work}"""
    yield f"""
        INSERT INTO segments (id, user_id, time_log_id, claim_id, start_ms, end_ms)
        SELECT n + 1, user_id, n + 1, {claim}, start_s * 1000, (start_s + seconds) * 1000 FROM {work}"""
    yield """
        INSERT INTO daily_totals (day, user_id, project_id, is_billable, currency, converted_currency, logs, seconds, cost,
            converted_cost)
        SELECT start_day, user_id, project_id, is_billable, currency, '', count(*), sum(duration_seconds), sum(total_cost), 0
        FROM issue_time_logs GROUP BY start_day, user_id, project_id, is_billable, currency ORDER BY start_day"""
    yield from (str(CreateIndex(index).compile(dialect=speech.dialect)) for index in indexes)
    if speech.dialect.name == "postgresql":
        yield from (
            f"SELECT setval('{name}_id_seq', {size.logs})" for name in ("issue_time_logs", "segments")
        )
        yield "ANALYZE"  # as it does by itself; SQLite does not
