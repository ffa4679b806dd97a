"""Who may spend time on a project, and who may read whose time?"""

from __future__ import annotations

import pytest

from server.domain.messages import Role
from server.domain.permissions import may_read_time_of, may_track


@pytest.mark.parametrize(
    ("role", "is_member", "may"),
    [
        (Role.MEMBER, True, True),
        (Role.MEMBER, False, False),
        (Role.MANAGER, True, True),
        (Role.MANAGER, False, False),
        (Role.ADMIN, False, True),
    ],
)
def test_spending_time(role: Role, is_member: bool, may: bool) -> None:  # noqa: FBT001  # a column of the table
    assert may_track(role, is_member=is_member) is may


@pytest.mark.parametrize(
    ("role", "is_self", "is_member", "may"),
    [
        (Role.MEMBER, True, False, True),
        (Role.MEMBER, False, True, False),
        (Role.MANAGER, False, True, True),
        (Role.MANAGER, False, False, False),
        (Role.MANAGER, True, False, True),
        (Role.ADMIN, False, False, True),
    ],
)
def test_reading_time(role: Role, is_self: bool, is_member: bool, may: bool) -> None:  # noqa: FBT001  # as above
    assert may_read_time_of(role, is_self=is_self, is_member=is_member) is may
