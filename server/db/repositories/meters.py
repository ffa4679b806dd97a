"""Which timers run on which budget?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, or_, select

from server.db.repositories.instants import to_s
from server.db.session import Connection
from server.db.tables import active_timers, project_budgets
from server.domain.budget import Meter, meter
from server.domain.messages import Rate, RateType

# In the budget's currency, or converted to it; held time counts nowhere.
COUNTS: Final = (
    active_timers.c.project_id == project_budgets.c.project_id,
    active_timers.c.hold_code.is_(None),
    active_timers.c.rate_type.is_not(None),
    active_timers.c.running_since.is_not(None),
    or_(
        active_timers.c.currency == project_budgets.c.currency,
        active_timers.c.converted_currency == project_budgets.c.currency,
    ),
)
_OF_PROJECTS: Final = (
    select(
        project_budgets.c.project_id,
        project_budgets.c.currency.label("wanted"),
        active_timers.c.rate_type,
        active_timers.c.rate_amount,
        active_timers.c.currency,
        active_timers.c.closed_seconds,
        active_timers.c.running_since,
        active_timers.c.logged_cost,
        active_timers.c.exchange_rate,
    )
    .join_from(project_budgets, active_timers, COUNTS[0])
    .where(*COUNTS[1:], project_budgets.c.project_id.in_(bindparam("project_ids", expanding=True)))
)


def of_projects(conn: Connection, project_ids: Sequence[int]) -> dict[int, list[Meter]]:
    """Those that count, by project; a silent device's too, because offline is where people work."""
    found: dict[int, list[Meter]] = defaultdict(list)
    for row in conn.execute(_OF_PROJECTS, {"project_ids": project_ids}):
        found[row.project_id].append(_meter(row))
    return found


def _meter(row: Any) -> Meter:
    return meter(
        Rate(RateType(row.rate_type), row.rate_amount, row.currency),
        row.closed_seconds,
        to_s(row.running_since),
        row.logged_cost,
        None if row.currency == row.wanted else row.exchange_rate,
    )
