"""Which second of the server's clock was second 0 of a device's monotonic clock?

Each person's own: nobody else's device can say what theirs shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from server.db.session import Connection
from server.db.tables import clock_anchors
from server.domain.instants import Anchor

MOST: Final = 500  # of one person; each boot of each of their machines is one

_mine: Final = clock_anchors.c.user_id == bindparam("b_user_id")
_this: Final = (
    _mine,
    clock_anchors.c.clock == bindparam("b_clock"),
    clock_anchors.c.mono0_s == bindparam("b_mono0_s"),
)
_NAMED: Final = select(clock_anchors.c.clock, clock_anchors.c.mono0_s).where(
    _mine, clock_anchors.c.clock.in_(bindparam("clocks", expanding=True))
)
_ADD: Final = insert(clock_anchors)
_MOVE: Final = update(clock_anchors).where(*_this).values(mono0_s=bindparam("b_new_mono0_s"))
_OLDEST_KEPT: Final = (
    select(clock_anchors.c.id).where(_mine).order_by(clock_anchors.c.id.desc()).offset(MOST - 1).limit(1)
)
_FORGET: Final = delete(clock_anchors).where(_mine, clock_anchors.c.id < bindparam("b_id"))


def named(conn: Connection, user_id: int, clocks: Iterable[str]) -> list[Anchor]:
    """Of these clocks, as `clock_of` names them; a machine that was copied or halted has several."""
    asked = {"b_user_id": user_id, "clocks": sorted(clocks)}
    return [Anchor(row.clock, row.mono0_s) for row in conn.execute(_NAMED, asked)]


def add(conn: Connection, user_id: int, anchor: Anchor) -> None:
    """The oldest ones make room."""
    conn.execute(_ADD, {"user_id": user_id, "clock": anchor.clock, "mono0_s": anchor.mono0})
    oldest = conn.execute(_OLDEST_KEPT, {"b_user_id": user_id}).scalar_one_or_none()
    if oldest is not None:
        conn.execute(_FORGET, {"b_user_id": user_id, "b_id": oldest})


def move(conn: Connection, user_id: int, old: Anchor, new: Anchor) -> None:
    """Both are of one clock."""
    conn.execute(
        _MOVE,
        {
            "b_user_id": user_id,
            "b_clock": old.clock,
            "b_mono0_s": old.mono0,
            "b_new_mono0_s": new.mono0,
        },
    )
