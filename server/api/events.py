"""What does the log say about timers?

The seed's three events. No token, password, e-mail or description text is ever in them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec
from structlog.typing import FilteringBoundLogger

from server.domain.messages import ActionKind, OutcomeKind, StartBody, SyncReply, SyncRequest
from server.domain.principal import Principal

PREFIX: Final = "/api/v1"
TIMER_ACTIONS: Final = frozenset(
    f"{PREFIX}/time-tracking/{action}" for action in ("start", "pause", "resume", "stop")
)


def timer_started(log: FilteringBoundLogger, user_id: int, issue_id: int) -> None:
    log.info("Timer started", user_id=user_id, issue_id=issue_id)


def timer_failed(log: FilteringBoundLogger, error: str) -> None:
    """`error`: a stable code."""
    log.error("Timer failed", error=error)


def cost_calculated(log: FilteringBoundLogger, seconds: int, cost: Decimal) -> None:
    log.debug("Cost calculated", seconds=seconds, cost=str(cost))


def synced(log: FilteringBoundLogger, principal: Principal, request: SyncRequest, reply: SyncReply) -> None:
    """What was new in the batch. A batch that is sent again is no news."""
    by_seq = {action.seq: action for action in request.actions}
    for result in reply.results:
        action = by_seq[result.seq]
        match result.outcome:
            case OutcomeKind.REJECTED:
                timer_failed(log, result.code or "")
            case OutcomeKind.APPLIED | OutcomeKind.HELD if action.kind == ActionKind.START:
                timer_started(log, principal.user_id, msgspec.convert(action.body, StartBody).issue_id)
            case _:
                pass
