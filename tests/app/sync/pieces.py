"""What do the tests of the sync engine speak of?"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from app.core.actions import Recorded
from app.core.screen import Account
from app.core.snapshot import Snapshot
from app.core.timer import Rate, RateType, Timer
from app.store.records import Batch, ChainHead
from app.sync.events import Answer, Code, Outgoing

ACCOUNT: Final = Account("http://127.0.0.1:8765", "server-1", 3, "anna@demo.test", "Anna")
RATE: Final = Rate(RateType.HOURLY, Decimal("50.0000"), "USD")
CHAIN: Final = "c" * 64


def outgoing(actions: int = 0, acked: int = 0) -> Outgoing:
    sent = tuple(
        Recorded(acked + number, f"action-{number}", 1, "timer.start", {}, CHAIN)
        for number in range(1, actions + 1)
    )
    return Outgoing(Batch("device-1", None, ChainHead(acked, CHAIN), sent), None)


def snapshot(timer: Timer | None = None, **changes: Any) -> Snapshot:
    fields: dict[str, Any] = {
        "timer": timer,
        "rate": RATE,
        "today_seconds": 0,
        "as_of": 1000,
        "budgets": {},
        "attention": (),
        "recent_issue_ids": (),
    }
    return Snapshot(**{**fields, **changes})


def answer(code: Code = Code.OK, seq: int = 0, **changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "code": code,
        "head": ChainHead(seq, CHAIN),
        "results": (),
        "snapshot": snapshot() if code is Code.OK else None,
        "epoch": "epoch-1",
        "poll_s": 5.0,
        "max_actions": 200,
    }
    return Answer(**{**fields, **changes})


@dataclass(slots=True)
class Dice:
    """A random number that the test chose."""

    value: float = 0.5
    rolled: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        self.rolled.append(self.value)
        return self.value
