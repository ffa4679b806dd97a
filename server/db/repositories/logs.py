"""What do the time logs say?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Update, bindparam, insert, select, update

from server.db.repositories.instants import to_ms, to_s
from server.db.session import Connection, insert_row
from server.db.tables import issue_time_logs as logs
from server.domain.figures import Figures
from server.domain.messages import Rate, RateLevel, RateType, TimerStatus
from server.domain.money import ZERO
from server.domain.rating import Exchange, Found, Terms

_TERMS: Final = (
    logs.c.rate_source,
    logs.c.rate_since,
    logs.c.exchange_rate,
    logs.c.exchange_since,
    logs.c.converted_currency,
    logs.c.converted_cost,
)
_ADD: Final = insert(logs)
_FIGURES: Final = select(
    logs.c.id,
    logs.c.project_id,
    logs.c.issue_id,
    logs.c.start_time,
    logs.c.duration_seconds,
    logs.c.total_cost,
    logs.c.user_rate_type,
    logs.c.user_rate_amount,
    logs.c.currency,
    logs.c.user_id,
    logs.c.start_day,
    logs.c.is_billable,
    logs.c.is_deleted,
    *_TERMS,
).where(logs.c.id.in_(bindparam("ids", expanding=True)))
_FIGURES_OF: Final = ("duration_seconds", "total_cost", "converted_cost")
_STATE_OF: Final = ("status", "end_time", "paused_at", "resumed_at", "description")


def _setting(*names: str) -> Update:
    return (
        update(logs)
        .where(logs.c.id == bindparam("b_id"))
        .values(updated_at=bindparam("b_now_ms"), **{name: bindparam(f"b_{name}") for name in names})
    )


_SET_FIGURES: Final = _setting(*_FIGURES_OF)
_SET_STATE: Final = _setting(*_STATE_OF)
_SET_BOTH: Final = _setting(*_FIGURES_OF, *_STATE_OF)
_SET_TERMS: Final = (
    update(logs)
    .where(logs.c.id == bindparam("b_id"))
    .values(
        user_rate_type=bindparam("b_user_rate_type"),
        user_rate_amount=bindparam("b_user_rate_amount"),
        rate_source=bindparam("b_rate_source"),
        rate_since=bindparam("b_rate_since"),
        currency=bindparam("b_currency"),
        exchange_rate=bindparam("b_exchange_rate"),
        exchange_since=bindparam("b_exchange_since"),
        converted_currency=bindparam("b_converted_currency"),
    )
)
_SET_PLACE: Final = (
    update(logs)
    .where(logs.c.id == bindparam("b_id"))
    .values(
        issue_id=bindparam("b_issue_id"),
        project_id=bindparam("b_project_id"),
        start_time=bindparam("b_start_time"),
        start_day=bindparam("b_start_day"),
        is_billable=bindparam("b_is_billable"),
        revision=bindparam("b_revision"),
        is_deleted=bindparam("b_is_deleted"),
    )
)
_TERMS_OF: Final = select(logs.c.user_rate_type, logs.c.user_rate_amount, logs.c.currency, *_TERMS).where(
    logs.c.id == bindparam("log_id")
)


@dataclass(frozen=True, slots=True)
class NewLog:
    """`day`: the organisation's, in which it starts."""

    timer_id: str
    issue_id: int
    user_id: int
    project_id: int
    start: int
    day: date
    terms: Terms


@dataclass(frozen=True, slots=True)
class State:
    """What became of a log's timer. Instants are epoch seconds."""

    status: TimerStatus
    end_time: int | None
    paused_at: int | None
    resumed_at: int | None
    description: str | None


AS_BEGUN: Final = State(TimerStatus.RUNNING, None, None, None, None)


def add(conn: Connection, new: NewLog, now_ms: int) -> Figures:
    """A running log without any time yet."""
    log_id = insert_row(
        conn,
        _ADD,
        {
            "timer_id": new.timer_id,
            "issue_id": new.issue_id,
            "user_id": new.user_id,
            "project_id": new.project_id,
            "status": AS_BEGUN.status,
            "start_time": to_ms(new.start),
            "start_day": new.day,
            "duration_seconds": 0,
            "total_cost": ZERO,
            "is_billable": True,
            "revision": 1,
            "is_deleted": False,
            "created_at": now_ms,
            "updated_at": now_ms,
            **_terms(new.terms),
        },
    )
    return Figures(
        log_id=log_id,
        project_id=new.project_id,
        issue_id=new.issue_id,
        start=new.start,
        duration_seconds=0,
        total_cost=ZERO,
        rate=new.terms.rate,
        user_id=new.user_id,
        day=new.day,
        is_billable=True,
        exchange=new.terms.exchange,
        converted_cost=None if new.terms.exchange is None else ZERO,
    )


def terms_of(conn: Connection, log_id: int) -> Terms:
    """What was copied onto it."""
    row = conn.execute(_TERMS_OF, {"log_id": log_id}).one()
    rate = rate_of(row)
    if rate is None:
        return Terms()
    return Terms(Found(rate, RateLevel(row.rate_source), row.rate_since, None), _exchange(row))


def figures(conn: Connection, log_ids: Sequence[int]) -> dict[int, Figures]:
    if not log_ids:
        return {}
    return {
        row.id: Figures(
            log_id=row.id,
            project_id=row.project_id,
            issue_id=row.issue_id,
            start=to_s(row.start_time),
            duration_seconds=row.duration_seconds,
            total_cost=row.total_cost,
            rate=rate_of(row),
            user_id=row.user_id,
            day=row.start_day,
            is_billable=row.is_billable,
            exchange=_exchange(row),
            converted_cost=row.converted_cost,
            is_deleted=row.is_deleted,
        )
        for row in conn.execute(_FIGURES, {"ids": log_ids})
    }


def write(conn: Connection, figures: Mapping[int, Figures], states: Mapping[int, State], now_ms: int) -> None:
    """By log, what changed of it. One of which both did is written once."""
    for statement, log_ids in (
        (_SET_BOTH, figures.keys() & states.keys()),
        (_SET_FIGURES, figures.keys() - states.keys()),
        (_SET_STATE, states.keys() - figures.keys()),
    ):
        rows = [
            {
                "b_id": log_id,
                "b_now_ms": now_ms,
                **_figures(figures.get(log_id)),
                **_state(states.get(log_id)),
            }
            for log_id in sorted(log_ids)
        ]
        if rows:
            conn.execute(statement, rows)


def set_place(conn: Connection, figures: Figures, revision: int) -> None:
    """Where a corrected log belongs now: its issue, when it began, whether it is billed or deleted."""
    conn.execute(
        _SET_PLACE,
        {
            "b_id": figures.log_id,
            "b_issue_id": figures.issue_id,
            "b_project_id": figures.project_id,
            "b_start_time": to_ms(figures.start),
            "b_start_day": figures.day,
            "b_is_billable": figures.is_billable,
            "b_revision": revision,
            "b_is_deleted": figures.is_deleted,
        },
    )


def set_terms(conn: Connection, log_id: int, terms: Terms) -> None:
    """What is copied onto it from now on. Its figures follow with `write`."""
    conn.execute(_SET_TERMS, {"b_id": log_id, **{f"b_{name}": each for name, each in _terms(terms).items()}})


def _figures(figures: Figures | None) -> dict[str, Any]:
    if figures is None:
        return {}
    return {
        "b_duration_seconds": figures.duration_seconds,
        "b_total_cost": figures.total_cost,
        "b_converted_cost": figures.converted_cost,
    }


def _state(state: State | None) -> dict[str, Any]:
    if state is None:
        return {}
    return {
        "b_status": state.status,
        "b_end_time": to_ms(state.end_time),
        "b_paused_at": to_ms(state.paused_at),
        "b_resumed_at": to_ms(state.resumed_at),
        "b_description": state.description,
    }


def _terms(terms: Terms) -> dict[str, Any]:
    found, exchange = terms.found, terms.exchange
    return {
        "user_rate_type": None if found is None else found.rate.rate_type,
        "user_rate_amount": None if found is None else found.rate.rate_amount,
        "rate_source": None if found is None else found.source,
        "rate_since": None if found is None else found.since,
        "currency": None if found is None else found.rate.currency,
        "exchange_rate": None if exchange is None else exchange.rate,
        "exchange_since": None if exchange is None else exchange.since,
        "converted_currency": None if exchange is None else exchange.currency,
    }


def _exchange(row: Any) -> Exchange | None:
    if row.exchange_rate is None:
        return None
    return Exchange(row.exchange_rate, row.converted_currency, row.exchange_since)


def rate_of(row: Any) -> Rate | None:
    """The rate that a row of `issue_time_logs` keeps; None: it has none."""
    if row.user_rate_type is None:
        return None
    return Rate(RateType(row.user_rate_type), row.user_rate_amount, row.currency)
