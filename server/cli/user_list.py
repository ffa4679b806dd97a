"""Who has an account?"""

from __future__ import annotations

from server.cli.database import opened
from server.cli.invocation import Invocation
from server.services.staff import people


def run(invocation: Invocation) -> None:
    with opened(invocation.settings) as database:
        for user in database.read(people.everybody):
            state = "" if user.is_active else "\tswitched off"
            invocation.stdout.write(f"{user.email}\t{user.role}\t{user.name}{state}\n")
