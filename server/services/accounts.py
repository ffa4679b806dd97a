"""Who is this, and on which device?"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from server.db.repositories import accounts
from server.db.session import Connection, ConstraintBroken
from server.domain.errors import Conflict
from server.domain.messages import Me, Role, ServerInfo
from server.domain.principal import Arrival, Credentials, Principal
from server.services import rates

OUR_MARK: Final = "hk_"
TOKEN_BYTES: Final = 32


def credentials(conn: Connection, email: str) -> Credentials | None:
    """None when nobody has this e-mail: check a password all the same, so that the time taken tells nothing."""
    return accounts.credentials(conn, _same_case(email))


def issue_token(
    conn: Connection, user_id: int, device_name: str, device_id: str, now_ms: int
) -> tuple[str, int]:
    """The token, which is stored nowhere, and its id. An older one of this user's device ends."""
    token = OUR_MARK + secrets.token_urlsafe(TOKEN_BYTES)
    token_id = accounts.add_token(
        conn,
        user_id,
        device_id=device_id,
        device_name=device_name,
        token_hash=_at_rest(token),
        now_ms=now_ms,
    )
    return token, token_id


def authenticate(conn: Connection, token: str, now_ms: int) -> Principal | None:
    """None: this token opens nothing, now."""
    arrived = arrive(conn, token, now_ms)
    return None if arrived is None else arrived.principal


def arrive(conn: Connection, token: str, now_ms: int) -> Arrival | None:
    """The revision changes with the user's timer and its budget, not with the passing of time. None: as above."""
    if not token.startswith(OUR_MARK):
        return None
    return accounts.arrival(conn, _at_rest(token), now_ms)


def revoke(conn: Connection, principal: Principal, now_ms: int) -> None:  # noqa: ARG001  # the services' common form
    """Signs this device out. Its actions stay, and its outbox can be sent after the next sign-in."""
    accounts.forget_token(conn, principal.token_id)


def me(conn: Connection, principal: Principal, server: ServerInfo, now_ms: int) -> Me:
    return Me(
        id=principal.user_id,
        email=principal.email,
        name=principal.name,
        role=principal.role,
        rate=rates.rate_at(rates.of_user(conn, principal.user_id), now_ms // 1000),
        server=server,
    )


def add_user(  # noqa: PLR0917  # the order is the callers' contract
    conn: Connection, email: str, name: str, role: Role, password_hash: str | None, now_ms: int
) -> int:
    """Conflict when somebody has this e-mail already."""
    try:
        return accounts.add_user(
            conn,
            email=_same_case(email),
            name=name,
            role=role,
            password_hash=password_hash,
            now_ms=now_ms,
        )
    except ConstraintBroken as broken:
        raise Conflict(f"There is a user with the e-mail {email} already.") from broken


def _same_case(email: str) -> str:
    return email.strip().lower()


def _at_rest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
