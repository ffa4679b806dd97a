"""Does a company that worked with the first version find all of its time and money in this one?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, insert

from server.db import migrate
from server.db.blocking import Blocking
from server.db.migrate import MIGRATIONS
from server.db.repositories import catalog
from server.db.session import Connection
from server.domain.messages import AlertType, Role, StopTimer, TimerStatus
from server.domain.principal import Principal
from server.services.money import crossing
from server.services.reporting import totals
from server.services.staff import accounts
from server.services.time import logs, timers
from server.services.time.logs import LogFilter
from tests.server.databases import SQLITE, Shelf, blank
from tests.server.daytime import at
from tests.server.raw import ask

FIRST: Final = "0001"
NINE, TEN, NOON = (at(clock) * 1000 for clock in ("9:00", "10:00", "12:00"))
ANNA: Final = Principal(1, "anna@demo.test", "Anna", Role.MEMBER, 1, "device")
TOKEN: Final = "hk_given-by-the-first-version"
STAMPS: Final = {"created_at": NINE, "updated_at": NINE}
RATE: Final = {"user_rate_type": "hourly", "user_rate_amount": Decimal(50), "currency": "USD"}
MONEY: Final = {
    "rate_amount",
    "user_rate_amount",
    "total_budget",
    "allocated_budget",
    "total_cost",
    "logged_cost",
}


def log(number: int, status: str, start: int, **more: Any) -> dict[str, Any]:
    plain = {
        "id": number,
        "timer_id": f"timer-{number}",
        "issue_id": 1,
        "user_id": 1,
        "project_id": 1,
        "status": status,
        "start_time": start,
        "duration_seconds": 0,
        "total_cost": Decimal(0),
        "is_billable": True,
    }
    return plain | STAMPS | RATE | more


def claim(number: int, start: int, end: int | None) -> dict[str, Any]:
    return {
        "claim_id": f"claim-{number}",
        "user_id": 1,
        "timer_id": f"timer-{number}",
        "action_id": f"start-{number}",
        "is_first": True,
        "named_issue_id": 1,
        "time_log_id": number,
        "start_ms": start,
        "first_end_ms": end,
        "last_end_ms": end,
        "span_end_ms": 2**53 - 1 if end is None else end,
    }


FULL: Final[list[tuple[str, list[dict[str, Any]]]]] = [
    ("users", [{"id": 1, "email": ANNA.email, "name": "Anna", "role": "member", "is_active": True, "revision": 3} | STAMPS]),
    (
        "projects",
        [
            {"id": 1, "key": "BP", "name": "Bp", "is_archived": False} | STAMPS,
            {"id": 2, "key": "OLD", "name": "Old", "is_archived": True} | STAMPS,
        ],
    ),
    (
        "device_tokens",
        [
            {
                "id": 1,
                "user_id": 1,
                "device_id": "laptop",
                "device_name": "Laptop",
                "token_hash": sha256(TOKEN.encode()).hexdigest(),
                "created_at": NINE,
            }
        ],
    ),
    ("project_members", [{"project_id": 1, "user_id": 1, "created_at": NINE}]),
    (
        "issues",
        [{"id": 1, "key": "BP-1", "project_id": 1, "summary": "x", "status": "open", "is_deleted": False} | STAMPS],
    ),
    (
        "user_rates",
        [
            {
                "id": 1,
                "user_id": 1,
                "rate_type": "hourly",
                "rate_amount": Decimal(50),
                "currency": "USD",
                "is_active": True,
                "effective_from": date(2026, 1, 1),
            }
        ],
    ),
    (
        "project_budgets",
        [
            {
                "id": 1,
                "project_id": 1,
                "total_budget": Decimal(1000),
                "allocated_budget": Decimal(1000),
                "total_cost": Decimal(50),
                "status": "active",
                "alert_threshold": 8000,
                "is_locked": False,
                "currency": "USD",
                "revision": 1,
            }
            | STAMPS
        ],
    ),
    (
        "issue_time_logs",
        [
            log(1, "stopped", NINE, end_time=TEN, duration_seconds=3600, total_cost=Decimal(50)),
            log(2, "running", TEN),
        ],
    ),
    ("claims", [claim(1, NINE, TEN), claim(2, TEN, None)]),
    (
        "claim_ends",
        [
            {
                "action_id": "stop-1",
                "user_id": 1,
                "timer_id": "timer-1",
                "claim_id": "claim-1",
                "kind": "timer.stop",
                "at_ms": TEN,
                "cause": "user",
                "description": "Grüße 👋",
            }
        ],
    ),
    ("segments", [{"id": 1, "user_id": 1, "time_log_id": 1, "claim_id": "claim-1", "start_ms": NINE, "end_ms": TEN}]),
    (
        "active_timers",
        [
            {
                "id": 1,
                "user_id": 1,
                "slot": 1,
                "timer_id": "timer-2",
                "claim_id": "claim-2",
                "issue_time_log_id": 2,
                "issue_id": 1,
                "project_id": 1,
                "named_issue_id": 1,
                "started_at": TEN,
                "running_since": TEN,
                "closed_seconds": 0,
                "rate_type": "hourly",
                "rate_amount": Decimal(50),
                "currency": "USD",
                "logged_cost": Decimal(0),
                "last_heartbeat": TEN,
            }
        ],
    ),
]  # fmt: skip


@pytest.fixture
def database(kind: str, shelves: Callable[[str], Shelf], tmp_path: Path) -> Iterator[Blocking]:
    """Of the first version with data in it, brought to this one."""
    shelves(kind)
    with blank(kind, tmp_path) as url:
        opened = Blocking.open(url)
        opened.lay_out(_first_version)
        opened.run(_fill)
        migrate.upgrade(url)
        yield opened
        opened.close()


def _first_version(conn: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, FIRST)


def _fill(conn: Connection) -> None:
    as_it_was = MetaData()
    as_it_was.reflect(conn)
    on_sqlite = conn.dialect.name == SQLITE
    for table, rows in FULL:
        for row in rows:
            kept = {
                name: int(value * 10_000) if on_sqlite and name in MONEY else value
                for name, value in row.items()
            }
            if table == "project_budgets" and not on_sqlite:
                kept["alert_threshold"] = Decimal(80)
            conn.execute(insert(as_it_was.tables[table]), kept)


def test_logs_and_their_costs_are_the_same(database: Blocking) -> None:
    page = database.read(lambda conn: logs.page(conn, ANNA, LogFilter(), None, 10))
    assert [(log.status, log.duration_seconds, log.total_cost) for log in page.items] == [
        (TimerStatus.RUNNING, 0, Decimal(0)),
        (TimerStatus.STOPPED, 3600, Decimal(50)),
    ]


def test_what_ran_goes_on_and_can_be_stopped(database: Blocking) -> None:
    status = database.read(lambda conn: timers.status(conn, ANNA, NOON))
    assert (status.status, status.elapsed_seconds, status.cost) == (TimerStatus.RUNNING, 7200, Decimal(100))
    reply = database.run(lambda conn: timers.stop(conn, ANNA, StopTimer("Done"), NOON))
    assert (reply.elapsed_seconds, reply.cost) == (7200, Decimal(100))
    spent = database.read(lambda conn: ask(conn, "SELECT total_cost FROM project_budgets").scalar_one())
    assert spent in {Decimal(150), 1_500_000}


def test_what_is_kept_beside_the_logs_is_right(database: Blocking) -> None:
    assert database.read(totals.recount) == []


def test_a_device_is_still_signed_in(database: Blocking) -> None:
    principal = database.read(lambda conn: accounts.authenticate(conn, TOKEN, NOON))
    assert principal is not None
    assert principal.name == "Anna"


def test_an_archived_project_is_so_since_it_was_changed_last(database: Blocking) -> None:
    assert database.read(lambda conn: catalog.archived_at(conn, 2)) == STAMPS["updated_at"]
    assert database.read(lambda conn: catalog.archived_at(conn, 1)) is None


def test_a_budget_watches_its_thresholds_from_now_on(database: Blocking) -> None:
    """50 dollars are logged, and 50 more run each hour since ten."""
    assert database.read(lambda conn: crossing.due(conn, at("24:30") * 1000)) == at("25:00") * 1000
    after_24_hours = at("34:00") * 1000
    raised = database.run(lambda conn: crossing.sweep(conn, after_24_hours))
    assert len(raised) == len(AlertType)
