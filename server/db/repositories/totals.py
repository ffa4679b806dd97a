"""What was worked each day, summed by whom, on which project, in which currency?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, func, insert, select, update

from server.db.session import Connection
from server.db.tables import daily_totals as totals
from server.db.tables import issue_time_logs as logs
from server.db.tables.totals import NO_CURRENCY
from server.db.types import Money
from server.domain.money import ZERO

__all__ = ["NOTHING", "NO_CURRENCY", "Place", "Sum", "kept", "move", "of_logs", "replace"]

KEY: Final = ("day", "user_id", "project_id", "is_billable", "currency", "converted_currency")
SUMS: Final = ("logs", "seconds", "cost", "converted_cost")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a log is counted. An empty text: no currency."""

    day: date
    user_id: int
    project_id: int
    is_billable: bool
    currency: str
    converted_currency: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Also a change of one."""

    logs: int = 0
    seconds: int = 0
    cost: Decimal = ZERO
    converted_cost: Decimal = ZERO

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.logs + other.logs,
            self.seconds + other.seconds,
            self.cost + other.cost,
            self.converted_cost + other.converted_cost,
        )

    def __neg__(self) -> Sum:
        return Sum(-self.logs, -self.seconds, -self.cost, -self.converted_cost)


NOTHING: Final = Sum()

_delta_cost: Final = bindparam("d_cost", type_=Money(22, 4))
_delta_converted: Final = bindparam("d_converted_cost", type_=Money(22, 4))
_MOVE: Final = (
    update(totals)
    .where(*(totals.c[name] == bindparam(f"k_{name}") for name in KEY))
    .values(
        logs=totals.c.logs + bindparam("d_logs"),
        seconds=totals.c.seconds + bindparam("d_seconds"),
        cost=totals.c.cost + _delta_cost,
        converted_cost=totals.c.converted_cost + _delta_converted,
    )
)
_ADD: Final = insert(totals)
_CLEAR: Final = delete(totals)
_ALL: Final = select(totals)
_place_of_log: Final = (
    logs.c.start_day.label("day"),
    logs.c.user_id,
    logs.c.project_id,
    logs.c.is_billable,
    func.coalesce(logs.c.currency, NO_CURRENCY).label("currency"),
    func.coalesce(logs.c.converted_currency, NO_CURRENCY).label("converted_currency"),
)
_OF_LOGS: Final[Select[Any]] = (
    select(
        *_place_of_log,
        func.count().label("logs"),
        func.sum(logs.c.duration_seconds).label("seconds"),
        func.sum(logs.c.total_cost).label("cost"),
        func.coalesce(func.sum(logs.c.converted_cost), ZERO).label("converted_cost"),
    )
    .where(logs.c.is_deleted.is_(False))
    .group_by(*_place_of_log)
)


def move(conn: Connection, place: Place, change: Sum) -> None:
    """Only who holds the user's row may call this: nobody else adds the same place meanwhile."""
    key = _values(place, KEY, "k_")
    if conn.execute(_MOVE, key | _values(change, SUMS, "d_")).rowcount == 0:
        conn.execute(_ADD, _values(place, KEY) | _values(change, SUMS))


def kept(conn: Connection) -> dict[Place, Sum]:
    return _read(conn.execute(_ALL))


def of_logs(conn: Connection) -> dict[Place, Sum]:
    """What the totals should be. Reads every log."""
    return _read(conn.execute(_OF_LOGS))


def replace(conn: Connection, new: Mapping[Place, Sum]) -> None:
    """All of them."""
    conn.execute(_CLEAR)
    rows = [_values(place, KEY) | _values(total, SUMS) for place, total in new.items()]
    if rows:
        conn.execute(_ADD, rows)


def _values(of: Place | Sum, names: Iterable[str], prefix: str = "") -> dict[str, Any]:
    return {f"{prefix}{name}": getattr(of, name) for name in names}


def _read(rows: Iterable[Any]) -> dict[Place, Sum]:
    return {
        Place(
            row.day, row.user_id, row.project_id, bool(row.is_billable), row.currency, row.converted_currency
        ): Sum(int(row.logs), int(row.seconds), row.cost, row.converted_cost)
        for row in rows
    }
