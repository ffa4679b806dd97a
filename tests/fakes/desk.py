"""Who works with the outbox in these tests?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Final

from app.core.actions import Recorded
from app.core.gestures import Gesture, pause, resume, start, stop
from app.core.timer import IssueRef, Rate, RateType
from app.store.outbox import Outbox
from tests.fakes.clock import FakeClock

LOGIN: Final = IssueRef(123, "BP-123", "Fix the login redirect", 1)
MENU: Final = IssueRef(7, "WEB-7", "Tidy the menu", 2)
RATE: Final = Rate(RateType.HOURLY, Decimal("50.0000"), "USD")


def numbered_ids(prefix: str = "00000000") -> Callable[[], str]:
    """Ids that are the same in every run."""
    numbers = count(1)
    return lambda: f"{prefix}-0000-7000-8000-{next(numbers):012d}"


@dataclass(slots=True)
class Desk:
    """A user at one device: each gesture is recorded, as the app does it."""

    outbox: Outbox
    clock: FakeClock = field(default_factory=FakeClock)
    new_id: Callable[[], str] = field(default_factory=numbered_ids)

    def start(self, issue: IssueRef = LOGIN, ago_s: int = 0) -> tuple[Recorded, ...]:
        return self._record(start(self.outbox.timer(), issue, self.clock.reading(), self.new_id, RATE, ago_s))

    def pause(self) -> tuple[Recorded, ...]:
        return self._record(pause(self.outbox.timer(), self.clock.reading(), self.new_id))

    def resume(self) -> tuple[Recorded, ...]:
        return self._record(resume(self.outbox.timer(), self.clock.reading(), self.new_id))

    def stop(self, description: str | None = None) -> tuple[Recorded, ...]:
        return self._record(stop(self.outbox.timer(), self.clock.reading(), self.new_id, description))

    def _record(self, gesture: Gesture) -> tuple[Recorded, ...]:
        return self.outbox.record(gesture.drafts, gesture.timer)
