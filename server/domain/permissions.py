"""May this person do that?"""

from __future__ import annotations

from server.domain.messages import Role


def may_track(role: Role, *, is_member: bool) -> bool:
    """Time on a project's issues is for its members; an administrator belongs everywhere."""
    return is_member or role is Role.ADMIN
