"""What is put in order at night, and what is let go of?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from structlog.typing import FilteringBoundLogger

from server.clock import Clock
from server.db.session import Connection, Database
from server.services import idempotency
from server.services.outside import notifications
from server.services.reporting import recount, totals
from server.services.staff import sign_ins

DAY_MS: Final = 86_400_000
REPLIES_DAYS: Final = 90  # as long as a device keeps what was confirmed
TOLD_DAYS: Final = 90

Forget = Callable[[Connection], int]
Found = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Keeping:
    """`found` hears how many differences a recount found, and in what."""

    database: Database
    clock: Clock
    log: FilteringBoundLogger
    found: Found

    async def recount(self) -> None:
        """Compares what is kept up to date with what the logs add up to. A difference is said, never repaired in silence."""
        now_ms = self.clock.now_ms()
        drifts = await self.database.report(recount.drifts)
        if drifts:
            drifts = await self.database.run(lambda conn: recount.recount(conn, now_ms))
        for drift in drifts:
            self.log.error(
                "Budget differs from its logs",
                budget_id=drift.budget_id,
                kept=str(drift.kept),
                counted=str(drift.counted),
            )
        differences = await self.database.report(totals.recount)
        for each in differences:
            self.log.error("Daily total differs from its logs", place=str(each.place))
        self.found("budgets", len(drifts))
        self.found("daily totals", len(differences))
        self.log.info("Recounted", budgets=len(drifts), daily_totals=len(differences))

    async def forget(self) -> None:
        """Each kind in small pieces, so that nobody waits for it."""
        now_ms = self.clock.now_ms()
        kinds: dict[str, Forget] = {
            "replies": lambda conn: idempotency.forget(conn, now_ms - REPLIES_DAYS * DAY_MS),
            "notifications": lambda conn: notifications.forget(conn, now_ms - TOLD_DAYS * DAY_MS),
            "sign-ins": lambda conn: sign_ins.forget_ended(conn, now_ms),
        }
        for kind, forget in kinds.items():
            count = await self._all_of(forget)
            if count:
                self.log.info("Forgot", kind=kind, count=count)

    async def _all_of(self, forget: Forget) -> int:
        total = 0
        while count := await self.database.run(forget):
            total += count
        return total
