"""How long does the database take for what is asked most, when a company has a million time logs?

Everything that the service does for an answer is in it but the network. Beside each the same rows by one raw statement; and
the month's report beside that of a company with ten thousand logs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any, Final

from server.db.blocking import Blocking
from server.db.repositories import timers
from server.db.session import Connection
from server.domain.messages import Role
from server.domain.principal import Principal
from server.services.money import budgets
from server.services.reporting import reports, statistics
from server.services.reporting.reports import ReportFilter
from server.services.reporting.tally import Days
from server.services.time import logs
from server.services.time.logs import LogFilter
from tests.bench._million import FEW, FIRST_DAY, FIRST_S, MANY, PROJECTS, made
from tests.bench._stores import Store, stores
from tests.bench.rows import Row

TURNS: Final = 40
PAGE: Final = 50
DAY_S: Final = 86_400
ADMIN: Final = Principal(MANY.people + 1, "", "", Role.ADMIN, 0, "")
MONTH: Final = Days(FIRST_DAY, FIRST_DAY + timedelta(days=30))
WIDE: Final = "SELECT * FROM issue_time_logs WHERE {} ORDER BY start_time DESC, id DESC LIMIT 50"

Ask = Callable[[Connection, int], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """`ask` and `raw` get the number of the turn. `bar_ms`: None when there is none."""

    name: str
    ask: Ask
    raw: Callable[[int], str]
    bar_ms: float | None = None


def measure() -> list[Row]:
    return [row for store in stores() for row in _of(store)]


def _of(store: Store) -> list[Row]:
    few, many = Blocking.open(made(store, FEW)), Blocking.open(made(store, MANY))
    try:
        rows = [_row(store, many, question) for question in _questions()]
        report = next(each for each in _questions() if each.name.startswith("month report"))
        name = f"{MANY.logs:,} logs, {store.kind}: month report"
        flat = Row(name, "ms", _ms(many, report.ask), _ms(few, report.ask), f"with {FEW.logs:,} logs", 1.5)
    finally:
        few.close()
        many.close()
    return [*rows, flat]


def _row(store: Store, database: Blocking, question: Question) -> Row:
    ours = _ms(database, question.ask)
    raw = _ms(database, lambda conn, turn: conn.exec_driver_sql(question.raw(turn)).all())
    name = f"{MANY.logs:,} logs, {store.kind}: {question.name}"
    return Row(name, "ms", ours, raw, "one raw statement", question.bar_ms, absolute=True)


def _ms(database: Blocking, ask: Ask) -> float:
    """The median of many turns, each about something else."""
    taken = []
    for turn in range(TURNS):
        began = perf_counter()
        database.read(lambda conn, turn=turn: ask(conn, turn))  # type: ignore[misc]
        taken.append((perf_counter() - began) * 1000)
    return median(taken)


def _questions() -> list[Question]:
    now_ms = time.time_ns() // 1_000_000
    return [
        Question(
            f"own timers, latest {PAGE}",
            lambda conn, turn: _page(
                conn, _member(turn), LogFilter(since=_from(turn), until=_from(turn) + 30 * DAY_S)
            ),
            lambda turn: WIDE.format(f"user_id = {_member(turn).user_id}"),
            10,
        ),
        Question(
            "an issue's timers",
            lambda conn, turn: _page(conn, ADMIN, LogFilter(everybody=True, issue_id=1 + turn * 7)),
            lambda turn: WIDE.format(f"issue_id = {1 + turn * 7}"),
            10,
        ),
        Question(
            "everybody's of a week, with totals",
            lambda conn, turn: _page(
                conn, ADMIN, LogFilter(everybody=True, since=_from(turn), until=_from(turn) + 7 * DAY_S)
            ),
            lambda turn: WIDE.format(
                f"start_time >= {_from(turn) * 1000} AND start_time < {(_from(turn) + 7 * DAY_S) * 1000}"
            ),
            50,
        ),
        Question(
            "the active timer",
            lambda conn, turn: timers.present(conn, _member(turn).user_id),
            lambda turn: f"SELECT * FROM active_timers WHERE user_id = {_member(turn).user_id}",  # noqa: S608
            1,
        ),
        Question(
            "month report by user and project",
            lambda conn, _turn: reports.report(conn, ADMIN, ReportFilter(MONTH), None, 500),
            lambda _turn: _raw_report(MONTH.first, MONTH.last),
            60,
        ),
        Question(
            "a project's statistics of a month",
            lambda conn, turn: statistics.of_project(conn, ADMIN, 1 + turn % PROJECTS, MONTH, now_ms),
            lambda turn: _raw_report(MONTH.first, MONTH.last, 1 + turn % PROJECTS),
        ),
        Question(
            "budgets of all of a member's projects",
            lambda conn, turn: budgets.uses_of_member(conn, _member(turn).user_id, now_ms),
            lambda turn: (
                "SELECT b.* FROM project_budgets b JOIN project_members m ON m.project_id = b.project_id"  # noqa: S608
                f" WHERE m.user_id = {_member(turn).user_id}"
            ),
        ),
    ]


def _member(turn: int) -> Principal:
    return Principal(1 + turn * 11 % MANY.people, "", "", Role.MEMBER, 0, "")


def _from(turn: int) -> int:
    """A Monday; each turn another one."""
    return FIRST_S + turn * 7 * DAY_S


def _page(conn: Connection, who: Principal, wanted: LogFilter) -> Any:
    return logs.page(conn, who, wanted, None, PAGE)


def _raw_report(first: date, last: date, project_id: int | None = None) -> str:
    """From the logs themselves."""
    since, until = (
        (day - FIRST_DAY).days * DAY_S + FIRST_S - 8 * 3600 for day in (first, last + timedelta(days=1))
    )
    narrow = "" if project_id is None else f" AND project_id = {project_id}"
    return (
        "SELECT user_id, project_id, sum(duration_seconds), sum(total_cost) FROM issue_time_logs"  # noqa: S608
        f" WHERE start_time >= {since * 1000} AND start_time < {until * 1000}{narrow} GROUP BY user_id, project_id"
    )
