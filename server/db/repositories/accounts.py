"""Who may sign in, and with which token are they signed in?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, insert, or_, select, update

from server.db.repositories.timers import REVISIONS, revision_of
from server.db.session import Connection, insert_row
from server.db.tables import active_timers, device_tokens, project_budgets, users
from server.domain.messages import Role
from server.domain.principal import Arrival, Credentials, Principal

_CREDENTIALS: Final = select(users.c.id, users.c.password_hash, users.c.is_active).where(
    users.c.email == bindparam("email")
)
_BY_TOKEN: Final = (
    select(
        users.c.id,
        users.c.email,
        users.c.name,
        users.c.role,
        device_tokens.c.id.label("token_id"),
        device_tokens.c.device_id,
        *REVISIONS,
    )
    .join_from(device_tokens, users)
    .join(active_timers, active_timers.c.user_id == users.c.id, isouter=True)
    .join(project_budgets, project_budgets.c.project_id == active_timers.c.project_id, isouter=True)
    .where(
        device_tokens.c.token_hash == bindparam("token_hash"),
        users.c.is_active,
        or_(device_tokens.c.expires_at.is_(None), device_tokens.c.expires_at > bindparam("now_ms")),
    )
)
_FORGET_DEVICE: Final = delete(device_tokens).where(
    device_tokens.c.user_id == bindparam("b_user_id"), device_tokens.c.device_id == bindparam("b_device_id")
)
_FORGET_TOKEN: Final = delete(device_tokens).where(device_tokens.c.id == bindparam("b_token_id"))
_ADD_TOKEN: Final = insert(device_tokens)
_ADD_USER: Final = insert(users)
_BUMP: Final = update(users).where(users.c.id == bindparam("b_user_id")).values(revision=users.c.revision + 1)


def credentials(conn: Connection, email: str) -> Credentials | None:
    row = conn.execute(_CREDENTIALS, {"email": email}).first()
    return None if row is None else Credentials(row.id, row.password_hash, row.is_active)


def arrival(conn: Connection, token_hash: str, now_ms: int) -> Arrival | None:
    """None for a token that is unknown, revoked or expired, or whose user was switched off."""
    row = conn.execute(_BY_TOKEN, {"token_hash": token_hash, "now_ms": now_ms}).first()
    if row is None:
        return None
    principal = Principal(row.id, row.email, row.name, Role(row.role), row.token_id, row.device_id)
    return Arrival(principal, revision_of(row))


def add_token(
    conn: Connection, user_id: int, *, device_id: str, device_name: str, token_hash: str, now_ms: int
) -> int:
    """Replaces the token that this user had on that device."""
    conn.execute(_FORGET_DEVICE, {"b_user_id": user_id, "b_device_id": device_id})
    return insert_row(
        conn,
        _ADD_TOKEN,
        {
            "user_id": user_id,
            "device_id": device_id,
            "device_name": device_name,
            "token_hash": token_hash,
            "created_at": now_ms,
        },
    )


def forget_token(conn: Connection, token_id: int) -> None:
    conn.execute(_FORGET_TOKEN, {"b_token_id": token_id})


def add_user(
    conn: Connection, *, email: str, name: str, role: Role, password_hash: str | None, now_ms: int
) -> int:
    """ConstraintBroken when somebody has this e-mail already."""
    return insert_row(
        conn,
        _ADD_USER,
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


def bump_revision(conn: Connection, user_id: int) -> None:
    """Says that something of this user's time changed; also takes the user's row for this transaction."""
    conn.execute(_BUMP, {"b_user_id": user_id})
