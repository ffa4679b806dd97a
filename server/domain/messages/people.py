"""What do users and a project's members look like on the wire?"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.domain.messages.common import Line, Role

Email = Annotated[str, Meta(max_length=320, pattern=r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+$(?!\n)")]
Name = Annotated[Line, Meta(max_length=200)]
Password = Annotated[str, Meta(min_length=8, max_length=1024)]


class User(Struct):
    """`is_active` false: cannot sign in; their time stays."""

    id: int
    email: str
    name: str
    role: Role
    is_active: bool
    created_at: int
    updated_at: int


class UserPage(Struct):
    items: list[User]
    next: str | None


class NewUser(Struct, forbid_unknown_fields=True):
    """Without a password they cannot sign in with one until it is set."""

    email: Email
    name: Name
    role: Role
    password: Password | UnsetType = UNSET


class ChangeUser(Struct, forbid_unknown_fields=True):
    """What is left out stays. A new password, and being switched off, end all of their sign-ins."""

    email: Email | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    password: Password | UnsetType = UNSET


class ChangePassword(Struct, forbid_unknown_fields=True):
    old_password: Annotated[str, Meta(min_length=1, max_length=1024)]
    new_password: Password


class Member(Struct):
    """`since`: when they became a member."""

    user_id: int
    email: str
    name: str
    role: Role
    is_active: bool
    since: int


class MemberPage(Struct):
    items: list[Member]
    next: str | None
