"""How is time in a closed period changed? Somebody asks, and whoever manages the project approves or declines."""

from __future__ import annotations

from typing import NoReturn

from msgspec import UNSET

from server.db.repositories import catalog, periods
from server.db.repositories.periods import Reader
from server.db.session import Connection, savepoint
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, PeriodClosed
from server.domain.messages import (
    AskedChange,
    AskForChange,
    ChangeLog,
    Decide,
    DeleteLog,
    FieldError,
    PeriodRequest,
    PeriodRequestPage,
    RequestStatus,
    Role,
    SplitLog,
)
from server.domain.permissions import manages
from server.domain.principal import Principal
from server.domain.trail import Entry, Facts
from server.services import audit
from server.services.pages import cut, last_id
from server.services.projects.catalog import find_issue
from server.services.time import editing
from server.services.time.logbook import reach


class _Possible(Exception):
    """The change can be made at once."""


def ask(conn: Connection, principal: Principal, said: AskForChange, now_ms: int) -> PeriodRequest:
    """What would be refused in an open period too is refused now. Conflict when nothing is closed there."""
    what = _whole(conn, principal, said.what)
    if not _is_closed(conn, principal, what, now_ms):
        raise Conflict("This does not lie in a closed period: change it without asking.")
    project_id, log_id = _place(conn, principal, what)
    request_id = periods.ask(conn, principal.user_id, project_id, log_id, what, said.reason, now_ms)
    made = _request(conn, request_id)
    _note(conn, principal, "request.made", made, None, now_ms)
    return made


def page(
    conn: Connection,
    principal: Principal,
    status: RequestStatus | None,
    cursor: str | None,
    limit: int,
) -> PeriodRequestPage:
    """Newest first: one's own, and those of the projects that one manages. Invalid for a cursor that no page gave out."""
    reader = Reader(principal.user_id, principal.role is Role.MANAGER, principal.role is Role.ADMIN)
    found = periods.requests(conn, reader, status, last_id(cursor), limit + 1)
    shown, last = cut(found, limit)
    return PeriodRequestPage(shown, None if last is None else str(last.id))


def approve(
    conn: Connection, principal: Principal, request_id: int, said: Decide, now_ms: int
) -> PeriodRequest:
    """Makes the very change that was asked for, in this transaction; a second time changes nothing.

    Stale when the log was changed since; and what refuses the change itself.
    """
    asked = _open(conn, principal, request_id, RequestStatus.APPROVED)
    if asked.status is RequestStatus.APPROVED:
        return asked
    log_id = _do(conn, principal, asked.what, now_ms, is_approved=True)
    return _decide(conn, principal, asked, RequestStatus.APPROVED, log_id, said, now_ms)


def reject(
    conn: Connection, principal: Principal, request_id: int, said: Decide, now_ms: int
) -> PeriodRequest:
    """A second time changes nothing."""
    asked = _open(conn, principal, request_id, RequestStatus.REJECTED)
    if asked.status is RequestStatus.REJECTED:
        return asked
    return _decide(conn, principal, asked, RequestStatus.REJECTED, asked.time_log_id, said, now_ms)


def _whole(conn: Connection, principal: Principal, what: AskedChange) -> AskedChange:
    """Whose time, and of which revision of the log, so that it means the same when it is approved."""
    ways = [way for way in (what.add, what.edit, what.delete, what.split) if way is not None]
    if len(ways) != 1 or (what.add is None) == (what.time_log_id is None):
        raise Invalid(
            "Say one change.",
            errors=[
                FieldError("what", "Say `add`, or `time_log_id` with one of `edit`, `delete` and `split`.")
            ],
        )
    if what.add is not None:
        if what.add.user_id is None:
            what.add.user_id = principal.user_id
        return what
    revision = reach(conn, principal, what.time_log_id or 0).revision
    for way in ways:
        if isinstance(way, ChangeLog | DeleteLog | SplitLog) and way.revision is UNSET:
            way.revision = revision
    return what


def _is_closed(conn: Connection, principal: Principal, what: AskedChange, now_ms: int) -> bool:
    """Tries it, and undoes it. Whatever else refuses the change."""
    try:
        with savepoint(conn):
            _try(conn, principal, what, now_ms)
    except PeriodClosed:
        return True
    except _Possible:
        return False


def _try(conn: Connection, principal: Principal, what: AskedChange, now_ms: int) -> NoReturn:
    _do(conn, principal, what, now_ms, is_approved=False)
    raise _Possible


def _do(conn: Connection, principal: Principal, what: AskedChange, now_ms: int, *, is_approved: bool) -> int:
    """The change itself; the id of its log."""
    log_id = what.time_log_id or 0
    if what.add is not None:
        return editing.add(conn, principal, what.add, now_ms, is_approved=is_approved).log.id
    if what.edit is not None:
        editing.change(conn, principal, log_id, what.edit, now_ms, is_approved=is_approved)
    if what.delete is not None:
        editing.remove(conn, principal, log_id, what.delete, now_ms, is_approved=is_approved)
    if what.split is not None:
        editing.split(conn, principal, log_id, what.split, now_ms, is_approved=is_approved)
    return log_id


def _place(conn: Connection, principal: Principal, what: AskedChange) -> tuple[int, int | None]:
    """The project whose managers decide, and the log."""
    if what.add is not None:
        return find_issue(conn, principal, what.add.issue_id).project_id, None
    log = reach(conn, principal, what.time_log_id or 0)
    return log.project_id, log.id


def _open(conn: Connection, principal: Principal, request_id: int, wanted: RequestStatus) -> PeriodRequest:
    """Taken, so that it is decided once. NotFound, Forbidden, Conflict when it was decided otherwise."""
    periods.take_request(conn, request_id)
    found = periods.find_request(conn, request_id)
    if found is None:
        raise NotFound("There is no such request.")
    is_own = found.user_id == principal.user_id
    is_member = catalog.is_member(conn, found.project_id, principal.user_id)
    if not manages(principal.role, is_member=is_member):
        if is_own or is_member:
            raise Forbidden("Whoever manages the project decides this.")
        raise NotFound("There is no such request.")
    if is_own and principal.role is not Role.ADMIN:
        raise Forbidden("Somebody else has to decide your own request.")
    if found.status not in {RequestStatus.PENDING, wanted}:
        raise Conflict(f"This request was {found.status}.")
    return found


def _decide(
    conn: Connection,
    principal: Principal,
    asked: PeriodRequest,
    status: RequestStatus,
    log_id: int | None,
    said: Decide,
    now_ms: int,
) -> PeriodRequest:
    periods.decide(conn, asked.id, status, principal.user_id, log_id, said.reason, now_ms)
    decided = _request(conn, asked.id)
    _note(conn, principal, f"request.{status}", decided, asked, now_ms)
    return decided


def _request(conn: Connection, request_id: int) -> PeriodRequest:
    found = periods.find_request(conn, request_id)
    if found is None:
        raise LookupError(f"request {request_id} was just written")
    return found


def _note(
    conn: Connection,
    principal: Principal,
    action: str,
    request: PeriodRequest,
    before: PeriodRequest | None,
    now_ms: int,
) -> None:
    entry = Entry(
        principal.user_id,
        action,
        "period_request",
        str(request.id),
        None if before is None else _facts(before),
        _facts(request),
        request.project_id,
    )
    audit.record(conn, entry, now_ms)


def _facts(request: PeriodRequest) -> Facts:
    return {
        "user_id": request.user_id,
        "time_log_id": request.time_log_id,
        "reason": request.reason,
        "status": request.status,
        "decision": request.decision,
    }
