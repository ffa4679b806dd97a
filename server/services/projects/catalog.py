"""On which projects and issues may this person spend time?"""

from __future__ import annotations

from typing import Final

from server.db.repositories import catalog, members
from server.db.repositories.catalog import IssueQuestion
from server.db.session import Connection, ConstraintBroken
from server.domain.errors import Conflict, NotFound
from server.domain.messages import Issue, IssuePage, Project, ProjectPage, Role
from server.domain.principal import Principal
from server.services import rights
from server.services.pages import cut, last_id, last_numbers

NO_ISSUE: Final = "There is no such issue."


def projects(conn: Connection, principal: Principal, cursor: str | None, limit: int) -> ProjectPage:
    """The person's projects, by id. Invalid for a cursor that no page gave out."""
    found = catalog.project_page(conn, _member(principal), last_id(cursor) or 0, limit + 1)
    shown, last = cut(found, limit)
    return ProjectPage(items=shown, next=None if last is None else str(last.id))


def issues(
    conn: Connection,
    principal: Principal,
    q: str | None,
    project_id: int | None,
    updated_since: int | None,
    cursor: str | None,
    limit: int,
) -> IssuePage:
    """Issues of the person's projects, by time of change.

    `q` is looked for in key and summary. With `updated_since` (epoch seconds, itself included) deleted ones come too,
    so that a copy elsewhere learns of them. Invalid for a cursor that no page gave out.
    """
    after = last_numbers(cursor, 2)
    found = catalog.issue_page(
        conn,
        IssueQuestion(
            member=_member(principal),
            text=q,
            project_id=project_id,
            updated_since_ms=None if updated_since is None else updated_since * 1000,
            after=None if after is None else (after[0], after[1]),
            limit=limit + 1,
        ),
    )
    shown, last = cut(found, limit)
    return IssuePage(
        items=[issue for _, issue in shown],
        next=None if last is None else f"{last[0]}.{last[1].id}",
    )


def add_project(conn: Connection, key: str, name: str, now_ms: int) -> int:
    """Conflict when the key is taken."""
    try:
        return catalog.add_project(conn, key, name, now_ms)
    except ConstraintBroken as broken:
        raise Conflict(f"There is a project {key} already.") from broken


def add_issue(conn: Connection, project_id: int, key: str, summary: str, status: str, now_ms: int) -> int:
    """Conflict when the key is taken or there is no such project."""
    try:
        return catalog.add_issue(conn, project_id, key=key, summary=summary, status=status, now_ms=now_ms)
    except ConstraintBroken as broken:
        raise Conflict(f"{key} exists already, or its project does not.") from broken


def find_project(conn: Connection, principal: Principal, project_id: int) -> Project:
    """NotFound."""
    rights.see_project(conn, principal, project_id)
    return stored_project(conn, project_id)


def find_issue(conn: Connection, principal: Principal, issue_id: int) -> Issue:
    """Also a deleted one. NotFound."""
    issue = stored_issue(conn, issue_id)
    rights.see_project(conn, principal, issue.project_id, NO_ISSUE)
    return issue


def stored_project(conn: Connection, project_id: int) -> Project:
    """Whoever asks. NotFound."""
    project = catalog.find_project(conn, project_id)
    if project is None:
        raise NotFound(rights.NO_PROJECT)
    return project


def stored_issue(conn: Connection, issue_id: int) -> Issue:
    """Whoever asks. NotFound."""
    issue = catalog.find_issue(conn, issue_id)
    if issue is None:
        raise NotFound(NO_ISSUE)
    return issue


def delete_issue(conn: Connection, issue_id: int, now_ms: int) -> None:
    """Its time stays; no new time comes to it."""
    catalog.mark_deleted(conn, issue_id, now_ms, is_deleted=True)


def add_member(conn: Connection, project_id: int, user_id: int, now_ms: int) -> None:
    """Once or again: the user is a member afterwards."""
    if not catalog.is_member(conn, project_id, user_id):
        members.add(conn, project_id, user_id, now_ms)


def _member(principal: Principal) -> int | None:
    return None if principal.role is Role.ADMIN else principal.user_id
