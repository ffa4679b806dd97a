"""What does the app say of itself to a program that asks?

The JSON of `hourkeep status --json` and `hourkeep outbox --json`; its names are fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from app.core.attention import Need
from app.core.logbook import OwnLog
from app.core.naming import short_names
from app.core.screen import TimerState, shown_cost, shown_seconds
from app.core.timer import IssueRef


class Waiting(Protocol):
    """An action that is not confirmed yet."""

    @property
    def seq(self) -> int: ...

    @property
    def action_id(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def at(self) -> int: ...

    @property
    def issue_id(self) -> int | None: ...


def status(state: TimerState, now: int) -> dict[str, Any]:
    """Money is Decimal with four places, instants are epoch seconds."""
    timer, sync = state.timer, state.sync
    rate = None if timer is None else timer.rate
    return {
        "status": str(state.status),
        "issue_key": None if timer is None else timer.issue.key,
        "elapsed_seconds": shown_seconds(state, now),
        "cost": shown_cost(state, now),
        "currency": None if rate is None else rate.currency,
        "budget_percent": None if state.budget is None else state.budget.percent,
        "sync": {
            "state": str(sync.link),
            "waiting": sync.waiting,
            "confirmed": sync.confirmed,
            "attention": sync.attention,
            "last_contact": sync.last_contact,
        },
    }


def outbox(
    waiting: Iterable[Waiting], attention: Iterable[Need], issue_of: Callable[[int], IssueRef | None]
) -> dict[str, Any]:
    """What waits for the server, and what needs a decision; `id` is what names an item on the command line."""
    items = list(attention)
    ids = short_names(each.item.action_id for each in items)
    return {
        "waiting": [
            {
                "seq": each.seq,
                "action_id": each.action_id,
                "kind": each.kind,
                "at": each.at,
                "issue_key": _key(each.issue_id, issue_of),
            }
            for each in waiting
        ],
        "attention": [{"id": ids[each.item.action_id], **_need(each)} for each in items],
    }


def log(log: OwnLog) -> dict[str, Any]:
    """One entry of `hourkeep log list --json`."""
    return {
        "timer_id": log.timer_id,
        "time_log_id": log.time_log_id,
        "issue_key": log.issue.key,
        "issue_summary": log.issue.summary,
        "status": str(log.status),
        "start": log.start,
        "end": log.end,
        "seconds": log.seconds,
        "description": log.description,
        "is_billable": log.is_billable,
        "cost": log.cost,
        "currency": log.currency,
        "flag": log.flag,
        "is_confirmed": log.is_confirmed,
    }


def _need(need: Need) -> dict[str, Any]:
    item = need.item
    return {
        "action_id": item.action_id,
        "code": item.code,
        "detail": item.detail,
        "since": item.since,
        "issue_key": item.issue_key,
        "timer_id": item.timer_id,
        "start": item.start,
        "end": item.end,
        "choices": [str(choice) for choice in need.choices],
        "decided": need.decided,
        "asked_at": item.asked_at,
    }


def _key(issue_id: int | None, issue_of: Callable[[int], IssueRef | None]) -> str | None:
    issue = None if issue_id is None else issue_of(issue_id)
    return None if issue is None else issue.key
