"""How much of a budget is used at this moment, for those who ask every few seconds?

The timers that run now are summed up in the database, in one statement with the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Select, and_, bindparam, case, func, literal, select, type_coerce

from server.db.repositories import alerts, meters
from server.db.repositories.alerts import Standing
from server.db.repositories.organisation import setting
from server.db.session import Connection
from server.db.tables import active_timers, project_budgets, project_members
from server.db.types import Money
from server.domain.budget import running
from server.domain.messages import AtLimit, RateType
from server.domain.money import UNIT_SECONDS, ZERO, from_units

# Rate times whole seconds is summed; the division by the rate's unit comes last, in Decimal.
_now: Final = bindparam("now_ms", type_=BigInteger)
_since: Final = active_timers.c.running_since
_nothing: Final = literal(0, BigInteger)
_runs: Final = _since <= _now
_seconds: Final = active_timers.c.closed_seconds + case((_runs, (_now - _since) // 1000), else_=_nothing)
_gross: Final = type_coerce(active_timers.c.rate_amount * _seconds, Money(30, 4))
_is_own: Final = active_timers.c.currency == project_budgets.c.currency


def _sum(rate_type: RateType, amount: Any, *also: Any) -> Any:
    """A sum for each kind of rate, because grouping by them would make SQLite sort all timers for every poll."""
    return func.sum(case((and_(_is_own, active_timers.c.rate_type == str(rate_type), *also), amount)))


def _on(*columns: Any) -> Select[Any]:
    """Of budgets, with the timers that run on them."""
    return (
        select(*columns)
        .join_from(project_budgets, active_timers, and_(*meters.COUNTS), isouter=True)
        .where(setting("enable_budget_tracking"))
        .group_by(project_budgets.c.id)
    )


_RUNNING: Final = (
    *(_sum(each, _gross).label(each) for each in RateType),
    func.sum(case((_is_own, active_timers.c.logged_cost))).label("logged"),
    func.count(case((~_is_own, active_timers.c.id))).label("foreign"),
)
_BUDGET: Final = _on(
    *alerts.AMOUNTS,
    project_budgets.c.at_limit,
    project_budgets.c.is_locked,
    project_budgets.c.locked_at,
    *_RUNNING,
    *(_sum(each, active_timers.c.rate_amount, _runs).label(f"pace_{each}") for each in RateType),
    func.count(active_timers.c.id).label("timers"),
)
_SHARE: Final = _on(project_budgets.c.total_budget, project_budgets.c.total_cost, *_RUNNING).where(
    project_budgets.c.project_id == bindparam("project_id")
)
_OF_PROJECT: Final = _BUDGET.where(project_budgets.c.project_id == bindparam("project_id"))
_WATCHED: Final = (
    _BUDGET.add_columns(*alerts.WATCH)
    .where(project_budgets.c.project_id.in_(bindparam("project_ids", expanding=True)))
    .order_by(project_budgets.c.project_id)
)
_OF_MEMBER: Final = (
    _BUDGET.join(project_members, project_members.c.project_id == project_budgets.c.project_id)
    .where(project_members.c.user_id == bindparam("user_id"))
    .order_by(project_budgets.c.project_id)
)


@dataclass(frozen=True, slots=True)
class Use:
    """`spent`: the exact sum of the logs' costs. `warning`, `critical`: thresholds in percent.

    `running`: what the `timers` that run now add to `spent` if they stop now, rounded once for all of them; `pace`: what they
    cost an hour. `locked_at`: epoch milliseconds, None while it is open.
    """

    project_id: int
    total: Decimal
    spent: Decimal
    warning: Decimal
    critical: Decimal
    at_limit: AtLimit
    locked_at: int | None
    running: Decimal
    pace: Decimal
    timers: int

    @property
    def used(self) -> Decimal:
        return self.spent + self.running


def of_project(conn: Connection, project_id: int, now_ms: int) -> Use | None:
    """None: it has no budget, or budgets are not tracked."""
    row = conn.execute(_OF_PROJECT, {"project_id": project_id, "now_ms": now_ms}).first()
    return None if row is None else _use(conn, row, now_ms)


def share(conn: Connection, project_id: int, now_ms: int) -> tuple[Decimal, Decimal] | None:
    """What is used, and of how much: the least that can be asked. None as above."""
    row = conn.execute(_SHARE, {"project_id": project_id, "now_ms": now_ms}).first()
    if row is None:
        return None
    if row.foreign:
        found = of_project(conn, project_id, now_ms)
        return None if found is None else (found.used, found.total)
    return row.total_cost + _running(row), row.total_budget


def watched(conn: Connection, project_ids: Sequence[int], now_ms: int) -> list[tuple[Standing, Use]]:
    """Of those that have a budget, if budgets are tracked, by project; with what their thresholds see."""
    rows = conn.execute(_WATCHED, {"project_ids": project_ids, "now_ms": now_ms}).all()
    return [(alerts.standing(row), _use(conn, row, now_ms)) for row in rows]


def of_member(conn: Connection, user_id: int, now_ms: int) -> list[Use]:
    """Those of the user's projects."""
    rows = conn.execute(_OF_MEMBER, {"user_id": user_id, "now_ms": now_ms}).all()
    return [_use(conn, row, now_ms) for row in rows]


def _use(conn: Connection, row: Any, now_ms: int) -> Use:
    use = Use(
        row.project_id,
        row.total_budget,
        row.total_cost,
        row.alert_threshold,
        row.critical_threshold,
        AtLimit(row.at_limit),
        (row.locked_at or 0) if row.is_locked else None,
        _running(row),
        _of_all(row, "pace_{}"),
        row.timers,
    )
    return _with_foreign(conn, use, now_ms // 1000) if row.foreign else use


def _running(row: Any) -> Decimal:
    return (_of_all(row, "{}") / 3600 - (row.logged or ZERO)).quantize(ZERO, ROUND_HALF_UP)


def _of_all(row: Any, name: str) -> Decimal:
    """Per hour, whatever the rates' units. SQL says null for the sum of nothing."""
    return sum(
        (
            amount * (3600 // unit_seconds)
            for rate_type, unit_seconds in UNIT_SECONDS.items()
            if (amount := getattr(row, name.format(rate_type))) is not None
        ),
        start=ZERO,
    )


def _with_foreign(conn: Connection, use: Use, now: int) -> Use:
    """Timers whose cost is converted are few, and each is rounded by itself."""
    found = [each for each in meters.of_projects(conn, [use.project_id])[use.project_id] if each.exchange]
    return replace(
        use,
        running=use.running + from_units(running(found, now)),
        pace=use.pace + sum((each.hourly for each in found if each.since <= now), start=ZERO),
    )
