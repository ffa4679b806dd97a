"""Which devices and browsers is somebody signed in on, and with which secret?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from server.db.repositories.timers import REVISIONS, revision_of
from server.db.session import Connection, insert_row
from server.db.tables import active_timers, device_tokens, project_budgets, users
from server.domain.messages import Role
from server.domain.principal import Arrival, Principal

_IS_ALIVE: Final = and_(
    or_(device_tokens.c.expires_at.is_(None), device_tokens.c.expires_at > bindparam("now_ms")),
    or_(device_tokens.c.is_browser.is_(False), device_tokens.c.last_used_at > bindparam("idle_since")),
)
_BY_SECRET: Final = (
    select(
        users.c.id,
        users.c.email,
        users.c.name,
        users.c.role,
        device_tokens.c.id.label("token_id"),
        device_tokens.c.device_id,
        device_tokens.c.last_used_at,
        *REVISIONS,
    )
    .join_from(device_tokens, users)
    .join(active_timers, active_timers.c.user_id == users.c.id, isouter=True)
    .join(project_budgets, project_budgets.c.project_id == active_timers.c.project_id, isouter=True)
    .where(
        device_tokens.c.token_hash == bindparam("secret_hash"),
        device_tokens.c.is_browser == bindparam("is_browser"),
        users.c.is_active,
        _IS_ALIVE,
    )
)
_SHOWN: Final = select(
    device_tokens.c.id,
    device_tokens.c.user_id,
    device_tokens.c.device_name,
    device_tokens.c.is_browser,
    device_tokens.c.created_at,
    device_tokens.c.last_used_at,
    device_tokens.c.expires_at,
)
_OF_USER: Final = (
    _SHOWN.where(device_tokens.c.user_id == bindparam("user_id"), device_tokens.c.id > bindparam("after"))
    .where(_IS_ALIVE)
    .order_by(device_tokens.c.id)
    .limit(bindparam("limit"))
)
_FIND: Final = _SHOWN.where(device_tokens.c.id == bindparam("token_id"))
_USE: Final = (
    update(device_tokens)
    .where(device_tokens.c.id == bindparam("b_token_id"))
    .values(last_used_at=bindparam("b_now_ms"))
)
_ADD: Final = insert(device_tokens)
_FORGET_DEVICE: Final = delete(device_tokens).where(
    device_tokens.c.user_id == bindparam("b_user_id"), device_tokens.c.device_id == bindparam("b_device_id")
)
_FORGET: Final = delete(device_tokens).where(device_tokens.c.id == bindparam("b_token_id"))
_FORGET_BY_SECRET: Final = delete(device_tokens).where(
    device_tokens.c.token_hash == bindparam("b_secret_hash"), device_tokens.c.is_browser
)
_FORGET_ALL_BUT: Final = delete(device_tokens).where(
    device_tokens.c.user_id == bindparam("b_user_id"), device_tokens.c.id != bindparam("b_kept")
)
_FORGET_ENDED: Final = delete(device_tokens).where(
    or_(
        device_tokens.c.expires_at <= bindparam("b_now_ms"),
        and_(device_tokens.c.is_browser, device_tokens.c.last_used_at <= bindparam("b_idle_since")),
    )
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A device or browser on which somebody is signed in. Instants are epoch milliseconds."""

    token_id: int
    user_id: int
    name: str
    is_browser: bool
    created_ms: int
    used_ms: int | None
    expires_ms: int | None


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """`expires_ms` None: until it is revoked."""

    user_id: int
    device_id: str
    name: str
    secret_hash: str
    is_browser: bool = False
    expires_ms: int | None = None


def arrival(
    conn: Connection, secret_hash: str, now_ms: int, idle_since_ms: int, *, is_browser: bool
) -> Arrival | None:
    """None for a secret that is unknown, revoked or expired, or whose user was switched off.

    A browser's also when it was not used after `idle_since_ms`.
    """
    asked = {
        "secret_hash": secret_hash,
        "is_browser": is_browser,
        "now_ms": now_ms,
        "idle_since": idle_since_ms,
    }
    row = conn.execute(_BY_SECRET, asked).first()
    if row is None:
        return None
    principal = Principal(row.id, row.email, row.name, Role(row.role), row.token_id, row.device_id)
    return Arrival(principal, revision_of(row), row.last_used_at)


def add(conn: Connection, new: NewSignIn, now_ms: int) -> int:
    """Replaces what this user had on that device."""
    conn.execute(_FORGET_DEVICE, {"b_user_id": new.user_id, "b_device_id": new.device_id})
    return insert_row(
        conn,
        _ADD,
        {
            "user_id": new.user_id,
            "device_id": new.device_id,
            "device_name": new.name,
            "token_hash": new.secret_hash,
            "created_at": now_ms,
            "expires_at": new.expires_ms,
            "is_browser": new.is_browser,
            "last_used_at": now_ms if new.is_browser else None,
        },
    )


def of_user(
    conn: Connection, user_id: int, now_ms: int, idle_since_ms: int, *, after: int, limit: int
) -> list[SignedIn]:
    """Those that still open, in the order in which they were given."""
    asked = {
        "user_id": user_id,
        "now_ms": now_ms,
        "idle_since": idle_since_ms,
        "after": after,
        "limit": limit,
    }
    return [_signed_in(row) for row in conn.execute(_OF_USER, asked)]


def find(conn: Connection, token_id: int) -> SignedIn | None:
    row = conn.execute(_FIND, {"token_id": token_id}).first()
    return None if row is None else _signed_in(row)


def used(conn: Connection, token_id: int, now_ms: int) -> None:
    conn.execute(_USE, {"b_token_id": token_id, "b_now_ms": now_ms})


def forget(conn: Connection, token_id: int) -> None:
    conn.execute(_FORGET, {"b_token_id": token_id})


def forget_browser(conn: Connection, secret_hash: str) -> None:
    conn.execute(_FORGET_BY_SECRET, {"b_secret_hash": secret_hash})


def forget_all_but(conn: Connection, user_id: int, kept: int) -> int:
    """How many ended. `kept` 0: none stays."""
    return conn.execute(_FORGET_ALL_BUT, {"b_user_id": user_id, "b_kept": kept}).rowcount


def forget_ended(conn: Connection, now_ms: int, idle_since_ms: int) -> int:
    """What opens nothing any more, everybody's; how many."""
    return conn.execute(_FORGET_ENDED, {"b_now_ms": now_ms, "b_idle_since": idle_since_ms}).rowcount


def _signed_in(row: Any) -> SignedIn:
    return SignedIn(
        token_id=row.id,
        user_id=row.user_id,
        name=row.device_name,
        is_browser=row.is_browser,
        created_ms=row.created_at,
        used_ms=row.last_used_at,
        expires_ms=row.expires_at,
    )
