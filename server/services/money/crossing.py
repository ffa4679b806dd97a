"""Did a budget cross one of its thresholds, and when will it?

Looked at whenever a cost, a budget or a running timer changes, in the same transaction, and by a job at the very second at
which running timers will cross: `due` says when, `sweep` looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.db import after
from server.db.repositories import alerts, budget_use, budgets, meters
from server.db.repositories.alerts import NewAlert, Standing
from server.db.repositories.budgets import Spending
from server.db.session import Connection
from server.domain.budget import Meter, Threshold, crossing, judge, limit, running, status_of
from server.domain.events import AlertRaised, BudgetMoved
from server.domain.messages import AlertType, BudgetStatus
from server.domain.money import PLACES, ZERO, from_units, percent, to_units
from server.domain.organisation import day_in, zone_of
from server.services.outside import notifications

HORIZON_S: Final = 3600
HIGHEST_PERCENT: Final = Decimal(
    "9999999999999999.99"
)  # that an alert can hold, of a budget of next to nothing
KIND: Final = "budget_alert"


@dataclass(frozen=True, slots=True)
class _Look:
    """How a budget is used at one second, in units, and what follows: `changed` are the thresholds that do."""

    standing: Standing
    used: int
    status: BudgetStatus
    changed: tuple[Threshold, ...]

    @property
    def is_news(self) -> bool:
        return bool(self.changed) or self.status is not self.standing.status


def settle(conn: Connection, spendings: Sequence[Spending], project_ids: Iterable[int], now_ms: int) -> None:
    """After somebody's time changed: `spendings` are added up, and what runs on these projects may be something else."""
    concerned = sorted({*project_ids, *(each.project_id for each in spendings)})
    budgets.spend(conn, spendings, now_ms)
    for project_id in concerned:
        after.tell(conn, BudgetMoved(project_id))
    evaluate(conn, concerned, now_ms)


def evaluate(conn: Connection, project_ids: Sequence[int], now_ms: int) -> list[int]:
    """Raises what is due, arms what is below again, and keeps the status; the ids of the new alerts.

    Most of the time there is nothing to do, and no row is held. What two transactions see only together is left to the sweep.
    """
    now = now_ms // 1000
    moved = _may_have_moved(conn, project_ids, now)
    if not moved:
        return []
    alerts.take(conn, moved)
    raised: list[int] = []
    for look in _looks(conn, moved, now):
        if look.is_news:
            raised += _write(conn, look, now_ms)
    return raised


def sweep(conn: Connection, now_ms: int) -> list[int]:
    """Evaluates every budget that the passing of time alone can move; the ids of the new alerts."""
    return evaluate(conn, alerts.may_move(conn), now_ms)


def sweep_all(conn: Connection, now_ms: int) -> list[int]:
    """As `sweep`, after what is watched, or when a day begins, was changed for every budget."""
    return evaluate(conn, alerts.watched(conn), now_ms)


def due(conn: Connection, now_ms: int) -> int | None:
    """When to sweep next, in epoch milliseconds: now, or within the next hour. None: ask again within the hour."""
    now = now_ms // 1000
    until = now + HORIZON_S
    first = _first(conn, _may_have_moved(conn, alerts.may_move(conn), until), now, until)
    return None if first is None else max(first * 1000, now_ms)


def _may_have_moved(conn: Connection, project_ids: Sequence[int], at: int) -> list[int]:
    """The projects of which something is to be done at that second, or only just not.

    Found by sums of the database, which are not rounded per log: each timer makes them wrong by half a unit at most.
    """
    found = []
    for standing, use in budget_use.watched(conn, project_ids, at * 1000) if project_ids else ():
        used, slack = int(use.used.scaleb(PLACES)), use.timers + 1
        if any(_look(standing, about, at).is_news for about in (used - slack, used + slack)):
            found.append(use.project_id)
    return found


def _tracked(conn: Connection, project_ids: Sequence[int]) -> list[Standing]:
    if not project_ids:
        return []
    return [each for each in alerts.standings(conn, project_ids) if each.is_tracked]


def _first(conn: Connection, project_ids: Sequence[int], now: int, until: int) -> int | None:
    if not project_ids:
        return None
    on = meters.of_projects(conn, project_ids)
    found = [_next(each, on[each.project_id], now, until) for each in _tracked(conn, project_ids)]
    return min((each for each in found if each is not None), default=None)


def _next(standing: Standing, running_on: Sequence[Meter], now: int, until: int) -> int | None:
    spent = to_units(standing.spent)
    if _look(standing, spent + running(running_on, now), now).is_news:
        return now
    ahead = [_limit(standing, each.alert_type) for each in standing.thresholds if each.is_armed]
    if not standing.has_alerts:
        ahead = []
    if standing.status is not BudgetStatus.EXCEEDED:
        ahead.append(_limit(standing, AlertType.EXCEEDED))
    return crossing(spent, running_on, min(ahead), now, until) if ahead else None


def _looks(conn: Connection, project_ids: Sequence[int], now: int) -> list[_Look]:
    standings = _tracked(conn, project_ids)
    on = meters.of_projects(conn, [each.project_id for each in standings]) if standings else {}
    return [
        _look(each, to_units(each.spent) + running(on.get(each.project_id, ()), now), now)
        for each in standings
    ]


def _look(standing: Standing, used: int, now: int) -> _Look:
    thresholds = [
        judge(each, is_reached=used >= _limit(standing, each.alert_type)) for each in standing.thresholds
    ]
    changed = [new for new, old in zip(thresholds, standing.thresholds, strict=True) if new != old]
    status = status_of(
        is_used_up=used >= to_units(standing.total),
        start_date=standing.start_date,
        today=day_in(zone_of(standing.time_zone), now),
    )
    return _Look(standing, used, status, tuple(changed) if standing.has_alerts else ())


def _limit(standing: Standing, alert_type: AlertType) -> int:
    return limit(to_units(standing.total), standing.percents[alert_type])


def _write(conn: Connection, look: _Look, now_ms: int) -> list[int]:
    standing = look.standing
    budgets.set_status(conn, standing.budget_id, look.status, now_ms)
    raised = []
    for threshold in look.changed:
        alerts.set_threshold(conn, standing.budget_id, threshold)
        if not threshold.is_armed:
            raised.append(_raise(conn, look, threshold, now_ms))
    after.tell(conn, BudgetMoved(standing.project_id))
    return raised


def _raise(conn: Connection, look: _Look, threshold: Threshold, now_ms: int) -> int:
    standing = look.standing
    cost = from_units(look.used)
    new = NewAlert(
        budget_id=standing.budget_id,
        project_id=standing.project_id,
        alert_type=threshold.alert_type,
        generation=threshold.generation,
        threshold=standing.percents[threshold.alert_type],
        actual=min(percent(cost, standing.total) or ZERO, HIGHEST_PERCENT),
        cost=cost,
        currency=standing.currency,
    )
    alert_id = alerts.add(conn, new, now_ms)
    said = {
        "alert_id": alert_id,
        "project_id": new.project_id,
        "alert_type": str(new.alert_type),
        "threshold_percentage": str(new.threshold),
        "actual_percentage": str(new.actual),
        "cost_at_alert": str(new.cost),
        "total_budget": str(standing.total),
        "currency": new.currency,
        "created_at": now_ms // 1000,
    }
    key = f"{KIND}.{new.budget_id}.{new.alert_type}.{new.generation}"
    notifications.enqueue(conn, key, KIND, new.project_id, said, now_ms)
    after.tell(conn, AlertRaised(alert_id, new.project_id))
    return alert_id
