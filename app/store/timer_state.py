"""How is the timer written into the outbox and read again?

By hand, because msgspec alone would cost the start of the app 30 ms.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from app.core.timer import IssueRef, Rate, RateType, Timer


def dump(timer: Timer | None) -> str:
    if timer is None:
        return "null"
    fields = asdict(timer)
    if timer.rate is not None:
        fields["rate"]["amount"] = str(timer.rate.amount)
    return json.dumps(fields, ensure_ascii=False)


def read(text: str) -> Timer | None:
    """ValueError, KeyError or TypeError when this is no timer; unknown fields are left out."""
    fields = json.loads(text)
    if fields is None:
        return None
    return Timer(
        timer_id=_text(fields["timer_id"]),
        issue=_issue(fields["issue"]),
        started_at=_whole(fields["started_at"]),
        closed_seconds=_whole(fields["closed_seconds"]),
        claim_id=_maybe_text(fields["claim_id"]),
        running_since=_maybe_whole(fields["running_since"]),
        paused_at=_maybe_whole(fields["paused_at"]),
        rate=None if fields["rate"] is None else _rate(fields["rate"]),
        hold_code=_maybe_text(fields["hold_code"]),
        device_id=_maybe_text(fields["device_id"]),
    )


def _issue(fields: dict[str, Any]) -> IssueRef:
    return IssueRef(
        id=_whole(fields["id"]),
        key=_text(fields["key"]),
        summary=_text(fields["summary"]),
        project_id=_maybe_whole(fields["project_id"]),
    )


def _rate(fields: dict[str, Any]) -> Rate:
    amount = Decimal(_text(fields["amount"]))
    return Rate(RateType(fields["rate_type"]), amount, _text(fields["currency"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _maybe_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _maybe_whole(value: object) -> int | None:
    return None if value is None else _whole(value)
