"""Does the question which of a person's logs changed find them by the index that is there for it, on each database?

Any index of the person's would do for `test_explain`; but a device asks every few seconds, and of thousands of logs one has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import update

from server.db.repositories import own_logs
from server.db.repositories.own_logs import Place
from server.db.session import Connection
from server.db.tables import issue_time_logs as logs
from tests.server.company import Company
from tests.server.databases import MARIADB, POSTGRESQL, SQLITE
from tests.server.db.test_explain import FIRST_MS, LOGS, fill, listening

INDEX: Final = "issue_time_logs_user_changed_idx"
OLD: Final = Place(LOGS - 20, 0, LOGS)
AT_ONCE: Final = 51


def _on_sqlite(conn: Connection, statement: str, parameters: Any) -> Iterator[str]:
    for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        yield row[3]


def _on_postgresql(conn: Connection, statement: str, parameters: Any) -> Iterator[str]:
    for (line,) in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters):
        yield line


def _on_mariadb(conn: Connection, statement: str, parameters: Any) -> Iterator[str]:
    for row in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters).mappings():
        yield f"{row['table']} {row['key']}"


PLANS: Final[Mapping[str, Callable[[Connection, str, Any], Iterator[str]]]] = {
    SQLITE: _on_sqlite,
    POSTGRESQL: _on_postgresql,
    MARIADB: _on_mariadb,
}


def test_what_changed_is_found_by_its_own_index(company: Company) -> None:
    fill(company)
    user_id = company.rows("SELECT min(user_id) FROM issue_time_logs")[0][0]
    company.database.run(lambda conn: conn.execute(update(logs).values(changed_in=logs.c.id % LOGS + 1)))

    def explain(conn: Connection) -> list[str]:
        with listening(conn) as said:
            assert own_logs.changed(conn, user_id, OLD, FIRST_MS // 1000, AT_ONCE)
        (statement, parameters), *_ = said.statements
        return list(PLANS[conn.dialect.name](conn, statement, parameters))

    assert any(INDEX in line for line in company.database.run(explain))
