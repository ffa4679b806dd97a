"""How does somebody get an account?"""

from __future__ import annotations

from server.cli import typed
from server.cli.database import change
from server.cli.invocation import Invocation
from server.domain.messages import NewUser, Role
from server.domain.passwords import hash_password
from server.services.staff import people


def run(invocation: Invocation) -> None:
    asked = invocation.asked
    new = NewUser(email=typed.email(asked.email), name=typed.name(asked.name), role=Role(asked.role))
    password_hash = hash_password(typed.password(invocation.stdin))
    now_ms = invocation.clock.now_ms()
    change(invocation.settings, lambda conn: people.add(conn, None, new, password_hash, now_ms))
