"""What happens when the server's history was set back to an older state?

It gets a new epoch: every device then drops what it has cached, and sends again what the server has lost. Whoever restored
the database says so; else the first device that proves it (sync.md 2.2).
"""

from __future__ import annotations

from typing import Final

from server.db.repositories import devices, meta
from server.db.repositories.devices import Device
from server.db.session import Connection
from server.domain.acknowledgement import is_signed
from server.domain.errors import Conflict
from server.domain.ids import uuid7
from server.domain.messages import SyncRequest
from server.domain.principal import ServerIdentity
from server.domain.trail import Entry
from server.services import audit
from server.services.outside import pause
from server.services.outside.pause import Pause

SUBJECT: Final = "server"


def announce(conn: Connection, server: ServerIdentity, now_ms: int) -> Pause | None:
    """Whoever restored a backup says so. Which devices are waited for; None: there are none. Conflict."""
    if not _change(conn, server, meta.epoch(conn), "administrator", now_ms):
        raise Conflict("The server noticed it itself at this moment.")
    return pause.pause_at(conn, now_ms)


def confirm(conn: Connection, server: ServerIdentity, now_ms: int) -> None:
    """Nobody need be waited for any more. Conflict when nobody is."""
    waited_for = pause.pause_at(conn, now_ms)
    if waited_for is None:
        raise Conflict("E-mail and webhooks wait for no device.")
    pause.end(conn, now_ms)
    _note(conn, server, "server.confirmed", {"awaited": waited_for.devices}, {"awaited": 0}, now_ms)


def epoch_after(
    conn: Connection, request: SyncRequest, device: Device, server: ServerIdentity, now_ms: int
) -> str:
    """The server's epoch, which is a new one when this request proves that history was lost.

    A proof counts once: neither the same one again, nor one of a device that has not heard of the change yet, is another.
    """
    if not _is_news(request, device, server):
        return device.epoch
    devices.prove(conn, request.device_id, request.base.seq)
    if request.server_epoch is not None and request.server_epoch in meta.earlier_epochs(conn):
        return device.epoch
    _change(conn, server, device.epoch, request.device_id, now_ms)
    return meta.epoch(conn)


def _is_news(request: SyncRequest, device: Device, server: ServerIdentity) -> bool:
    base = request.base
    return (
        base.sig is not None
        and base.seq > max(device.last_seq, device.proven_seq)
        and is_signed(server.signing_key, server.server_id, request.device_id, base.seq, base.chain, base.sig)
    )


def _change(conn: Connection, server: ServerIdentity, before: str, said_by: str, now_ms: int) -> bool:
    """False: somebody else did at the same moment."""
    after = uuid7(now_ms)
    if not meta.change_epoch(conn, before, after):
        return False
    pause.begin(conn, now_ms)
    _note(conn, server, "server.restored", {"epoch": before}, {"epoch": after, "said_by": said_by}, now_ms)
    return True


def _note(
    conn: Connection,
    server: ServerIdentity,
    action: str,
    before: dict[str, object],
    after: dict[str, object],
    now_ms: int,
) -> None:
    audit.record(conn, Entry(None, action, SUBJECT, server.server_id, before, after), now_ms)
