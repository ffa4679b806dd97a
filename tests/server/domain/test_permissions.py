"""What follows from a role and from being a member?"""

from __future__ import annotations

import pytest

from server.domain import permissions
from server.domain.messages import Role


@pytest.mark.parametrize(
    ("role", "is_member", "tracks", "sees", "manages"),
    [
        (Role.MEMBER, True, True, True, False),
        (Role.MEMBER, False, False, False, False),
        (Role.MANAGER, True, True, True, True),
        (Role.MANAGER, False, False, False, False),
        (Role.ADMIN, True, True, True, True),
        (Role.ADMIN, False, True, True, True),
    ],
)
def test_on_a_project(role: Role, *, is_member: bool, tracks: bool, sees: bool, manages: bool) -> None:
    assert permissions.may_track(role, is_member=is_member) is tracks
    assert permissions.sees(role, is_member=is_member) is sees
    assert permissions.manages(role, is_member=is_member) is manages


@pytest.mark.parametrize(
    ("role", "leads", "administers"),
    [(Role.MEMBER, False, False), (Role.MANAGER, True, False), (Role.ADMIN, True, True)],
)
def test_beyond_projects(role: Role, *, leads: bool, administers: bool) -> None:
    assert permissions.leads(role) is leads
    assert permissions.administers(role) is administers
