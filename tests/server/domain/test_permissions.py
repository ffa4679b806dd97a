"""Who may spend time on a project?"""

from __future__ import annotations

import pytest

from server.domain.messages import Role
from server.domain.permissions import may_track


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
