"""Which of their logs should a person see on each of their devices, and by which digest does a device know that it does?

Read from the server's tables alone, without the code that tells devices what changed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from app.core.logbook import LogStatus, OwnLog, Stretch
from app.core.timer import IssueRef, Rate, RateType
from tests.simulation.office import Office

DAY_S: Final = 86_400
WINDOW_DAYS: Final = 62

_LOGS: Final = (
    "SELECT l.timer_id, l.id, l.revision, l.issue_id, i.key, i.summary, l.project_id, l.status, l.start_time,"
    " l.end_time, l.duration_seconds, l.is_billable, l.is_deleted, l.description, l.user_rate_type,"
    " l.user_rate_amount, l.currency, l.total_cost"
    " FROM issue_time_logs l JOIN issues i ON i.id = l.issue_id WHERE l.user_id = ?"
)
_CLAIMS: Final = (
    "SELECT timer_id, claim_id, coalesce(corrected_start_ms, start_ms), first_end_ms, hold_code, attention_code"
    " FROM claims WHERE user_id = ? ORDER BY start_ms, claim_id"
)


def logs_of(office: Office, user: int) -> dict[str, OwnLog]:
    """By timer; deleted ones too."""
    claimed: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for timer, *claim in office.rows(_CLAIMS, user):
        claimed[timer].append(tuple(claim))
    return {row[0]: _log(row, claimed[row[0]]) for row in office.rows(_LOGS, user)}


def window(now: int) -> int:
    """The second at which it begins."""
    return (now // DAY_S - WINDOW_DAYS) * DAY_S


def digest_of(logs: Iterable[OwnLog], since: int) -> str:
    """As the description of the API says, written again."""
    lines = sorted(
        f"{log.timer_id}:{log.revision}:{log.seconds}:{log.issue.id}"
        for log in logs
        if log.start >= since and log.end is not None and not log.is_deleted
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _log(row: tuple[Any, ...], claims: list[tuple[Any, ...]]) -> OwnLog:
    (timer, number, revision, issue, key, summary, project, status, start_ms, end_ms, seconds, billable, deleted,
     description, kind, units, currency, cost) = row  # fmt: skip
    rate = None if kind is None else Rate(RateType(kind), _money(units), currency)
    return OwnLog(
        timer_id=timer,
        time_log_id=number,
        revision=revision,
        issue=IssueRef(issue, key, summary, project),
        status=LogStatus(status),
        start=start_ms // 1000,
        end=_second(end_ms),
        seconds=seconds,
        is_billable=bool(billable),
        is_deleted=bool(deleted),
        description=description,
        rate=rate,
        cost=None if rate is None else _money(cost),
        currency=currency,
        stretches=tuple(
            Stretch(claim, start // 1000, _second(end))
            for claim, start, end, hold, _ in claims
            if hold != "VOID"
        ),
        flag=next((flag for *_, flag in claims if flag is not None), None),
    )


def _second(at_ms: int | None) -> int | None:
    return None if at_ms is None else at_ms // 1000


def _money(units: int) -> Decimal:
    return Decimal(units).scaleb(-4)
