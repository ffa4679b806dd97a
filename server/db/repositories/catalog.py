"""On which projects and issues can time be spent?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, insert, or_, select, tuple_, update

from server.db.session import Connection, insert_row
from server.db.tables import issues, project_budgets, project_members, projects
from server.domain.messages import AtLimit, Issue, Project

_PLACES: Final = (
    select(
        issues.c.id,
        issues.c.key,
        issues.c.summary,
        issues.c.project_id,
        issues.c.is_deleted,
        projects.c.is_archived,
        projects.c.archived_at,
        project_members.c.user_id.label("member"),
        project_budgets.c.is_locked,
        project_budgets.c.locked_at,
        project_budgets.c.at_limit,
    )
    .join_from(
        issues,
        project_members,
        and_(
            project_members.c.project_id == issues.c.project_id,
            project_members.c.user_id == bindparam("user_id"),
        ),
        isouter=True,
    )
    .join(projects, projects.c.id == issues.c.project_id)
    .join(project_budgets, project_budgets.c.project_id == issues.c.project_id, isouter=True)
    .where(issues.c.id.in_(bindparam("issue_ids", expanding=True)))
)
_IS_MEMBER: Final = select(project_members.c.user_id).where(
    project_members.c.project_id == bindparam("project_id"), project_members.c.user_id == bindparam("user_id")
)
_FIND_PROJECT: Final = select(projects).where(projects.c.id == bindparam("project_id"))
_FIND_ISSUE: Final = (
    select(issues, projects.c.key.label("project_key"))
    .join_from(issues, projects)
    .where(issues.c.id == bindparam("issue_id"))
)
_ADD_PROJECT: Final = insert(projects)
_ADD_ISSUE: Final = insert(issues)
_CHANGE_PROJECT: Final = (
    update(projects)
    .where(projects.c.id == bindparam("b_id"))
    .values(
        key=bindparam("b_key"),
        name=bindparam("b_name"),
        is_archived=bindparam("b_is_archived"),
        archived_at=bindparam("b_archived_at"),
        updated_at=bindparam("b_now_ms"),
    )
)
_CHANGE_ISSUE: Final = (
    update(issues)
    .where(issues.c.id == bindparam("b_id"))
    .values(
        key=bindparam("b_key"),
        summary=bindparam("b_summary"),
        status=bindparam("b_status"),
        is_deleted=bindparam("b_is_deleted"),
        updated_at=bindparam("b_now_ms"),
    )
)
_RENEW_ISSUES: Final = (
    update(issues)
    .where(issues.c.project_id == bindparam("b_project_id"))
    .values(updated_at=bindparam("b_now_ms"))
)
_DELETE_ISSUE: Final = (
    update(issues)
    .where(issues.c.id == bindparam("b_id"))
    .values(is_deleted=bindparam("b_is_deleted"), updated_at=bindparam("b_now_ms"))
)


@dataclass(frozen=True, slots=True)
class Place:
    """An issue as somebody's time meets it.

    `locked_at`, `archived_at`: since when its budget is locked, its project archived; epoch milliseconds. `at_limit`: its
    budget's, None without one.
    """

    issue_id: int
    key: str
    summary: str
    project_id: int
    is_deleted: bool
    is_member: bool
    locked_at: int | None
    archived_at: int | None = None
    at_limit: AtLimit | None = None


def places(conn: Connection, user_id: int, issue_ids: list[int]) -> dict[int, Place]:
    """Those of the issues that exist."""
    return {
        row.id: Place(
            row.id,
            row.key,
            row.summary,
            row.project_id,
            row.is_deleted,
            row.member is not None,
            (row.locked_at or 0) if row.is_locked else None,
            (row.archived_at or 0) if row.is_archived else None,
            None if row.at_limit is None else AtLimit(row.at_limit),
        )
        for row in conn.execute(_PLACES, {"user_id": user_id, "issue_ids": issue_ids})
    }


def is_member(conn: Connection, project_id: int, user_id: int) -> bool:
    return conn.execute(_IS_MEMBER, {"project_id": project_id, "user_id": user_id}).first() is not None


def find_project(conn: Connection, project_id: int) -> Project | None:
    row = conn.execute(_FIND_PROJECT, {"project_id": project_id}).first()
    return None if row is None else _project(row)


def archived_at(conn: Connection, project_id: int) -> int | None:
    """Epoch milliseconds; None: it is not archived."""
    row = conn.execute(_FIND_PROJECT, {"project_id": project_id}).one()
    return row.archived_at if row.is_archived else None


def find_issue(conn: Connection, issue_id: int) -> Issue | None:
    """Also a deleted one."""
    row = conn.execute(_FIND_ISSUE, {"issue_id": issue_id}).first()
    return None if row is None else _issue(row)


def project_page(conn: Connection, member: int | None, after_id: int, limit: int) -> list[Project]:
    """By id. `member` None: everybody's."""
    question = select(projects).where(projects.c.id > after_id).order_by(projects.c.id).limit(limit)
    return [_project(row) for row in conn.execute(_for_member(question, projects.c.id, member))]


@dataclass(frozen=True, slots=True)
class IssueQuestion:
    """`member` None: everybody's. `updated_since_ms` None: what is not deleted. `after`: (updated_at, id) of the last one."""

    member: int | None
    text: str | None
    project_id: int | None
    updated_since_ms: int | None
    after: tuple[int, int] | None
    limit: int


def issue_page(conn: Connection, asked: IssueQuestion) -> list[tuple[int, Issue]]:
    """By time of change. Each with its `updated_at` in milliseconds."""
    question = (
        select(issues, projects.c.key.label("project_key"))
        .join_from(issues, projects)
        .order_by(issues.c.updated_at, issues.c.id)
        .limit(asked.limit)
    )
    question = _for_member(question, issues.c.project_id, asked.member)
    if asked.text:
        wanted = (issues.c.key, issues.c.summary)
        question = question.where(or_(*(column.icontains(asked.text, autoescape=True) for column in wanted)))
    if asked.project_id is not None:
        question = question.where(issues.c.project_id == asked.project_id)
    if asked.updated_since_ms is None:
        question = question.where(issues.c.is_deleted.is_(False))
    else:
        question = question.where(issues.c.updated_at >= asked.updated_since_ms)
    if asked.after is not None:
        question = question.where(tuple_(issues.c.updated_at, issues.c.id) > tuple_(*asked.after))
    return [(row.updated_at, _issue(row)) for row in conn.execute(question)]


def add_project(conn: Connection, key: str, name: str, now_ms: int) -> int:
    """ConstraintBroken when the key is taken."""
    row = {"key": key, "name": name, "is_archived": False, "created_at": now_ms, "updated_at": now_ms}
    return insert_row(conn, _ADD_PROJECT, row)


def add_issue(conn: Connection, project_id: int, *, key: str, summary: str, status: str, now_ms: int) -> int:
    """ConstraintBroken when the key is taken or there is no such project."""
    row = {
        "key": key,
        "project_id": project_id,
        "summary": summary,
        "status": status,
        "is_deleted": False,
        "created_at": now_ms,
        "updated_at": now_ms,
    }
    return insert_row(conn, _ADD_ISSUE, row)


def change_project(conn: Connection, new: Project, archived_ms: int | None, now_ms: int) -> None:
    """`archived_ms`: since when it is archived. ConstraintBroken when the key is taken."""
    conn.execute(
        _CHANGE_PROJECT,
        {
            "b_id": new.id,
            "b_key": new.key,
            "b_name": new.name,
            "b_is_archived": new.is_archived,
            "b_archived_at": archived_ms,
            "b_now_ms": now_ms,
        },
    )


def change_issue(conn: Connection, new: Issue, now_ms: int) -> None:
    """ConstraintBroken when the key is taken."""
    conn.execute(
        _CHANGE_ISSUE,
        {
            "b_id": new.id,
            "b_key": new.key,
            "b_summary": new.summary,
            "b_status": new.status,
            "b_is_deleted": new.is_deleted,
            "b_now_ms": now_ms,
        },
    )


def renew_issues(conn: Connection, project_id: int, now_ms: int) -> None:
    """Copies elsewhere take all of the project's issues again."""
    conn.execute(_RENEW_ISSUES, {"b_project_id": project_id, "b_now_ms": now_ms})


def mark_deleted(conn: Connection, issue_id: int, now_ms: int, *, is_deleted: bool) -> None:
    conn.execute(_DELETE_ISSUE, {"b_id": issue_id, "b_is_deleted": is_deleted, "b_now_ms": now_ms})


def _for_member(question: Select[Any], project_id: Any, member: int | None) -> Select[Any]:
    if member is None:
        return question
    return question.join(
        project_members,
        and_(project_members.c.project_id == project_id, project_members.c.user_id == member),
    )


def _project(row: Any) -> Project:
    return Project(row.id, row.key, row.name, row.is_archived, row.updated_at // 1000)


def _issue(row: Any) -> Issue:
    return Issue(
        id=row.id,
        key=row.key,
        summary=row.summary,
        project_id=row.project_id,
        project_key=row.project_key,
        status=row.status,
        is_deleted=row.is_deleted,
        updated_at=row.updated_at // 1000,
    )
