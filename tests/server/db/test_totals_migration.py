"""Does a database that has logs already get their days and their totals?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from alembic import command
from alembic.config import Config

from server.db.blocking import Blocking
from server.db.migrate import MIGRATIONS
from server.db.session import Connection
from server.services.reporting import totals

BEFORE: Final = "0007"
LOG: Final = (
    "INSERT INTO issue_time_logs (id, timer_id, issue_id, user_id, project_id, status, start_time,"
    " duration_seconds, user_rate_type, user_rate_amount, total_cost, currency, is_billable, created_at, updated_at)"
    " VALUES (?, ?, 1, ?, 1, 'stopped', ?, ?, 'hourly', 500000, ?, ?, ?, 0, 0)"
)
COMPANY: Final = (
    "INSERT INTO projects (id, key, name, is_archived, created_at, updated_at) VALUES (1, 'BP', 'BP', 0, 0, 0)",
    (
        "INSERT INTO issues (id, key, project_id, summary, status, is_deleted, created_at, updated_at)"
        " VALUES (1, 'BP-1', 1, '', 'open', 0, 0, 0)"
    ),
    (
        "INSERT INTO users (id, email, name, role, is_active, revision, created_at, updated_at)"
        " VALUES (1, 'a@demo.test', 'A', 'member', 1, 0, 0, 0), (2, 'b@demo.test', 'B', 'member', 1, 0, 0, 0)"
    ),
)
JUNE_15_UTC_MS: Final = 1_781_481_600_000
HOUR_MS: Final = 3_600_000


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A database of the version before, with a person and an issue."""
    path = tmp_path / "before.sqlite3"
    bring(path, BEFORE)
    for statement in COMPANY:
        sql(path, statement)
    yield path
    bring(path, BEFORE, down=True)
    assert sql(path, "SELECT count(*) FROM issue_time_logs") != [(0,)]


def bring(path: Path, revision: str, *, down: bool = False) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")

    def work(conn: Connection) -> None:
        config.attributes["connection"] = conn
        (command.downgrade if down else command.upgrade)(config, revision)

    database = Blocking.open(f"sqlite:///{path}")
    try:
        database.lay_out(work)
    finally:
        database.close()


def sql(path: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def log(path: Path, number: int, start_ms: int, seconds: int, **other: object) -> None:
    row = {"user": 1, "cost": seconds * 10, "currency": "USD", "billable": 1} | other
    values = (row["user"], start_ms, seconds, row["cost"], row["currency"], row["billable"])
    sql(path, LOG, number, f"timer {number}", *values)


def days(path: Path) -> list[tuple[object, ...]]:
    return sql(path, "SELECT id, start_day FROM issue_time_logs ORDER BY id")


def check(path: Path) -> None:
    database = Blocking.open(f"sqlite:///{path}")
    try:
        assert database.read(totals.recount) == []
    finally:
        database.close()


def test_each_log_gets_the_day_in_which_it_started(path: Path) -> None:
    starts = (JUNE_15_UTC_MS - 1, JUNE_15_UTC_MS, JUNE_15_UTC_MS + 24 * HOUR_MS - 1, 0)
    for number, start_ms in enumerate(starts, start=1):
        log(path, number, start_ms, 60)
    bring(path, "head")
    assert days(path) == [(1, "2026-06-14"), (2, "2026-06-15"), (3, "2026-06-15"), (4, "1970-01-01")]
    check(path)


def test_it_is_the_day_of_the_organisations_zone(path: Path) -> None:
    """Also on the days on which summer time begins and ends."""
    sql(path, "UPDATE time_tracking_settings SET time_zone = 'America/New_York'")
    log(path, 1, JUNE_15_UTC_MS + 4 * HOUR_MS - 1, 60)
    log(path, 2, JUNE_15_UTC_MS + 4 * HOUR_MS, 60)
    first_of_november = 1_793_505_600_000  # 00:00 EDT, and 25 hours later this day ends
    log(path, 3, first_of_november, 60)
    log(path, 4, first_of_november + 25 * HOUR_MS - 1, 60)
    log(path, 5, first_of_november + 25 * HOUR_MS, 60)
    bring(path, "head")
    assert [day for _, day in days(path)] == [
        "2026-06-14",
        "2026-06-15",
        "2026-11-01",
        "2026-11-01",
        "2026-11-02",
    ]


def test_the_totals_are_the_sums_of_the_logs(path: Path) -> None:
    log(path, 1, JUNE_15_UTC_MS, 60)
    log(path, 2, JUNE_15_UTC_MS + 1, 60)
    log(path, 3, JUNE_15_UTC_MS + 2, 60, billable=0)
    log(path, 4, JUNE_15_UTC_MS + 3, 60, currency="EUR")
    log(path, 5, JUNE_15_UTC_MS + 4, 60, user=2)
    log(path, 6, JUNE_15_UTC_MS + 5, 60, currency=None, cost=0)
    log(path, 7, JUNE_15_UTC_MS + 6, 0)
    bring(path, "head")
    found = sql(
        path,
        "SELECT user_id, is_billable, currency, logs, seconds, cost FROM daily_totals"
        " ORDER BY user_id, is_billable, currency",
    )
    assert found == [
        (1, 0, "USD", 1, 60, 600),
        (1, 1, "", 1, 60, 0),
        (1, 1, "EUR", 1, 60, 600),
        (1, 1, "USD", 3, 120, 1200),
        (2, 1, "USD", 1, 60, 600),
    ]
    check(path)
