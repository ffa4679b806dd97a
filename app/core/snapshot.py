"""How did things stand at the server, and how is that kept for the time without it?

Written and read by hand, as the timer is: what the app needs at its start is read without msgspec.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from app.clock import ServerAnchor
from app.core.actions import Kind
from app.core.fold import Fact
from app.core.instants import instant_of
from app.core.logbook import LogValues, Stretch
from app.core.screen import Budget
from app.core.timer import Rate, RateType, Timer

TIMED: Final = frozenset({Kind.START, Kind.PAUSE, Kind.RESUME, Kind.STOP})
"""What begins or ends a stretch of the timer; corrections by hand have nothing to do with it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Something that the server holds, rejected, or wants to be known. Instants are epoch seconds.

    `start`, `end`: the time that it is about. `choices`: how its user may settle it. `other`: the values that lost against
    a later change. `asked_at`: since when a manager is asked.
    """

    action_id: str
    code: str
    detail: str
    since: int
    issue_key: str | None
    timer_id: str | None = None
    claim_id: str | None = None
    time_log_id: int | None = None
    start: int | None = None
    end: int | None = None
    choices: tuple[str, ...] = ()
    other: LogValues | None = None
    asked_at: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The server's state after the device's last action that it has.

    `rate`: what a new timer would cost. `today_seconds`: counted of the day up to `as_of`, the running timer included.
    `budgets`: use by project.
    """

    timer: Timer | None
    rate: Rate | None
    today_seconds: int
    as_of: int
    budgets: dict[int, Budget]
    attention: tuple[Held, ...]
    recent_issue_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a snapshot is worth keeping in a file. The timer is in the outbox already, with what followed.

    `running_claim`: the stretch that ran, whose seconds up to `as_of` are in `today_seconds`.
    """

    rate: Rate | None
    today_seconds: int
    as_of: int
    budgets: dict[int, Budget]
    attention: tuple[Held, ...]
    running_claim: str | None

    def uncounted_from(self, timer: Timer | None) -> int | None:
        """Since when the stretch that runs is not part of `today_seconds`; None when nothing runs."""
        if timer is None or timer.running_since is None:
            return None
        is_counted = timer.claim_id == self.running_claim
        return max(self.as_of, timer.running_since) if is_counted else timer.running_since


def keep(snapshot: Snapshot) -> Kept:
    return Kept(
        rate=snapshot.rate,
        today_seconds=snapshot.today_seconds,
        as_of=snapshot.as_of,
        budgets=snapshot.budgets,
        attention=snapshot.attention,
        running_claim=None if snapshot.timer is None else snapshot.timer.claim_id,
    )


def dump(kept: Kept) -> str:
    rate = kept.rate
    return json.dumps(
        {
            "rate": None if rate is None else [str(rate.rate_type), str(rate.amount), rate.currency],
            "today": [kept.today_seconds, kept.as_of, kept.running_claim],
            "budgets": [
                [project_id, _text(use.percent), _text(use.warning_percent), use.as_of]
                for project_id, use in kept.budgets.items()
            ],
            "attention": [asdict(each) for each in kept.attention],
        },
        ensure_ascii=False,
    )


def read(text: str) -> Kept | None:
    """None when another version wrote it: the next sync brings it again."""
    try:
        return _read(json.loads(text))
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return None


def worked(uncounted_from: int | None, facts: Iterable[Fact], anchor: ServerAnchor | None = None) -> int:
    """Seconds in the stretches that these facts close; what corrects a log closes none.

    `uncounted_from`: since when the stretch that runs before them is not counted elsewhere; None when nothing runs.
    """
    running = uncounted_from
    seconds = 0
    for fact in facts:
        if fact.kind not in TIMED:
            continue
        at = instant_of(fact.body["t"], anchor)
        if running is not None:
            seconds += max(0, at - running)
        running = at if fact.kind in {Kind.START, Kind.RESUME} else None
    return seconds


def _read(fields: dict[str, Any]) -> Kept:
    rate = fields["rate"]
    seconds, as_of, claim = fields["today"]
    return Kept(
        rate=None if rate is None else Rate(RateType(rate[0]), Decimal(rate[1]), str(rate[2])),
        today_seconds=int(seconds),
        as_of=int(as_of),
        budgets={
            int(project_id): Budget(_amount(percent), _amount(warning), int(at))
            for project_id, percent, warning, at in fields["budgets"]
        },
        attention=tuple(_held(each) for each in fields["attention"]),
        running_claim=None if claim is None else str(claim),
    )


def _held(fields: dict[str, Any]) -> Held:
    other = fields["other"]
    if other is not None:
        other = LogValues(**{**other, "stretches": tuple(Stretch(**each) for each in other["stretches"])})
    return Held(**{**fields, "choices": tuple(fields["choices"]), "other": other})


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
