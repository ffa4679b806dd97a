"""What becomes of a person's timer when they leave?"""

from __future__ import annotations

from server.db.repositories import accounts, organisation, timers
from server.db.session import Connection
from server.domain.messages import StopTimer, User
from server.domain.principal import Principal
from server.services.time.acting import acting_for
from server.services.time.timers import pause, stop


def pause_if_wanted(conn: Connection, principal: Principal, now_ms: int) -> None:
    """Signing out pauses what runs, at this second, where the organisation has set it so (`auto_pause_on_logout`)."""
    if not organisation.find(conn).auto_pause_on_logout:
        return
    accounts.take(conn, principal.user_id)
    timer = timers.present(conn, principal.user_id).timer
    if timer is not None and timer.claim_id is not None:
        pause(conn, principal, now_ms)


def end_timer(conn: Connection, user: User, now_ms: int) -> None:
    """Somebody who may not work here any more has no timer after this second; their time up to it is kept."""
    if timers.present(conn, user.id).timer is not None:
        stop(conn, acting_for(user), StopTimer(), now_ms)
