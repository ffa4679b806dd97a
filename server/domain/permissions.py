"""May this person do that?"""

from __future__ import annotations

from server.domain.messages import Role


def may_track(role: Role, *, is_member: bool) -> bool:
    """Time on a project's issues is for its members; an administrator belongs everywhere."""
    return is_member or role is Role.ADMIN


def may_read_time_of(role: Role, *, is_self: bool, is_member: bool) -> bool:
    """One's own time always; that of others as a manager of the project, or as an administrator."""
    if is_self or role is Role.ADMIN:
        return True
    return role is Role.MANAGER and is_member
