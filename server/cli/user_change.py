"""How is an account changed by whoever runs the server, also when no administrator can sign in?"""

from __future__ import annotations

from server.cli import typed
from server.cli.database import change
from server.cli.invocation import Invocation
from server.db.session import Connection
from server.domain.messages import ChangeUser, Role
from server.domain.passwords import hash_password
from server.services.staff import people


def run(invocation: Invocation) -> None:
    asked = invocation.asked
    new = ChangeUser()
    if asked.new_email is not None:
        new.email = typed.email(asked.new_email)
    if asked.name is not None:
        new.name = typed.name(asked.name)
    if asked.role is not None:
        new.role = Role(asked.role)
    if asked.is_active is not None:
        new.is_active = asked.is_active
    password_hash = hash_password(typed.password(invocation.stdin)) if asked.password_stdin else None
    now_ms = invocation.clock.now_ms()

    def work(conn: Connection) -> None:
        user = people.with_email(conn, asked.email)
        people.change(conn, None, user.id, new, password_hash, now_ms)

    change(invocation.settings, work)
