"""How far does the server know a device's history?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, func, insert, or_, select, update

from server.db.repositories.meta import epoch_column
from server.db.session import Connection
from server.db.tables import device_actions, devices, users

_FIND: Final = select(
    devices.c.user_id,
    devices.c.last_seq,
    devices.c.chain,
    devices.c.last_seen_at,
    devices.c.proven_seq,
    devices.c.whole_in,
    epoch_column().label("epoch"),
).where(devices.c.id == bindparam("device_id"))
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
_PROVE: Final = (
    update(devices)
    .where(devices.c.id == bindparam("b_device_id"))
    .values(proven_seq=bindparam("b_proven_seq"))
)
_WHOLE: Final = (
    update(devices).where(devices.c.id == bindparam("b_device_id")).values(whole_in=bindparam("b_epoch"))
)
_AWAITED: Final = (
    select(func.count())
    .select_from(devices)
    .join(users, users.c.id == devices.c.user_id)
    .where(
        devices.c.last_seen_at >= bindparam("since_ms"),
        or_(devices.c.whole_in.is_(None), devices.c.whole_in != epoch_column()),
        users.c.is_active,
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
    """`epoch`: the server's now. `whole_in`: the epoch in which the server last had all that the device recorded.

    `proven_seq`: how far the device has proved that the server was once.
    """

    user_id: int
    last_seq: int
    chain: str
    last_seen_ms: int
    epoch: str
    proven_seq: int = 0
    whole_in: str | None = None


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
    if row is None:
        return None
    return Device(
        row.user_id, row.last_seq, row.chain, row.last_seen_at, row.epoch, row.proven_seq, row.whole_in
    )


def add(conn: Connection, user_id: int, who: Introduction, chain: str, now_ms: int, epoch: str) -> Device:
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
            "proven_seq": 0,
        },
    )
    return Device(user_id, 0, chain, now_ms, epoch)


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


def prove(conn: Connection, device_id: str, seq: int) -> None:
    """The server had its history up to that number once."""
    conn.execute(_PROVE, {"b_device_id": device_id, "b_proven_seq": seq})


def note_whole(conn: Connection, device_id: str, epoch: str) -> None:
    """The server has all that it recorded."""
    conn.execute(_WHOLE, {"b_device_id": device_id, "b_epoch": epoch})


def awaited(conn: Connection, since_ms: int) -> int:
    """How many that were seen since then have not told all they have in the present epoch; of people who may sign in."""
    return int(conn.execute(_AWAITED, {"since_ms": since_ms}).scalar_one())


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
