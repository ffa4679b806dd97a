"""Who has an account here?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, bindparam, insert, or_, select, update

from server.db.session import Connection, insert_row
from server.db.tables import project_members, users
from server.db.types import SQLITE
from server.domain.messages import Role, User
from server.domain.principal import Credentials

_CREDENTIALS: Final = select(users.c.id, users.c.password_hash, users.c.is_active).where(
    users.c.email == bindparam("email")
)
_OF_USER: Final = select(users.c.id, users.c.password_hash, users.c.is_active).where(
    users.c.id == bindparam("user_id")
)
_TAKE: Final = (
    select(users.c.is_active).where(users.c.id == bindparam("user_id")).with_for_update(key_share=True)
)
_TAKE_ADMINS: Final = (
    select(users.c.id)
    .where(users.c.role == str(Role.ADMIN), users.c.is_active)
    .order_by(users.c.id)
    .with_for_update(key_share=True)
)
_EXISTS: Final = select(users.c.id).where(users.c.id == bindparam("user_id"))
_FIND: Final = select(users).where(users.c.id == bindparam("user_id"))
_ADD: Final = insert(users)
_CHANGE: Final = (
    update(users)
    .where(users.c.id == bindparam("b_user_id"))
    .values(
        email=bindparam("b_email"),
        name=bindparam("b_name"),
        role=bindparam("b_role"),
        is_active=bindparam("b_is_active"),
        updated_at=bindparam("b_now_ms"),
    )
)
_SET_PASSWORD: Final = (
    update(users)
    .where(users.c.id == bindparam("b_user_id"))
    .values(password_hash=bindparam("b_password_hash"), updated_at=bindparam("b_now_ms"))
)
_BUMP: Final = update(users).where(users.c.id == bindparam("b_user_id")).values(revision=users.c.revision + 1)


@dataclass(frozen=True, slots=True)
class PeopleQuestion:
    """None asks for any. `led_by`: only this manager, and the members of the projects whose member they are."""

    led_by: int | None
    text: str | None
    is_active: bool | None
    after: int
    limit: int | None


def credentials(conn: Connection, email: str) -> Credentials | None:
    return _credentials(conn.execute(_CREDENTIALS, {"email": email}).first())


def credentials_of(conn: Connection, user_id: int) -> Credentials | None:
    return _credentials(conn.execute(_OF_USER, {"user_id": user_id}).first())


def take(conn: Connection, user_id: int) -> bool:
    """Nobody else writes this person's time, or changes their account, until the transaction ends.

    Comes before everything else that reads or writes their time: what the one before has written is then committed.
    False when that switched the account off. On SQLite all who write take turns anyway, and were let in in their own.
    """
    return conn.dialect.name == SQLITE or bool(conn.execute(_TAKE, {"user_id": user_id}).scalar())


def take_admins(conn: Connection) -> list[int]:
    """The administrators who can sign in; they stay so until the transaction ends."""
    return list(conn.execute(_TAKE_ADMINS).scalars())


def exists(conn: Connection, user_id: int) -> bool:
    return conn.execute(_EXISTS, {"user_id": user_id}).first() is not None


def find(conn: Connection, user_id: int) -> User | None:
    row = conn.execute(_FIND, {"user_id": user_id}).first()
    return None if row is None else _user(row)


def page(conn: Connection, asked: PeopleQuestion) -> list[User]:
    """By id."""
    question = select(users).where(users.c.id > asked.after).order_by(users.c.id).limit(asked.limit)
    if asked.led_by is not None:
        question = question.where(_led_by(asked.led_by))
    if asked.text:
        wanted = (users.c.name, users.c.email)
        question = question.where(or_(*(column.icontains(asked.text, autoescape=True) for column in wanted)))
    if asked.is_active is not None:
        question = question.where(users.c.is_active.is_(asked.is_active))
    return [_user(row) for row in conn.execute(question)]


def add(
    conn: Connection, *, email: str, name: str, role: Role, password_hash: str | None, now_ms: int
) -> int:
    """ConstraintBroken when somebody has this e-mail already."""
    return insert_row(
        conn,
        _ADD,
        {
            "email": email,
            "name": name,
            "role": str(role),
            "password_hash": password_hash,
            "is_active": True,
            "revision": 0,
            "created_at": now_ms,
            "updated_at": now_ms,
        },
    )


def change(conn: Connection, new: User, now_ms: int) -> None:
    """ConstraintBroken when somebody else has this e-mail."""
    conn.execute(
        _CHANGE,
        {
            "b_user_id": new.id,
            "b_email": new.email,
            "b_name": new.name,
            "b_role": str(new.role),
            "b_is_active": new.is_active,
            "b_now_ms": now_ms,
        },
    )


def set_password(conn: Connection, user_id: int, password_hash: str, now_ms: int) -> None:
    conn.execute(_SET_PASSWORD, {"b_user_id": user_id, "b_password_hash": password_hash, "b_now_ms": now_ms})


def bump_revision(conn: Connection, user_id: int) -> None:
    """Says that something of this user's time changed."""
    conn.execute(_BUMP, {"b_user_id": user_id})


def _led_by(manager: int) -> Any:
    own = project_members.alias("own")
    led: Select[Any] = select(project_members.c.user_id).where(
        project_members.c.project_id.in_(select(own.c.project_id).where(own.c.user_id == manager))
    )
    return or_(users.c.id == manager, users.c.id.in_(led))


def _credentials(row: Any) -> Credentials | None:
    return None if row is None else Credentials(row.id, row.password_hash, row.is_active)


def _user(row: Any) -> User:
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        is_active=row.is_active,
        created_at=row.created_at // 1000,
        updated_at=row.updated_at // 1000,
    )
