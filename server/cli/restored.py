"""Was the database restored from a backup?

Every device then drops what it has cached and sends again what the server has lost. E-mail and webhooks wait until all have come, a
day at most; `--confirm` ends the wait.
"""

from __future__ import annotations

from server.cli.database import opened
from server.cli.invocation import Invocation, Refused
from server.db.repositories import meta
from server.domain.errors import Conflict
from server.services.outside.pause import Pause
from server.services.time import restored


def run(invocation: Invocation) -> None:
    now_ms = invocation.clock.now_ms()
    with opened(invocation.settings) as database:
        try:
            if invocation.asked.confirm:
                database.run(lambda conn: restored.confirm(conn, meta.identity(conn), now_ms))
                invocation.stdout.write("E-mail and webhooks go out again.\n")
                return
            pause = database.run(lambda conn: restored.announce(conn, meta.identity(conn), now_ms))
        except Conflict as refusal:
            raise Refused(refusal) from refusal
    invocation.stdout.write(_words(pause))


def _words(pause: Pause | None) -> str:
    begun = "Devices send again what this server has lost, by themselves."
    if pause is None:
        return f"{begun} None is known, so e-mail and webhooks go out as usual.\n"
    count = "1 device" if pause.devices == 1 else f"{pause.devices} devices"
    return (
        f"{begun} E-mail and webhooks wait for {count}, a day at most;"
        " `hourkeep-server restored --confirm` ends the wait.\n"
    )
