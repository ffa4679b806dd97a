"""Where is a person signed in, and how does that end?"""

from __future__ import annotations

from typing import Any, Final

from server.db.repositories import accounts, sign_ins
from server.db.repositories.sign_ins import SignedIn
from server.db.session import Connection
from server.domain.errors import Conflict, NotFound
from server.domain.messages import Device, DevicePage, Role
from server.domain.principal import Principal
from server.domain.trail import Entry
from server.services import audit, rights
from server.services.pages import cut, last_id
from server.services.staff import leaving
from server.services.staff.browsers import idle_since

SUBJECT: Final = "device"


def page(
    conn: Connection,
    principal: Principal,
    user_id: int | None,
    cursor: str | None,
    limit: int,
    now_ms: int,
) -> DevicePage:
    """One's own without `user_id`; another's for administrators. Forbidden, NotFound, Invalid."""
    after = last_id(cursor) or 0
    whose = principal.user_id if user_id is None else user_id
    if whose != principal.user_id:
        rights.administer(principal)
        rights.see_person(conn, principal, whose)
    found = sign_ins.of_user(conn, whose, now_ms, idle_since(now_ms), after=after, limit=limit + 1)
    shown, last = cut(found, limit)
    return DevicePage(
        items=[_device(each, principal) for each in shown], next=None if last is None else str(last.token_id)
    )


def expires_at(conn: Connection, principal: Principal) -> int:
    """When this browser's session ends at the latest, epoch seconds. NotFound when it has just ended."""
    here = sign_ins.find(conn, principal.token_id)
    if here is None or here.expires_ms is None:
        raise NotFound("This session has ended.")
    return here.expires_ms // 1000


def note_new(conn: Connection, principal: Principal, name: str, now_ms: int) -> None:
    """Somebody signed in."""
    _record(
        conn, principal, "device.added", principal.token_id, None, _facts(principal.user_id, name), now_ms
    )


def sign_out(conn: Connection, principal: Principal, now_ms: int) -> None:
    """Here. What waits on the device can be sent after the next sign-in."""
    leaving.pause_if_wanted(conn, principal, now_ms)
    here = sign_ins.find(conn, principal.token_id)
    sign_ins.forget(conn, principal.token_id)
    if here is not None:
        _record_end(conn, principal, here, now_ms)


def revoke(conn: Connection, principal: Principal, token_id: int, now_ms: int) -> None:
    """One's own, or anybody's for an administrator. NotFound; Conflict for the one that asks: that is signing out."""
    there = sign_ins.find(conn, token_id)
    if there is None or (there.user_id != principal.user_id and principal.role is not Role.ADMIN):
        raise NotFound("There is no such device.")
    if token_id == principal.token_id:
        raise Conflict("This is the device that you use. Sign out instead.")
    accounts.take(conn, there.user_id)
    sign_ins.forget(conn, token_id)
    _record_end(conn, principal, there, now_ms)


def revoke_others(conn: Connection, principal: Principal, now_ms: int) -> int:
    """All of one's own but this one; how many."""
    accounts.take(conn, principal.user_id)
    ended = sign_ins.forget_all_but(conn, principal.user_id, principal.token_id)
    if ended:
        before = {"user_id": principal.user_id, "sign_ins": ended}
        _record(conn, principal, "device.others_revoked", principal.token_id, before, None, now_ms)
    return ended


def forget_ended(conn: Connection, now_ms: int) -> int:
    """What opens nothing any more: for the job that tidies up. How many."""
    return sign_ins.forget_ended(conn, now_ms, idle_since(now_ms))


def _device(found: SignedIn, principal: Principal) -> Device:
    return Device(
        id=found.token_id,
        user_id=found.user_id,
        name=found.name,
        is_browser=found.is_browser,
        is_current=found.token_id == principal.token_id,
        created_at=found.created_ms // 1000,
        last_used_at=None if found.used_ms is None else found.used_ms // 1000,
        expires_at=None if found.expires_ms is None else found.expires_ms // 1000,
    )


def _facts(user_id: int, name: str) -> dict[str, Any]:
    return {"user_id": user_id, "name": name}


def _record_end(conn: Connection, principal: Principal, ended: SignedIn, now_ms: int) -> None:
    before = _facts(ended.user_id, ended.name)
    _record(conn, principal, "device.revoked", ended.token_id, before, None, now_ms)


def _record(
    conn: Connection,
    principal: Principal,
    action: str,
    token_id: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    now_ms: int,
) -> None:
    entry = Entry(principal.user_id, action, SUBJECT, str(token_id), before, after)
    audit.record(conn, entry, now_ms)
