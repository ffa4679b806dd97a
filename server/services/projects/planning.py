"""How do projects, their issues and their members come about and change?

By the project's managers and by administrators. Time that was spent stays whatever becomes of its issue or project.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from msgspec import UNSET, Struct, structs

from server.db.repositories import accounts, catalog, members
from server.db.session import Connection, ConstraintBroken
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.messages import (
    ChangeIssue,
    ChangeProject,
    FieldError,
    Issue,
    Member,
    MemberPage,
    NewIssue,
    NewProject,
    Project,
)
from server.domain.principal import Principal
from server.domain.trail import Entry
from server.services import audit, rights
from server.services.pages import cut, last_id
from server.services.projects import catalog as known

Kept = TypeVar("Kept", Project, Issue)

OF_PROJECT: Final = ("key", "name", "is_archived")
OF_ISSUE: Final = ("key", "summary", "status", "is_deleted")


# ---- projects


def add_project(conn: Connection, principal: Principal, new: NewProject, now_ms: int) -> Project:
    """Whoever founds it becomes a member of it. Forbidden, Conflict."""
    rights.lead(principal)
    project_id = known.add_project(conn, new.key, new.name.strip(), now_ms)
    known.add_member(conn, project_id, principal.user_id, now_ms)
    project = known.stored_project(conn, project_id)
    _record(conn, principal, "project.added", project, None, _facts(project, OF_PROJECT), now_ms)
    return project


def change_project(
    conn: Connection, principal: Principal, project_id: int, asked: ChangeProject, now_ms: int
) -> Project:
    """NotFound, Forbidden, Conflict."""
    rights.manage_project(conn, principal, project_id)
    before = known.stored_project(conn, project_id)
    after = _with(before, asked, OF_PROJECT)
    if after == before:
        return before
    try:
        catalog.change_project(conn, after, _archived_since(conn, after, now_ms), now_ms)
    except ConstraintBroken as broken:
        raise Conflict(f"There is a project {after.key} already.") from broken
    if after.key != before.key:
        catalog.renew_issues(conn, project_id, now_ms)
    _record_change(conn, principal, "project.changed", before, after, now_ms)
    return known.stored_project(conn, project_id)


# ---- issues


def add_issue(conn: Connection, principal: Principal, new: NewIssue, now_ms: int) -> Issue:
    """NotFound, Forbidden, Invalid, Conflict."""
    rights.manage_project(conn, principal, new.project_id)
    _must_belong(conn, new.project_id, new.key)
    issue_id = known.add_issue(conn, new.project_id, new.key, new.summary.strip(), new.status.strip(), now_ms)
    issue = known.stored_issue(conn, issue_id)
    _record(conn, principal, "issue.added", issue, None, _facts(issue, OF_ISSUE), now_ms)
    return issue


def change_issue(
    conn: Connection, principal: Principal, issue_id: int, asked: ChangeIssue, now_ms: int
) -> Issue:
    """NotFound, Forbidden, Invalid, Conflict."""
    before = _managed_issue(conn, principal, issue_id)
    after = _with(before, asked, OF_ISSUE)
    if after == before:
        return before
    if after.key != before.key:
        _must_belong(conn, after.project_id, after.key)
    try:
        catalog.change_issue(conn, after, now_ms)
    except ConstraintBroken as broken:
        raise Conflict(f"There is an issue {after.key} already.") from broken
    _record_change(conn, principal, "issue.changed", before, after, now_ms)
    return known.stored_issue(conn, issue_id)


def delete_issue(conn: Connection, principal: Principal, issue_id: int, now_ms: int) -> None:
    """No new time comes to it. Once or again. NotFound, Forbidden."""
    change_issue(conn, principal, issue_id, ChangeIssue(is_deleted=True), now_ms)


# ---- members


def member_page(
    conn: Connection, principal: Principal, project_id: int, cursor: str | None, limit: int
) -> MemberPage:
    """NotFound, Forbidden, Invalid."""
    rights.manage_project(conn, principal, project_id)
    found = members.page(conn, project_id, last_id(cursor) or 0, limit + 1)
    shown, last = cut(found, limit)
    return MemberPage(items=shown, next=None if last is None else str(last.user_id))


def put_member(conn: Connection, principal: Principal, project_id: int, user_id: int, now_ms: int) -> Member:
    """Once or again. NotFound, Forbidden; Conflict for somebody who was switched off.

    A manager adds whom they know from their projects: or they could look at anybody by adding them.
    """
    rights.manage_project(conn, principal, project_id)
    rights.see_person(conn, principal, user_id)
    accounts.take(conn, user_id)
    user = accounts.find(conn, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    if not user.is_active:
        raise Conflict("This account is switched off. An administrator can switch it on.")
    if not catalog.is_member(conn, project_id, user_id):
        members.add(conn, project_id, user_id, now_ms)
        catalog.renew_issues(conn, project_id, now_ms)  # the new member's copy asks for what changed since
        _record_member(conn, principal, "member.added", project_id, user_id, now_ms)
    [member] = members.page(conn, project_id, user_id - 1, 1)
    return member


def remove_member(conn: Connection, principal: Principal, project_id: int, user_id: int, now_ms: int) -> None:
    """Their time stays; none can be started any more. Once or again. NotFound, Forbidden."""
    rights.manage_project(conn, principal, project_id)
    accounts.take(conn, user_id)
    if members.remove(conn, project_id, user_id):
        _record_member(conn, principal, "member.removed", project_id, user_id, now_ms)


def _archived_since(conn: Connection, project: Project, now_ms: int) -> int | None:
    if not project.is_archived:
        return None
    before = catalog.archived_at(conn, project.id)
    return now_ms if before is None else before


def _managed_issue(conn: Connection, principal: Principal, issue_id: int) -> Issue:
    issue = known.find_issue(conn, principal, issue_id)
    rights.manage_project(conn, principal, issue.project_id)
    return issue


def _must_belong(conn: Connection, project_id: int, key: str) -> None:
    """So that nobody takes the keys of another project."""
    own = known.stored_project(conn, project_id).key
    if key.rpartition("-")[0] != own:
        raise Invalid("Send another key.", errors=[FieldError("key", f"The key begins with {own}-.")])


def _with(before: Kept, asked: Struct, names: tuple[str, ...]) -> Kept:
    new = {name: value for name in names if (value := getattr(asked, name)) is not UNSET}
    return structs.replace(before, **{name: _tidy(value) for name, value in new.items()})


def _tidy(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _facts(what: Project | Issue, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(what, name) for name in names}


def _record_change(
    conn: Connection, principal: Principal, action: str, before: Kept, after: Kept, now_ms: int
) -> None:
    names = OF_PROJECT if isinstance(before, Project) else OF_ISSUE
    old, new = _facts(before, names), _facts(after, names)
    changed = tuple(name for name in names if old[name] != new[name])
    _record(conn, principal, action, before, _facts(before, changed), _facts(after, changed), now_ms)


def _record(
    conn: Connection,
    principal: Principal,
    action: str,
    what: Project | Issue,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    now_ms: int,
) -> None:
    kind, project_id = ("project", what.id) if isinstance(what, Project) else ("issue", what.project_id)
    entry = Entry(principal.user_id, action, kind, str(what.id), before, after, project_id)
    audit.record(conn, entry, now_ms)


def _record_member(
    conn: Connection, principal: Principal, action: str, project_id: int, user_id: int, now_ms: int
) -> None:
    facts = {"project_id": project_id}
    is_new = action == "member.added"
    entry = Entry(
        principal.user_id,
        action,
        "member",
        str(user_id),
        None if is_new else facts,
        facts if is_new else None,
        project_id,
    )
    audit.record(conn, entry, now_ms)
