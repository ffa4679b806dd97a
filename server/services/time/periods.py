"""Which days are closed, so that their time changes only when somebody approves it?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from server.db.repositories import budgets, organisation, periods
from server.db.repositories.periods import Closing
from server.db.session import Connection
from server.domain.errors import CORRECT_IT, Invalid, NotFound
from server.domain.messages import ClosePeriod, FieldError, Period, PeriodPage, Role
from server.domain.organisation import start_of
from server.domain.principal import Principal
from server.domain.trail import Entry, Facts
from server.services import audit, rights
from server.services.pages import cut, last_id

NO_PERIOD: Final = "There is no such period."
FIRST_DAY: Final = date(2000, 1, 1)
LONGEST: Final = timedelta(days=3660)


def page(conn: Connection, principal: Principal, cursor: str | None, limit: int) -> PeriodPage:
    """Newest first: of the organisation, and of the projects that one sees; also those that were opened again. Invalid."""
    member = None if principal.role is Role.ADMIN else principal.user_id
    shown, last = cut(periods.page(conn, member, last_id(cursor), limit + 1), limit)
    return PeriodPage(shown, None if last is None else str(last.id))


def close(conn: Connection, principal: Principal, said: ClosePeriod, now_ms: int) -> Period:
    """Days that are over. The project's managers; of the whole organisation administrators. Invalid, Forbidden, NotFound.

    Whoever is writing time now comes before it, and whoever does so afterwards finds it closed.
    """
    _must_manage(conn, principal, said.project_id)
    budgets.hold_all_time(conn)
    settings = organisation.find(conn)
    _check(said, settings.day_of(now_ms // 1000))
    closing = Closing(
        said.project_id,
        said.from_date,
        said.until_date,
        start_of(said.from_date, settings.zone) * 1000,
        start_of(said.until_date + timedelta(days=1), settings.zone) * 1000,
    )
    period_id = periods.close(conn, closing, principal.user_id, now_ms)
    made = _period(conn, period_id)
    audit.record(conn, _entry(principal, "period.closed", made, None, _facts(made)), now_ms)
    return made


def reopen(conn: Connection, principal: Principal, period_id: int, now_ms: int) -> Period:
    """What is open already stays so. NotFound, Forbidden."""
    before = periods.find(conn, period_id)
    if before is None:
        raise NotFound(NO_PERIOD)
    _must_manage(conn, principal, before.project_id, NO_PERIOD)
    if not periods.reopen(conn, period_id, principal.user_id, now_ms):
        return before
    opened = _period(conn, period_id)
    audit.record(conn, _entry(principal, "period.reopened", opened, _facts(before), _facts(opened)), now_ms)
    return opened


def _must_manage(
    conn: Connection, principal: Principal, project_id: int | None, unknown: str = rights.NO_PROJECT
) -> None:
    if project_id is None:
        rights.administer(principal)
    else:
        rights.manage_project(conn, principal, project_id, unknown)


def _check(said: ClosePeriod, today: date) -> None:
    errors = []
    if said.from_date < FIRST_DAY:
        errors.append(FieldError("from_date", f"Choose a day from {FIRST_DAY} on."))
    if said.until_date < said.from_date:
        errors.append(FieldError("until_date", "It ends before it begins."))
    elif said.until_date >= today:
        errors.append(FieldError("until_date", "Only days that are over can be closed."))
    elif said.until_date - said.from_date > LONGEST:
        errors.append(FieldError("until_date", "Close at most ten years at once."))
    if errors:
        raise Invalid(CORRECT_IT, errors=errors)


def _period(conn: Connection, period_id: int) -> Period:
    found = periods.find(conn, period_id)
    if found is None:
        raise LookupError(f"period {period_id} was just written")
    return found


def _entry(
    principal: Principal, action: str, period: Period, before: Facts | None, after: Facts | None
) -> Entry:
    return Entry(principal.user_id, action, "period", str(period.id), before, after, period.project_id)


def _facts(period: Period) -> Facts:
    return {
        "project_id": period.project_id,
        "from_date": period.from_date.isoformat(),
        "until_date": period.until_date.isoformat(),
        "is_open": period.reopened_at is not None,
    }
