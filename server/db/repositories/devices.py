"""How far does the server know a device's history?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, insert, select, update

from server.db.session import Connection
from server.db.tables import device_actions, devices

_FIND: Final = select(devices.c.user_id, devices.c.last_seq, devices.c.chain, devices.c.last_seen_at).where(
    devices.c.id == bindparam("device_id")
)
_ADD: Final = insert(devices)
_ADVANCE: Final = (
    update(devices)
    .where(devices.c.id == bindparam("b_device_id"))
    .values(
        last_seq=bindparam("b_last_seq"),
        chain=bindparam("b_chain"),
        last_seen_at=bindparam("b_now_ms"),
        app_version=bindparam("b_app_version"),
        name=bindparam("b_name"),
    )
)
_ENTRIES: Final = select(
    device_actions.c.seq,
    device_actions.c.action_id,
    device_actions.c.chain,
    device_actions.c.dead_letter_id,
).where(
    device_actions.c.device_id == bindparam("device_id"),
    device_actions.c.seq.between(bindparam("first"), bindparam("last")),
)
_ADD_ENTRY: Final = insert(device_actions)


@dataclass(frozen=True, slots=True)
class Device:
    user_id: int
    last_seq: int
    chain: str
    last_seen_ms: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of a device. `dead_letter_id` is set when another action had this action's id."""

    seq: int
    action_id: str
    chain: str
    dead_letter_id: int | None = None


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a device says of itself."""

    device_id: str
    parent_device_id: str | None
    name: str
    app_version: str


def find(conn: Connection, device_id: str) -> Device | None:
    row = conn.execute(_FIND, {"device_id": device_id}).first()
    return None if row is None else Device(row.user_id, row.last_seq, row.chain, row.last_seen_at)


def add(conn: Connection, user_id: int, who: Introduction, chain: str, now_ms: int) -> Device:
    conn.execute(
        _ADD,
        {
            "id": who.device_id,
            "user_id": user_id,
            "parent_device_id": who.parent_device_id,
            "name": who.name,
            "app_version": who.app_version,
            "last_seq": 0,
            "chain": chain,
            "last_seen_at": now_ms,
            "created_at": now_ms,
        },
    )
    return Device(user_id, 0, chain, now_ms)


def advance(conn: Connection, who: Introduction, last_seq: int, chain: str, now_ms: int) -> None:
    conn.execute(
        _ADVANCE,
        {
            "b_device_id": who.device_id,
            "b_last_seq": last_seq,
            "b_chain": chain,
            "b_now_ms": now_ms,
            "b_app_version": who.app_version,
            "b_name": who.name,
        },
    )


def entries(conn: Connection, device_id: str, first: int, last: int) -> dict[int, Entry]:
    """By number, both ends included."""
    asked = {"device_id": device_id, "first": first, "last": last}
    return {
        row.seq: Entry(row.seq, row.action_id, row.chain, row.dead_letter_id)
        for row in conn.execute(_ENTRIES, asked)
    }


def add_entries(conn: Connection, device_id: str, new: Sequence[Entry]) -> None:
    rows = [
        {
            "device_id": device_id,
            "seq": each.seq,
            "action_id": each.action_id,
            "chain": each.chain,
            "dead_letter_id": each.dead_letter_id,
        }
        for each in new
    ]
    if rows:
        conn.execute(_ADD_ENTRY, rows)
