"""Which company's database is this, and was it set back to an older state?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import ScalarSelect, bindparam, insert, select, update

from server.db.session import Connection
from server.db.tables import server_meta
from server.domain.principal import Restored, ServerIdentity

EPOCH: Final = "epoch"
EARLIER: Final = "earlier_epochs"
KNOWN_EPOCHS: Final = 100
RESTORED_AT: Final = "restored_at"
WAITS_UNTIL: Final = "outside_waits_until"

_ALL: Final = select(server_meta.c.key, server_meta.c.value)
_SOME: Final = _ALL.where(server_meta.c.key.in_(bindparam("keys", expanding=True)))
_RENAME: Final = update(server_meta).where(server_meta.c.key == "name").values(value=bindparam("name"))
_PUT: Final = (
    update(server_meta).where(server_meta.c.key == bindparam("b_key")).values(value=bindparam("b_value"))
)
_ADD: Final = insert(server_meta)
_CHANGE_EPOCH: Final = (
    update(server_meta)
    .where(server_meta.c.key == EPOCH, server_meta.c.value == bindparam("b_before"))
    .values(value=bindparam("b_after"))
)


def epoch_column() -> ScalarSelect[str]:
    """For another statement, which reads it by the way."""
    return select(server_meta.c.value).where(server_meta.c.key == EPOCH).scalar_subquery()


def identity(conn: Connection) -> ServerIdentity:
    """KeyError for a database that no migration has laid out."""
    found: dict[str, str] = {row.key: row.value for row in conn.execute(_ALL)}
    return ServerIdentity(found["server_id"], found[EPOCH], found["name"], found["secret"])


def rename(conn: Connection, name: str) -> None:
    conn.execute(_RENAME, {"name": name})


def epoch(conn: Connection) -> str:
    return _read(conn, EPOCH)[EPOCH]


def earlier_epochs(conn: Connection) -> list[str]:
    """Those that were this database's before, oldest first."""
    return _read(conn, EARLIER).get(EARLIER, "").split()


def change_epoch(conn: Connection, before: str, after: str) -> bool:
    """False: somebody else has changed it meanwhile."""
    if conn.execute(_CHANGE_EPOCH, {"b_before": before, "b_after": after}).rowcount == 0:
        return False
    _put(conn, EARLIER, " ".join([*earlier_epochs(conn), before][-KNOWN_EPOCHS:]))
    return True


def restored(conn: Connection) -> Restored | None:
    """None: never, as far as is known."""
    found = _read(conn, RESTORED_AT, WAITS_UNTIL)
    return Restored(int(found[RESTORED_AT]), int(found[WAITS_UNTIL])) if RESTORED_AT in found else None


def put_restored(conn: Connection, restored: Restored) -> None:
    _put(conn, RESTORED_AT, str(restored.at_ms))
    _put(conn, WAITS_UNTIL, str(restored.waits_until_ms))


def _read(conn: Connection, *keys: str) -> dict[str, str]:
    return {row.key: row.value for row in conn.execute(_SOME, {"keys": keys})}


def _put(conn: Connection, key: str, value: str) -> None:
    """Whoever adds holds the row of the epoch, so nobody else adds the same key meanwhile."""
    if conn.execute(_PUT, {"b_key": key, "b_value": value}).rowcount == 0:
        conn.execute(_ADD, {"key": key, "value": value})
