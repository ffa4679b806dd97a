"""How do the tables of this version come into the database?"""

from __future__ import annotations

from server.cli.database import upgraded
from server.cli.invocation import Invocation


def run(invocation: Invocation) -> None:
    upgraded(invocation.settings)
