"""Who is this, and on which device?"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from server.db.repositories import accounts, sign_ins
from server.db.repositories.sign_ins import NewSignIn
from server.db.session import Connection, ConstraintBroken
from server.domain.errors import Conflict
from server.domain.messages import Me, Role, ServerInfo
from server.domain.principal import Arrival, Credentials, Principal
from server.services.money import rates
from server.services.staff.browsers import idle_since

OUR_MARK: Final = "hk_"
TOKEN_BYTES: Final = 32
USED_EVERY_MS: Final = 5 * 60 * 1000  # a write for each request would cost more than the request


def credentials(conn: Connection, email: str) -> Credentials | None:
    """None when nobody has this e-mail: check a password all the same, so that the time taken tells nothing."""
    email = same_case(email)
    return accounts.credentials(conn, email) if email.isprintable() else None


def credentials_of(conn: Connection, principal: Principal) -> Credentials | None:
    return accounts.credentials_of(conn, principal.user_id)


def issue_token(
    conn: Connection, user_id: int, device_name: str, device_id: str, now_ms: int
) -> tuple[str, int]:
    """The token, which is stored nowhere, and its id. An older one of this user's device ends."""
    token = OUR_MARK + secrets.token_urlsafe(TOKEN_BYTES)
    new = NewSignIn(user_id, device_id, device_name, _at_rest(token))
    return token, sign_ins.add(conn, new, now_ms)


def authenticate(conn: Connection, token: str, now_ms: int) -> Principal | None:
    """None: this token opens nothing, now."""
    arrived = arrive(conn, token, now_ms)
    return None if arrived is None else arrived.principal


def arrive(conn: Connection, token: str, now_ms: int) -> Arrival | None:
    """The revision changes with the user's timer and its budget, not with the passing of time. None: as above."""
    if not token.startswith(OUR_MARK):
        return None
    return sign_ins.arrival(conn, _at_rest(token), now_ms, idle_since(now_ms), is_browser=False)


def is_unnoted(arrived: Arrival, now_ms: int) -> bool:
    """Whether it is time to write down that this sign-in is used."""
    return arrived.used_ms is None or now_ms - arrived.used_ms >= USED_EVERY_MS


def note_use(conn: Connection, principal: Principal, now_ms: int) -> None:
    sign_ins.used(conn, principal.token_id, now_ms)


def me(conn: Connection, principal: Principal, server: ServerInfo, now_ms: int) -> Me:
    found = rates.rate_for(conn, principal.user_id, None, now_ms // 1000)
    return Me(
        id=principal.user_id,
        email=principal.email,
        name=principal.name,
        role=principal.role,
        rate=None if found is None else found.rate,
        server=server,
    )


def add_user(
    conn: Connection, email: str, name: str, role: Role, password_hash: str | None, now_ms: int
) -> int:
    """Conflict when somebody has this e-mail already."""
    try:
        return accounts.add(
            conn,
            email=same_case(email),
            name=name,
            role=role,
            password_hash=password_hash,
            now_ms=now_ms,
        )
    except ConstraintBroken as broken:
        raise Conflict(f"There is a user with the e-mail {email} already.") from broken


def same_case(email: str) -> str:
    """As it is kept and compared."""
    return email.strip().lower()


def _at_rest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
