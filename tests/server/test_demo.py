"""Is the demo company one in which a newcomer can look around?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from server import demo
from server.db.blocking import Blocking
from server.domain.money import percent
from server.services.company import identity

NOON = int(datetime(2026, 6, 17, 12, tzinfo=UTC).timestamp()) * 1000  # a Wednesday
DAY_MS = 86_400_000


class Hashes:
    """Counts, because each takes long."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, password: str) -> str:
        self.made += 1
        return f"hash of {password}"


@pytest.fixture(scope="module")
def database(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocking]:
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
    path.write_bytes(empty_database.read_bytes())
    database = Blocking.open(f"sqlite:///{path}")
    hashes = Hashes()
    assert database.run(lambda conn: demo.found(conn, NOON, hashes))
    assert hashes.made == 1
    yield database
    database.close()


def rows(database: Blocking, question: str, *values: object) -> list[tuple[Any, ...]]:
    return database.read(lambda conn: [tuple(row) for row in conn.exec_driver_sql(question, values)])


def test_its_name(database: Blocking) -> None:
    assert database.read(identity.server_identity).name == "Demo Company"


def test_its_people(database: Blocking) -> None:
    assert rows(database, "SELECT email, role, password_hash FROM users ORDER BY id") == [
        (f"{name}@demo.test", role, "hash of demo-password")
        for name, role in (("admin", "admin"), ("manager", "manager"), ("anna", "member"), ("ben", "member"))
    ]


def test_its_projects_and_issues(database: Blocking) -> None:
    found = dict(rows(database, "SELECT key, summary FROM issues"))
    assert len(found) >= 30
    assert found["BP-123"] == "Fix the login redirect"
    assert "BP-124" in found
    assert "WEB-1" in found
    assert len(set(found.values())) == len(found)
    assert rows(database, "SELECT status FROM issues WHERE key IN ('BP-123', 'BP-124')") == [("open",)] * 2


def test_who_works_on_what(database: Blocking) -> None:
    question = (
        "SELECT p.key, group_concat(u.name) FROM project_members m JOIN projects p ON p.id = m.project_id"
        " JOIN users u ON u.id = m.user_id GROUP BY p.key ORDER BY p.key"
    )
    members = {key: set(names.split(",")) for key, names in rows(database, question)}
    assert members == {"BP": {"Manager", "Anna", "Ben"}, "WEB": {"Manager", "Anna", "Ben"}}


def test_its_rates(database: Blocking) -> None:
    question = "SELECT u.name, r.rate_type, r.rate_amount, r.currency FROM user_rates r JOIN users u ON u.id = r.user_id"
    found = rows(database, question)
    assert ("Anna", "hourly", 500_000, "USD") in found
    assert ("Ben", "hourly", 450_000, "USD") in found


def test_rates_of_every_level_are_in_use(database: Blocking) -> None:
    used = "SELECT p.key, l.rate_source, l.currency, count(*) > 20 FROM issue_time_logs l JOIN projects p"
    found = rows(database, f"{used} ON p.id = l.project_id GROUP BY p.key, l.rate_source, l.currency")
    assert found == [
        ("BP", "user", "USD", 1),
        ("WEB", "member", "EUR", 1),
        ("WEB", "project", "USD", 1),
    ]
    assert rows(database, "SELECT rate_amount, currency FROM organisation_rates") == [(400_000, "USD")]


def test_what_was_worked_from_abroad_is_converted(database: Blocking) -> None:
    found = rows(
        database,
        "SELECT converted_currency, exchange_rate FROM issue_time_logs WHERE currency = 'EUR' GROUP BY 1, 2 ORDER BY 2",
    )
    assert found == [("USD", 108_000_000), ("USD", 109_250_000)]


def test_who_agreed_on_the_rates_is_in_the_trail(database: Blocking) -> None:
    found = rows(database, "SELECT DISTINCT actor_user_id, action FROM audit_entries ORDER BY action")
    assert found == [(1, "exchange_rate.set"), (1, "rate.set")]


def test_its_budgets_are_in_use_and_not_used_up(database: Blocking) -> None:
    found = rows(
        database,
        "SELECT b.total_budget, b.total_cost, (SELECT sum(coalesce(converted_cost, total_cost)) FROM issue_time_logs l"
        " WHERE l.project_id = b.project_id) FROM project_budgets b ORDER BY b.project_id",
    )
    assert [total for total, _, _ in found] == [200_000_000, 180_000_000]
    for total, spent, of_logs in found:
        assert spent == of_logs
        used = percent(Decimal(spent), Decimal(total))
        assert used is not None
        assert 40 < used < 80


def test_two_months_of_working_days(database: Blocking) -> None:
    for name in ("Anna", "Ben"):
        found = rows(
            database,
            "SELECT l.start_time, l.end_time, l.duration_seconds, l.status FROM issue_time_logs l"
            " JOIN users u ON u.id = l.user_id WHERE u.name = ? ORDER BY l.start_time",
            name,
        )
        days = {start // DAY_MS for start, *_ in found}
        assert 40 <= len(days) <= 46
        assert all(datetime.fromtimestamp(start / 1000, UTC).weekday() < 5 for start, *_ in found)
        assert all(status == "stopped" and seconds > 0 for _, _, seconds, status in found)
        assert all(NOON - 62 * DAY_MS < start < end < NOON for start, end, *_ in found)
        hours_a_day = sum(seconds for _, _, seconds, _ in found) / 3600 / len(days)
        assert 5 < hours_a_day < 8
    assert rows(database, "SELECT count(*) FROM active_timers") == [(0,)]


def test_nothing_waits_for_a_decision(database: Blocking) -> None:
    assert rows(database, "SELECT count(*) FROM applied_actions WHERE outcome != 'applied'") == [(0,)]


def test_a_second_time_changes_nothing(database: Blocking) -> None:
    tables = [name for (name,) in rows(database, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    before = {table: rows(database, f"SELECT * FROM {table}") for table in tables}  # noqa: S608
    hashes = Hashes()
    assert not database.run(lambda conn: demo.found(conn, NOON + 40 * DAY_MS, hashes))
    assert hashes.made == 0
    assert before == {table: rows(database, f"SELECT * FROM {table}") for table in tables}  # noqa: S608
