"""What does the organisation's row of settings say?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import ScalarSelect, bindparam, func, select, update

from server.db.session import Connection
from server.db.tables import closed_periods
from server.db.tables import time_tracking_settings as settings
from server.domain.organisation import Organisation

ONLY_ROW: Final = 1
NAMES: Final = tuple(Organisation.__dataclass_fields__)

_FIND: Final = select(*(settings.c[name] for name in NAMES)).where(settings.c.id == ONLY_ROW)
_FIND_FOR_TIME: Final = _FIND.add_columns(
    select(func.max(closed_periods.c.until_ms))
    .where(closed_periods.c.reopened_at.is_(None))
    .scalar_subquery()
    .label("closed_until")
)
_TAKE: Final = select(settings.c.id).where(settings.c.id == ONLY_ROW).with_for_update()
_CHANGE: Final = (
    update(settings)
    .where(settings.c.id == ONLY_ROW)
    .values(updated_at=bindparam("b_now_ms"), **{name: bindparam(f"n_{name}") for name in NAMES})
)


def setting(name: str) -> ScalarSelect[Any]:
    """For another statement, which reads it by the way."""
    return select(settings.c[name]).where(settings.c.id == ONLY_ROW).scalar_subquery()


def find(conn: Connection) -> Organisation:
    row: Any = conn.execute(_FIND).one()
    return Organisation(*row)


def find_for_time(conn: Connection) -> tuple[Organisation, int]:
    """Also the epoch millisecond from which on nothing is closed, on any project."""
    row: Any = conn.execute(_FIND_FOR_TIME).one()
    *values, closed_until = row
    return Organisation(*values), closed_until or 0


def take(conn: Connection) -> None:
    """Until this transaction ends nobody else changes settings or rates."""
    conn.execute(_TAKE)


def save(conn: Connection, organisation: Organisation, now_ms: int) -> None:
    changes = {f"n_{name}": value for name, value in asdict(organisation).items()}
    conn.execute(_CHANGE, {"b_now_ms": now_ms, **changes})
