"""What runs or is paused now?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from server.db.repositories.instants import to_ms, to_s
from server.db.session import Connection
from server.db.tables import active_timers, claims, issues, project_budgets, users
from server.domain.holds import Hold
from server.domain.messages import AtLimit, Rate, RateType

ONLY_SLOT: Final = 1
FIRST_REVISION: Final = "0"

REVISIONS: Final = (users.c.revision, project_budgets.c.revision.label("budget_revision"))
_STATE: Final = (
    select(
        active_timers,
        *REVISIONS,
        issues.c.key,
        issues.c.summary,
        project_budgets.c.at_limit,
    )
    .join_from(users, active_timers, active_timers.c.user_id == users.c.id, isouter=True)
    .join(issues, issues.c.id == active_timers.c.issue_id, isouter=True)
    .join(project_budgets, project_budgets.c.project_id == active_timers.c.project_id, isouter=True)
    .where(users.c.id == bindparam("user_id"))
)
_DEVICE: Final = select(claims.c.device_id).where(claims.c.claim_id == bindparam("claim_id"))
_mine: Final = (active_timers.c.user_id == bindparam("b_user_id")) & (
    active_timers.c.slot == bindparam("b_slot")
)
_CHANGED: Final = (
    "timer_id",
    "claim_id",
    "issue_time_log_id",
    "issue_id",
    "project_id",
    "named_issue_id",
    "started_at",
    "running_since",
    "paused_at",
    "closed_seconds",
    "rate_type",
    "rate_amount",
    "currency",
    "exchange_rate",
    "converted_currency",
    "logged_cost",
    "hold_code",
    "last_heartbeat",
)
_CHANGE: Final = (
    update(active_timers).where(_mine).values({name: bindparam(f"n_{name}") for name in _CHANGED})
)
_ADD: Final = insert(active_timers)
_REMOVE: Final = delete(active_timers).where(_mine)
_BEAT: Final = (
    update(active_timers)
    .where(
        active_timers.c.user_id == bindparam("b_user_id"),
        active_timers.c.claim_id == bindparam("b_claim_id"),
        active_timers.c.last_heartbeat < bindparam("b_before"),
    )
    .values(last_heartbeat=bindparam("b_now_ms"))
)


@dataclass(frozen=True, slots=True)
class Running:
    """The user's timer. Counted seconds are `closed_seconds`, plus now minus `running_since` while it runs.

    `log_id` None: its issue is unknown or not for this user. `logged_cost`: what the log costs already, in the currency of
    its rate; `exchange_rate` and `converted_currency` are the log's. `at_limit`: of its project's budget, None without one.
    """

    timer_id: str
    claim_id: str | None
    log_id: int | None
    issue_id: int | None
    project_id: int | None
    named_issue_id: int
    started_at: int
    running_since: int | None
    paused_at: int | None
    closed_seconds: int
    rate: Rate | None
    logged_cost: Decimal
    hold: Hold | None
    exchange_rate: Decimal | None = None
    converted_currency: str | None = None
    issue_key: str | None = None
    issue_summary: str | None = None
    at_limit: AtLimit | None = None

    def elapsed(self, now: int) -> int:
        if self.running_since is None:
            return self.closed_seconds
        return self.closed_seconds + max(0, now - self.running_since)


@dataclass(frozen=True, slots=True)
class Present:
    """`revision` changes whenever anything here changes that time alone does not change.

    `user_revision`: the part of it that changes with the user's own time, and only grows.
    """

    revision: str
    timer: Running | None
    user_revision: int


def present(conn: Connection, user_id: int) -> Present:
    row = conn.execute(_STATE, {"user_id": user_id}).one()
    timer = None if row.timer_id is None else _running(row)
    return Present(revision_of(row), timer, row.revision)


def revision_of(row: Any) -> str:
    """Of a row with the columns of REVISIONS."""
    return f"{row.revision}.{row.budget_revision or 0}"


def device_of(conn: Connection, claim_id: str) -> str | None:
    """Where the claim was opened; None when it was not on a device."""
    device_id: str | None = conn.execute(_DEVICE, {"claim_id": claim_id}).scalar_one_or_none()
    return device_id


def put(conn: Connection, user_id: int, timer: Running, now_ms: int, *, was_there: bool | None) -> None:
    """The user's only timer from now on. `was_there`: whether there is one to replace, None where nobody knows."""
    new = _columns(timer, now_ms)
    if was_there is None or was_there:
        changes = {f"n_{name}": value for name, value in new.items()}
        changed = conn.execute(_CHANGE, {"b_user_id": user_id, "b_slot": ONLY_SLOT, **changes})
        was_there = changed.rowcount > 0
    if not was_there:
        conn.execute(_ADD, {"user_id": user_id, "slot": ONLY_SLOT, **new})


def remove(conn: Connection, user_id: int) -> None:
    conn.execute(_REMOVE, {"b_user_id": user_id, "b_slot": ONLY_SLOT})


def beat(conn: Connection, user_id: int, claim_id: str, now_ms: int, at_most_every_ms: int) -> None:
    """Its device still lives."""
    conn.execute(
        _BEAT,
        {
            "b_user_id": user_id,
            "b_claim_id": claim_id,
            "b_before": now_ms - at_most_every_ms,
            "b_now_ms": now_ms,
        },
    )


def _columns(timer: Running, now_ms: int) -> dict[str, Any]:
    rate = timer.rate
    return {
        "timer_id": timer.timer_id,
        "claim_id": timer.claim_id,
        "issue_time_log_id": timer.log_id,
        "issue_id": timer.issue_id,
        "project_id": timer.project_id,
        "named_issue_id": timer.named_issue_id,
        "started_at": to_ms(timer.started_at),
        "running_since": to_ms(timer.running_since),
        "paused_at": to_ms(timer.paused_at),
        "closed_seconds": timer.closed_seconds,
        "rate_type": None if rate is None else rate.rate_type,
        "rate_amount": None if rate is None else rate.rate_amount,
        "currency": None if rate is None else rate.currency,
        "exchange_rate": timer.exchange_rate,
        "converted_currency": timer.converted_currency,
        "logged_cost": timer.logged_cost,
        "hold_code": timer.hold,
        "last_heartbeat": now_ms,
    }


def _running(row: Any) -> Running:
    rate = None
    if row.rate_type is not None:
        rate = Rate(RateType(row.rate_type), row.rate_amount, row.currency)
    return Running(
        timer_id=row.timer_id,
        claim_id=row.claim_id,
        log_id=row.issue_time_log_id,
        issue_id=row.issue_id,
        project_id=row.project_id,
        named_issue_id=row.named_issue_id,
        started_at=to_s(row.started_at),
        running_since=to_s(row.running_since),
        paused_at=to_s(row.paused_at),
        closed_seconds=row.closed_seconds,
        rate=rate,
        logged_cost=row.logged_cost,
        exchange_rate=row.exchange_rate,
        converted_currency=row.converted_currency,
        hold=None if row.hold_code is None else Hold(row.hold_code),
        issue_key=row.key,
        issue_summary=row.summary,
        at_limit=None if row.at_limit is None else AtLimit(row.at_limit),
    )
