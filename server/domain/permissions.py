"""May this person do that?

Rights come from the role and from membership alone: a member has their own time, a manager also the projects of which they
are a member, an administrator everything.
"""

from __future__ import annotations

from server.domain.messages import Role


def may_track(role: Role, *, is_member: bool) -> bool:
    """Time on a project's issues is for its members; an administrator belongs everywhere."""
    return is_member or role is Role.ADMIN


def sees(role: Role, *, is_member: bool) -> bool:
    """May know that the project exists, its issues, and how far its budget is used in percent."""
    return is_member or role is Role.ADMIN


def manages(role: Role, *, is_member: bool) -> bool:
    """The project's time, rates, budget, alerts, issues and members."""
    return role is Role.ADMIN or (role is Role.MANAGER and is_member)


def administers(role: Role) -> bool:
    """Accounts, roles, settings, exchange rates and the audit trail."""
    return role is Role.ADMIN


def leads(role: Role) -> bool:
    """May found a project: whoever founds one becomes a member of it."""
    return role is not Role.MEMBER
