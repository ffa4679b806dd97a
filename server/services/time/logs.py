"""Which time was logged?"""

from __future__ import annotations

from dataclasses import dataclass

from server.db.repositories import log_pages, log_totals
from server.db.repositories.log_pages import LogQuestion
from server.db.session import Connection
from server.domain.errors import Forbidden
from server.domain.messages import LogPage, Role, TimerStatus
from server.domain.principal import Principal
from server.services.pages import cut, last_numbers
from server.services.projects.catalog import find_issue


@dataclass(frozen=True, slots=True)
class LogFilter:
    """None asks for any; `user_id` None for oneself. Started at or after `since`, before `until` (epoch seconds)."""

    since: int | None = None
    until: int | None = None
    project_id: int | None = None
    issue_id: int | None = None
    user_id: int | None = None
    status: TimerStatus | None = None
    billable: bool | None = None
    everybody: bool = False
    include_deleted: bool = False


def page(
    conn: Connection,
    principal: Principal,
    wanted: LogFilter,
    cursor: str | None,
    limit: int,
) -> LogPage:
    """Latest start first; the totals are those of all pages. Invalid for a cursor that no page gave out, Forbidden."""
    after = last_numbers(cursor, 2)
    asked = _question(principal, wanted)
    found = log_pages.page(conn, asked, None if after is None else (after[0], after[1]), limit + 1)
    shown, last = cut(found, limit)
    return LogPage(
        items=[log for _, log in shown],
        next=None if last is None else f"{last[0]}.{last[1].id}",
        totals=log_totals.of_all_pages(conn, asked),
    )


def of_issue(
    conn: Connection, principal: Principal, issue_id: int, cursor: str | None, limit: int
) -> LogPage:
    """One's own; for those who manage the project everybody's. NotFound, Invalid."""
    find_issue(conn, principal, issue_id)
    wanted = LogFilter(issue_id=issue_id, everybody=principal.role is not Role.MEMBER)
    return page(conn, principal, wanted, cursor, limit)


def _question(principal: Principal, wanted: LogFilter) -> LogQuestion:
    user_id = wanted.user_id
    if user_id is None and not wanted.everybody:
        user_id = principal.user_id
    if principal.role is Role.MEMBER and user_id != principal.user_id:
        raise Forbidden("You can read your own time only.")
    return LogQuestion(
        reader=principal.user_id,
        reads_all=principal.role is Role.ADMIN,
        reads_projects=principal.role is Role.MANAGER,
        since_ms=None if wanted.since is None else wanted.since * 1000,
        until_ms=None if wanted.until is None else wanted.until * 1000,
        project_id=wanted.project_id,
        issue_id=wanted.issue_id,
        user_id=user_id,
        status=wanted.status,
        billable=wanted.billable,
        include_deleted=wanted.include_deleted,
    )
