"""How does a test say the same SQL to every database?

As SQLite takes it: with question marks, and without quotes around names.
"""

from __future__ import annotations

import re
from itertools import count
from typing import Any, Final

from sqlalchemy import CursorResult, text

from server.db.session import Connection
from tests.server.databases import MARIADB, SQLITE

RESERVED: Final = re.compile(r"(?<![.\w`])(key)\b")


def ask(conn: Connection, statement: str, *values: object) -> CursorResult[Any]:
    if conn.dialect.name == SQLITE:
        return conn.exec_driver_sql(statement, values)
    if conn.dialect.name == MARIADB:
        statement = RESERVED.sub(r"`\1`", statement)
    numbers = count()
    named = re.sub(r"\?", lambda _: f":v{next(numbers)}", statement)
    return conn.execute(text(named), {f"v{number}": value for number, value in enumerate(values)})
