"""May this person touch that project or that person, and what are they told if not?

What somebody may not even know of is not found; what they know of and may not do is forbidden.
"""

from __future__ import annotations

from typing import Final, assert_never

from server.db.repositories import accounts, catalog, members
from server.db.session import Connection
from server.domain import permissions
from server.domain.errors import Forbidden, NotFound
from server.domain.messages import Role
from server.domain.principal import Principal

__all__ = [
    "NO_PROJECT",
    "administer",
    "knows_person",
    "lead",
    "manage_person",
    "manage_project",
    "see_person",
    "see_project",
]

NO_PROJECT: Final = "There is no such project."


def see_project(conn: Connection, principal: Principal, project_id: int, unknown: str = NO_PROJECT) -> None:
    """`unknown`: what is said of a thing of the project that there is not. NotFound in these words."""
    _look(conn, principal, project_id, unknown)


def manage_project(
    conn: Connection, principal: Principal, project_id: int, unknown: str = NO_PROJECT
) -> None:
    """As `see_project`; Forbidden."""
    is_member = _look(conn, principal, project_id, unknown)
    if not permissions.manages(principal.role, is_member=is_member):
        raise Forbidden("Only this project's managers can do that. Ask one of them.")


def see_person(conn: Connection, principal: Principal, user_id: int) -> None:
    """Oneself; a manager also the members of their projects; an administrator everybody. NotFound."""
    if not knows_person(conn, principal, user_id):
        raise NotFound("There is no such user.")


def knows_person(conn: Connection, principal: Principal, user_id: int) -> bool:
    """As `see_person`."""
    return principal.user_id == user_id or _may_see(conn, principal, user_id)


def manage_person(conn: Connection, principal: Principal, user_id: int) -> None:
    """As `see_person`, and a member does not manage themselves. NotFound, Forbidden."""
    see_person(conn, principal, user_id)
    if not permissions.leads(principal.role):
        raise Forbidden("Only managers can do that. Ask yours.")


def administer(principal: Principal) -> None:
    """Forbidden."""
    if not permissions.administers(principal.role):
        raise Forbidden("Only administrators can do that. Ask one of them.")


def lead(principal: Principal) -> None:
    """Forbidden."""
    if not permissions.leads(principal.role):
        raise Forbidden("Only managers and administrators can do that. Ask one of them.")


def _look(conn: Connection, principal: Principal, project_id: int, unknown: str) -> bool:
    """Whether the person is a member of it."""
    is_member = catalog.is_member(conn, project_id, principal.user_id)
    known = is_member or (
        permissions.sees(principal.role, is_member=False)
        and catalog.find_project(conn, project_id) is not None
    )
    if not known:
        raise NotFound(unknown)
    return is_member


def _may_see(conn: Connection, principal: Principal, user_id: int) -> bool:
    match principal.role:
        case Role.ADMIN:
            return accounts.exists(conn, user_id)
        case Role.MANAGER:
            return members.share_a_project(conn, principal.user_id, user_id)
        case Role.MEMBER:
            return False
        case _:
            assert_never(principal.role)
