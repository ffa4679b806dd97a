"""How does the demo company come into the database?"""

from __future__ import annotations

from typing import Final

from server import demo
from server.cli.database import change
from server.cli.invocation import Invocation
from server.domain.passwords import hash_password

WARNING: Final = f"Everybody's password is {demo.PASSWORD}: let only this machine reach its server."


def run(invocation: Invocation) -> None:
    now_ms = invocation.clock.now_ms()
    is_new = change(invocation.settings, lambda conn: demo.found(conn, now_ms, hash_password))
    words = "The demo company is there." if is_new else "The demo company was there already."
    invocation.stdout.write(f"{words} {WARNING}\n")
