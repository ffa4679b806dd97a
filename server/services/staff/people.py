"""Who has an account, with which role, and who may change that?

`by` is the administrator who asks; None is the server itself, at its command line.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET, structs

from server.db.repositories import accounts, sign_ins
from server.db.repositories.accounts import PeopleQuestion
from server.db.session import Connection, ConstraintBroken
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.messages import ChangeUser, FieldError, NewUser, Role, User, UserPage
from server.domain.principal import Principal
from server.domain.trail import Entry
from server.services import audit, rights
from server.services.pages import cut, last_id
from server.services.staff import leaving
from server.services.staff.accounts import same_case
from server.services.time.acting import NO_SIGN_IN

LONGEST_EMAIL: Final = 320
SUBJECT: Final = "user"
CHANGED: Final = ("email", "name", "role", "is_active")


def page(
    conn: Connection,
    principal: Principal,
    text: str | None,
    is_active: bool | None,  # noqa: FBT001  # a filter
    cursor: str | None,
    limit: int,
) -> UserPage:
    """An administrator sees everybody, a manager the members of their projects. Forbidden, Invalid."""
    rights.lead(principal)
    after = last_id(cursor) or 0
    led_by = None if principal.role is Role.ADMIN else principal.user_id
    found = accounts.page(conn, PeopleQuestion(led_by, text, is_active, after, limit + 1))
    shown, last = cut(found, limit)
    return UserPage(items=shown, next=None if last is None else str(last.id))


def find(conn: Connection, principal: Principal, user_id: int) -> User:
    """NotFound, also for somebody whom this person may not see."""
    rights.see_person(conn, principal, user_id)
    return _found(conn, user_id)


def everybody(conn: Connection) -> list[User]:
    """By id, for commands."""
    return accounts.page(conn, PeopleQuestion(None, None, None, 0, None))


def with_email(conn: Connection, email: str) -> User:
    """For commands. NotFound."""
    known = accounts.credentials(conn, same_case(email))
    if known is None:
        raise NotFound(f"Nobody has the e-mail {email}.")
    return _found(conn, known.user_id)


def add(conn: Connection, by: Principal | None, new: NewUser, password_hash: str | None, now_ms: int) -> User:
    """Forbidden, Invalid, Conflict."""
    must_administer(by)
    try:
        user_id = accounts.add(
            conn,
            email=_email(new.email),
            name=new.name.strip(),
            role=new.role,
            password_hash=password_hash,
            now_ms=now_ms,
        )
    except ConstraintBroken as broken:
        raise _taken() from broken
    user = _found(conn, user_id)
    _record(conn, by, "user.added", user_id, None, _facts(user), now_ms)
    return user


def change(
    conn: Connection,
    by: Principal | None,
    user_id: int,
    asked: ChangeUser,
    password_hash: str | None,
    now_ms: int,
) -> User:
    """`password_hash`: of the new password, None where it stays. Forbidden, NotFound, Invalid, Conflict.

    A new password and being switched off end all of the user's sign-ins; being switched off also ends their timer.
    """
    must_administer(by)
    _not_ones_own_password(by, user_id, password_hash)
    before, after = _taken_and_changed(conn, user_id, asked)
    if after != before:
        _save(conn, after, now_ms)
    if password_hash is not None:
        accounts.set_password(conn, user_id, password_hash, now_ms)
    if password_hash is not None or not after.is_active:
        sign_ins.forget_all_but(conn, user_id, NO_SIGN_IN)
    if before.is_active and not after.is_active:
        leaving.end_timer(conn, after, now_ms)
    _record_change(conn, by, before, after, has_new_password=password_hash is not None, now_ms=now_ms)
    return _found(conn, user_id)


def set_own_password(conn: Connection, principal: Principal, password_hash: str, now_ms: int) -> int:
    """The old one was checked. All sign-ins but this one end; how many."""
    accounts.take(conn, principal.user_id)
    accounts.set_password(conn, principal.user_id, password_hash, now_ms)
    ended = sign_ins.forget_all_but(conn, principal.user_id, principal.token_id)
    after = {"sign_ins_ended": ended}
    _record(conn, principal, "user.password_changed", principal.user_id, {}, after, now_ms)
    return ended


def must_administer(by: Principal | None) -> None:
    """Forbidden."""
    if by is not None:
        rights.administer(by)


def _not_ones_own_password(by: Principal | None, user_id: int, password_hash: str | None) -> None:
    """Whoever finds an administrator's screen open must not be able to keep the account."""
    if by is not None and by.user_id == user_id and password_hash is not None:
        raise Invalid(
            "Change your own password with PUT /me/password.",
            errors=[FieldError("password", "For your own, the old one has to be told.")],
        )


def _taken_and_changed(conn: Connection, user_id: int, asked: ChangeUser) -> tuple[User, User]:
    """The user's row is this transaction's afterwards."""
    may_lose_admin = asked.role not in (UNSET, Role.ADMIN) or asked.is_active is False
    admins = accounts.take_admins(conn) if may_lose_admin else []
    accounts.take(conn, user_id)
    before = _found(conn, user_id)
    after = _with(before, asked)
    if admins == [user_id] and not (after.is_active and after.role is Role.ADMIN):
        raise Conflict("This is the last administrator. Make somebody else one first.")
    return before, after


def _with(user: User, asked: ChangeUser) -> User:
    new: dict[str, Any] = {name: value for name in CHANGED if (value := getattr(asked, name)) is not UNSET}
    if "email" in new:
        new["email"] = _email(new["email"])
    if "name" in new:
        new["name"] = new["name"].strip()
    return structs.replace(user, **new)


def _save(conn: Connection, user: User, now_ms: int) -> None:
    try:
        accounts.change(conn, user, now_ms)
    except ConstraintBroken as broken:
        raise _taken() from broken


def _found(conn: Connection, user_id: int) -> User:
    user = accounts.find(conn, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return user


def _email(text: str) -> str:
    """Lower case may be longer than what was written."""
    email = same_case(text)
    if len(email) > LONGEST_EMAIL or not email.isprintable():
        raise Invalid(
            "Send another e-mail address.", errors=[FieldError("email", "This is not an e-mail address.")]
        )
    return email


def _taken() -> Conflict:
    return Conflict("Somebody has this e-mail already.")


def _facts(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in CHANGED}


def _record_change(
    conn: Connection, by: Principal | None, before: User, after: User, *, has_new_password: bool, now_ms: int
) -> None:
    """Only what changed. The password's change is told, not the password."""
    old, new = _facts(before), _facts(after)
    changed = [name for name in CHANGED if old[name] != new[name]]
    told = {name: new[name] for name in changed} | ({"password": "set"} if has_new_password else {})
    if told:
        _record(conn, by, "user.changed", before.id, {name: old[name] for name in changed}, told, now_ms)


def _record(
    conn: Connection,
    by: Principal | None,
    action: str,
    user_id: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    now_ms: int,
) -> None:
    actor = None if by is None else by.user_id
    audit.record(conn, Entry(actor, action, SUBJECT, str(user_id), before, after), now_ms)
