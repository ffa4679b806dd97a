"""Does every question that is asked often find its rows by an index, on each database?

What the services really say is caught on its way to the database, which then explains how it would find the answer. Every
table in which rows gather without end must be searched by an index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from sqlalchemy import event, insert, inspect

from server.db.repositories import alerts as alert_rows
from server.db.repositories import attention, clock_anchors, deliveries, notifications, timers
from server.db.repositories import claims as claim_rows
from server.db.repositories.audit import TrailQuestion
from server.db.session import Connection
from server.db.tables import (
    budget_alerts,
    claim_ends,
    claims,
    issue_time_logs,
    project_budgets,
    segments,
)
from server.domain.messages import Role, StartTimer, StopTimer, TimerStatus
from server.domain.money import ZERO
from server.services import audit
from server.services.money import alerts, budgets, crossing
from server.services.projects import catalog
from server.services.reporting import reports, statistics, totals
from server.services.reporting.reports import ReportFilter
from server.services.reporting.tally import Days
from server.services.staff import accounts
from server.services.time import logs, snapshot
from server.services.time import timers as timing
from server.services.time.logs import LogFilter
from tests.server.company import Company, Person
from tests.server.databases import MARIADB, POSTGRESQL, SQLITE

PEOPLE: Final = 12
LOGS: Final = 2400
FAR: Final = 1_000_000  # from ids that the database gives by itself
FIRST: Final = date(2025, 1, 1)
HOUR_MS: Final = 3_600_000
FIRST_MS: Final = 1_735_689_600_000
DAY: Final = Days(FIRST + timedelta(days=30), FIRST + timedelta(days=31))
GROWING: Final = {
    "applied_actions",
    "audit_entries",
    "budget_alerts",
    "claim_ends",
    "claims",
    "clock_anchors",
    "daily_totals",
    "dead_letters",
    "deliveries",
    "device_actions",
    "idempotency_replies",
    "issue_time_logs",
    "notifications",
    "segments",
}
SEED: Final = {
    "user_rates": {"user_rates_user_id_idx": ["user_id"]},
    "issue_time_logs": {
        "issue_time_logs_user_id_idx": ["user_id"],
        "issue_time_logs_project_id_idx": ["project_id"],
        "issue_time_logs_issue_id_idx": ["issue_id"],
        "issue_time_logs_created_at_idx": ["created_at"],
        "issue_time_logs_status_idx": ["status"],
        "issue_time_logs_is_billable_idx": ["is_billable"],
        "issue_time_logs_user_issue": ["user_id", "issue_id"],
        "issue_time_logs_project_date": ["project_id", "created_at"],
        "issue_time_logs_billable_status": ["is_billable", "status"],
    },
    "active_timers": {
        # A slot for each timer that a user may have at once, and one is the most.
        "active_timers_user_id_unique": ["user_id", "slot"],
        "active_timers_issue_time_log_id_idx": ["issue_time_log_id"],
        "active_timers_last_heartbeat_idx": ["last_heartbeat"],
    },
    "project_budgets": {
        "project_budgets_project_id_unique": ["project_id"],
        "project_budgets_status_idx": ["status"],
    },
}

Question = Callable[[Connection], Any]


@dataclass(slots=True)
class Said:
    """What was said to the database."""

    statements: list[tuple[str, Any]] = field(default_factory=list)

    def hear(self, _conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE"}:
            self.statements.append((statement, parameters))


@contextmanager
def listening(conn: Connection) -> Iterator[Said]:
    said = Said()
    event.listen(conn, "before_cursor_execute", said.hear)
    try:
        yield said
    finally:
        event.remove(conn, "before_cursor_execute", said.hear)


def whole_tables(conn: Connection, question: Question) -> set[str]:
    """The growing tables of which this would read every row, as `table: how`."""
    with listening(conn) as said:
        question(conn)
    assert said.statements
    read = EXPLAINED[conn.dialect.name]
    return {found for each in dict.fromkeys(map(_hashable, said.statements)) for found in read(conn, *each)}


def _hashable(said: tuple[str, Any]) -> tuple[str, Any]:
    """One of many is enough."""
    statement, parameters = said
    return statement, parameters[0] if isinstance(parameters, list) else parameters


def _on_sqlite(conn: Connection, statement: str, parameters: Any) -> Iterator[str]:
    for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        words = row[3].split()
        if words[0] == "SCAN" and "INDEX" not in words:
            yield from _grown(statement, words[1], row[3])


def _on_postgresql(conn: Connection, statement: str, parameters: Any) -> Iterator[str]:
    for (line,) in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters):
        _, found, rest = line.partition("Seq Scan on ")
        if found:
            yield from _grown(statement, rest.split()[0], line.strip())


def _on_mariadb(conn: Connection, statement: str, parameters: Any) -> Iterator[str]:
    for row in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters).mappings():
        if row["type"] == "ALL":
            yield from _grown(statement, row["table"], f"ALL {row['table']}")


def _grown(statement: str, name: str, how: str) -> Iterator[str]:
    """Without aliases: there are few, and theirs are small tables."""
    if name in GROWING:
        yield f"{how} | {statement[:2000]}"


EXPLAINED: Final[Mapping[str, Callable[[Connection, str, Any], Iterator[str]]]] = {
    SQLITE: _on_sqlite,
    POSTGRESQL: _on_postgresql,
    MARIADB: _on_mariadb,
}


def fill(company: Company) -> None:
    """Two thousand logs of a dozen people on twenty issues, with the facts behind them; so many alerts too."""
    people = [company.hire(f"person{number}", ["BP"]) for number in range(PEOPLE)]
    company.set_budget("BP", 100_000)
    company.database.run(lambda conn: _pour(conn, company, people))
    if company.kind == MARIADB:
        names = "issue_time_logs, claims, claim_ends, segments, daily_totals, budget_alerts"
        company.write(f"ANALYZE TABLE {names}")
    elif (
        company.kind == POSTGRESQL
    ):  # as it does by itself; SQLite never counts rows unless it is told, and nobody tells it
        company.write("ANALYZE")


def _pour(conn: Connection, company: Company, people: list[Person]) -> None:
    issues = sorted(company.issues.items())
    rows = [_rows(number, people, issues, company.projects) for number in range(LOGS)]
    for table in (issue_time_logs, claims, claim_ends, segments):
        conn.execute(insert(table), [row[table.name] for row in rows])
    totals.rebuild(conn)
    conn.execute(insert(budget_alerts), list(_alerts(conn, company)))


def _rows(
    number: int, people: list[Person], issues: list[tuple[str, int]], projects: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    user_id = people[number % len(people)].principal.user_id
    key, issue_id = issues[number * 7 % len(issues)]
    start = FIRST_MS + number * HOUR_MS
    log_id = FAR + number
    timer_id, claim_id, action_id = f"timer {number}", f"claim {number}", f"action {number}"
    return {
        "issue_time_logs": {
            "id": log_id,
            "timer_id": timer_id,
            "issue_id": issue_id,
            "user_id": user_id,
            "project_id": projects[key.partition("-")[0]],
            "status": TimerStatus.STOPPED,
            "start_time": start,
            "start_day": FIRST + timedelta(hours=number),
            "end_time": start + HOUR_MS // 2,
            "duration_seconds": 1800,
            "total_cost": ZERO,
            "is_billable": number % 9 != 0,
            "revision": 1,
            "is_deleted": False,
            "created_at": start,
            "updated_at": start,
        },
        "claims": {
            "claim_id": claim_id,
            "user_id": user_id,
            "timer_id": timer_id,
            "action_id": action_id,
            "is_first": True,
            "named_issue_id": issue_id,
            "time_log_id": log_id,
            "start_ms": start,
            "is_edited": False,
            "first_end_ms": start + HOUR_MS // 2,
            "last_end_ms": start + HOUR_MS // 2,
            "span_end_ms": start + HOUR_MS // 2,
        },
        "claim_ends": {
            "action_id": f"end {number}",
            "user_id": user_id,
            "timer_id": timer_id,
            "claim_id": claim_id,
            "kind": "timer.stop",
            "at_ms": start + HOUR_MS // 2,
            "cause": "user",
        },
        "segments": {
            "id": log_id,
            "user_id": user_id,
            "time_log_id": log_id,
            "claim_id": claim_id,
            "start_ms": start,
            "end_ms": start + HOUR_MS // 2,
        },
    }


def _alerts(conn: Connection, company: Company) -> Iterator[dict[str, Any]]:
    [budget_id] = conn.execute(project_budgets.select().with_only_columns(project_budgets.c.id)).scalars()
    for number in range(LOGS):
        yield {
            "project_budget_id": budget_id,
            "project_id": company.projects["BP"],
            "alert_type": "warning",
            "generation": number + 2,
            "threshold_percentage": Decimal(80),
            "actual_percentage": Decimal(80),
            "cost_at_alert": ZERO,
            "currency": "USD",
            "is_acknowledged": number % 50 != 0,
            "created_at": number,
        }


def questions(company: Company) -> dict[str, Question]:
    anna, now_ms = company.anna.principal, company.clock.now_ms()
    admin = company.hire("ada", [], Role.ADMIN).principal
    manager = company.hire("mia", ["BP"], Role.MANAGER).principal
    issue_id, bp = company.issues["BP-3"], company.projects["BP"]
    token = company.database.run(
        lambda conn: accounts.issue_token(conn, anna.user_id, "Laptop", "laptop", now_ms)[0]
    )
    since, until = FIRST_MS // 1000 + 86400, FIRST_MS // 1000 + 2 * 86400

    def page(who: Any, **wanted: Any) -> Question:
        return lambda conn: logs.page(conn, who, LogFilter(**wanted), None, 50)

    return {
        "who asks, and the active timer": lambda conn: accounts.arrive(conn, token, now_ms),
        "what is known of a clock": lambda conn: clock_anchors.named(conn, anna.user_id, ["clock"]),
        "whether something runs by it": lambda conn: claim_rows.is_open_by(conn, anna.user_id, "clock"),
        "the active timer": lambda conn: timers.present(conn, anna.user_id),
        "status": lambda conn: timing.status(conn, anna, now_ms),
        "how things stand": lambda conn: snapshot.snapshot(conn, anna, "UTC", now_ms),
        "my logs": page(anna),
        "my logs that are not billable": page(anna, billable=False),
        "my running logs": page(anna, status=TimerStatus.RUNNING),
        "an issue's logs": page(admin, everybody=True, issue_id=issue_id),
        "the logs of some days": page(admin, everybody=True, since=since, until=until),
        "a project's logs of some days": page(admin, everybody=True, project_id=bp, since=since, until=until),
        "what runs": page(admin, everybody=True, status=TimerStatus.RUNNING),
        "a manager's logs of some days": page(manager, everybody=True, since=since, until=until),
        "statistics of some days": lambda conn: statistics.of_project(conn, manager, bp, DAY, now_ms),
        "a report of some days": lambda conn: reports.report(conn, admin, ReportFilter(DAY), None, 50),
        "a manager's report": lambda conn: reports.report(conn, manager, ReportFilter(DAY), None, 50),
        "my report": lambda conn: reports.report(conn, anna, ReportFilter(Days()), None, 50),
        "a budget": lambda conn: budgets.use(conn, bp, now_ms),
        "how much of a budget is used": lambda conn: budgets.percent_used(conn, bp, now_ms),
        "my budgets": lambda conn: budgets.uses_of_member(conn, anna.user_id, now_ms),
        "alerts that nobody acknowledged": lambda conn: alerts.of_project(conn, manager, bp, False, None, 50),
        "my projects' alerts": lambda conn: alerts.of_mine(conn, manager, False, None, 50),
        "what an alert is checked with": lambda conn: alert_rows.standings(conn, [bp]),
        "what will cross a limit": lambda conn: crossing.due(conn, now_ms),
        "the audit trail": lambda conn: audit.page(conn, admin, TrailQuestion(50), None),
        "a person's audit trail": lambda conn: audit.page(
            conn, admin, TrailQuestion(50, actor_user_id=anna.user_id), None
        ),
        "a thing's audit trail": lambda conn: audit.page(
            conn, admin, TrailQuestion(50, subject_type="project", subject_id=str(bp)), None
        ),
        "what is to be delivered": lambda conn: deliveries.due(conn, now_ms, 50),
        "what is to be told": lambda conn: notifications.new(conn, 50),
        "my issues": lambda conn: catalog.issues(conn, anna, "BP", None, None, None, 50),
        "what needs attention": lambda conn: (
            attention.of_user(conn, anna.user_id),
            attention.silent(conn, anna.user_id, now_ms),
            attention.find(conn, attention.Reader(anna.user_id), "an action"),
        ),
        "a start and a stop": lambda conn: (
            timing.start(conn, anna, StartTimer(issue_id, bp), now_ms),
            timing.stop(conn, anna, StopTimer("Done"), now_ms + 60_000),
        ),
    }


def test_every_question_finds_its_rows_by_an_index(company: Company) -> None:
    fill(company)
    asked = questions(company)

    def explain(conn: Connection) -> dict[str, set[str]]:
        _only_if_there_is_no_index(conn)
        return {name: found for name, each in asked.items() if (found := whole_tables(conn, each))}

    assert company.database.run(explain) == {}


def test_reading_a_whole_table_is_noticed(company: Company) -> None:
    fill(company)

    def explain(conn: Connection) -> set[str]:
        _only_if_there_is_no_index(conn)
        return whole_tables(
            conn,
            lambda conn: conn.exec_driver_sql(
                "SELECT id FROM issue_time_logs WHERE duration_seconds = 7"
            ).all(),
        )

    [found] = company.database.run(explain)
    assert "issue_time_logs" in found


def _only_if_there_is_no_index(conn: Connection) -> None:
    """PostgreSQL would rather read these few rows than use an index that it has."""
    if conn.dialect.name == POSTGRESQL:
        conn.exec_driver_sql("SET LOCAL enable_seqscan = off")


@pytest.mark.parametrize("table", SEED)
def test_the_seeds_indexes_are_there(company: Company, table: str) -> None:
    found = company.database.read(lambda conn: inspect(conn).get_indexes(table))
    by_name = {each["name"]: each for each in found}
    for name, columns in SEED[table].items():
        assert by_name[name]["column_names"] == columns
        assert bool(by_name[name]["unique"]) == name.endswith("_unique")
