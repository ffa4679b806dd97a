"""How does the demo company come into the database?"""

from __future__ import annotations

from server import demo
from server.cli.database import change
from server.cli.invocation import Invocation
from server.domain.passwords import hash_password


def run(invocation: Invocation) -> None:
    now_ms = invocation.clock.now_ms()
    is_new = change(invocation.settings, lambda conn: demo.found(conn, now_ms, hash_password))
    invocation.stdout.write(
        "The demo company is there.\n" if is_new else "The demo company was there already.\n"
    )
