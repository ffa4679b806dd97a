"""What holds for every request, whatever it asks?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import pytest

from server.db.session import Connection, Database
from server.settings import LogLevel
from tests.server.api.front import PREFIX, Caller, Front, opened, refused
from tests.server.company import Company
from tests.server.databases import MARIADB, POSTGRESQL, SQLITE
from tests.server.raw import ask

T = TypeVar("T")
OFF: Final = {POSTGRESQL: "SELECT pg_terminate_backend(pg_backend_pid())", MARIADB: "KILL CONNECTION_ID()"}


class Troubled(Database):
    """Whatever is written, something happens when the work is done and not yet committed."""

    def __init__(self, database: Database, trouble: Callable[[Connection], None]) -> None:
        self._database = database
        self._trouble = trouble

    async def run(self, work: Callable[[Connection], T]) -> T:
        def work_then_trouble(conn: Connection) -> T:
            result = work(conn)
            self._trouble(conn)
            return result

        return await self._database.run(work_then_trouble)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._database.read(work)

    async def close(self) -> None:
        await self._database.close()


class Silent(Troubled):
    """It does not answer."""

    async def ready(self) -> bool:
        return False


def no_storage(conn: Connection) -> None:
    """Everything can be worked out, and nothing can be kept: the disk is full, or the server is gone."""
    if conn.dialect.name != SQLITE:
        conn.exec_driver_sql(OFF[conn.dialect.name])
        return
    # As large as the disk is, as far as SQLite knows.
    conn.exec_driver_sql("PRAGMA max_page_count = 1")
    conn.exec_driver_sql("CREATE TABLE too_much (x)")
    for _ in range(10_000):
        conn.exec_driver_sql("INSERT INTO too_much VALUES (randomblob(10000))")
    raise AssertionError("the disk is not full")


def late_refusal(conn: Connection) -> None:
    """On SQLite it is the commit itself that fails."""
    if conn.dialect.name == SQLITE:
        conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    ask(conn, "INSERT INTO project_members (project_id, user_id, created_at) VALUES (4711, 4711, 0)")


def taken_key(conn: Connection) -> None:
    """Somebody was faster, every time."""
    ask(conn, "INSERT INTO project_members SELECT * FROM project_members")


def nobodys_thought(_: Connection) -> None:
    raise ZeroDivisionError("the secret inner words")


def front_with(company: Company, trouble: Callable[[Connection], None]) -> Iterator[Front]:
    yield from opened(Front(company, Troubled(company.served(), trouble)))


@pytest.fixture(params=[no_storage, late_refusal, nobodys_thought])
def failing(company: Company, request: pytest.FixtureRequest) -> Iterator[Front]:
    yield from front_with(company, request.param)


def tables(company: Company) -> list[tuple[object, ...]]:
    names = (
        "issue_time_logs",
        "active_timers",
        "claims",
        "applied_actions",
        "devices",
        "idempotency_replies",
    )
    return [(name, *row) for name in names for row in company.rows(f"SELECT count(*) FROM {name}")]  # noqa: S608


# ---- the commit comes before the answer


def test_when_the_commit_fails_the_answer_says_so(failing: Front, company: Company) -> None:
    """And nothing is written, and the same request works later."""
    anna = failing.caller(company.anna)
    before = tables(company)
    reply = anna.start("BP-1", "key")
    assert reply.status_code in (500, 503)
    assert reply.json()["code"] in ("internal", "storage_unavailable")
    assert tables(company) == before
    assert not failing.said("Timer started")


def test_when_the_commit_fails_the_device_is_told(failing: Front, company: Company) -> None:
    anna = failing.caller(company.anna)
    device = anna.device()
    device.start("BP-1", "7:00")
    before = tables(company)
    assert anna.sync(device.request()).status_code in (500, 503)
    assert tables(company) == before
    assert device.sync()[0].outcome == "applied"


def test_a_storage_that_fails_says_when_to_come_again(company: Company) -> None:
    for front in front_with(company, no_storage):
        reply = front.caller(company.anna).start("BP-1")
        refused(reply, 503, "storage_unavailable")
        assert int(reply.headers["retry-after"]) > 0


def test_a_key_that_others_take_all_the_time_is_a_conflict(company: Company) -> None:
    """Nothing is written, and it is no failure of the server's."""
    for front in front_with(company, taken_key):
        anna = front.caller(company.anna)
        device = anna.device()
        device.start("BP-1", "7:00")
        before = tables(company)
        refused(anna.start("BP-1", "key"), 409, "conflict")
        refused(anna.sync(device.request()), 409, "conflict")
        assert tables(company) == before


def test_a_failure_is_logged_once_and_its_words_stay_inside(company: Company) -> None:
    for front in front_with(company, nobodys_thought):
        reply = front.caller(company.anna).start("BP-1")
        refused(reply, 500, "internal")
        assert "secret" not in reply.text
        [failure] = front.said("Timer failed")
        assert failure["error"] == "ZeroDivisionError"
        assert "the secret inner words" in failure["exception"]
        assert "Traceback" in failure["exception"]


# ---- who answers, and can it work


def test_which_server_is_this(front: Front, company: Company) -> None:
    reply = front.ask("GET", "/healthz")
    assert reply.status_code == 200
    found = reply.json()
    assert found["product"] == "hourkeep"
    assert found["protocol"] == 1
    assert found["server_id"] == company.server.server_id
    assert found["name"] == company.server.name
    assert found["version"].count(".") == 2


def test_ready(front: Front) -> None:
    assert front.ask("GET", "/readyz").status_code == 200


def test_not_ready(company: Company) -> None:
    database = Silent(company.served(), nobodys_thought)
    for front in opened(Front(company, database)):
        reply = front.ask("GET", "/readyz")
        refused(reply, 503, "not_ready")
        assert int(reply.headers["retry-after"]) > 0
        assert front.ask("GET", "/healthz").status_code == 200


# ---- headers and log lines


@pytest.mark.parametrize("path", ["/healthz", "/nothing", f"{PREFIX}/me", "/schema/openapi.json"])
def test_safe_headers_are_everywhere(front: Front, path: str) -> None:
    reply = front.ask("GET", path)
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-store"
    assert "server" not in reply.headers


def test_a_request_has_one_line_with_its_id(front: Front, anna: Caller) -> None:
    reply = anna.ask("GET", "/issues?q=secret", {"X-Request-Id": "abc-1"})
    assert reply.headers["x-request-id"] == "abc-1"
    [line] = [line for line in front.events if line["event"] == "Request"]
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "Request",
        "level": "info",
        "request_id": "abc-1",
        "method": "GET",
        "path": "/api/v1/issues",
        "status": 200,
        "duration_ms": 250.0,
    }


def test_what_belongs_to_a_request_has_its_id(front: Front, anna: Caller) -> None:
    company = front.company
    body = {"issue_id": company.issues["BP-1"], "project_id": company.projects["BP"]}
    anna.ask("POST", "/time-tracking/start", {"X-Request-Id": "abc-2"}, json=body)
    assert {line["event"] for line in front.events if line["request_id"] == "abc-2"} == {
        "Timer started",
        "Request",
    }


def test_the_seeds_three_events(front: Front, anna: Caller) -> None:
    anna.start("BP-1")
    front.company.clock.advance(hours=1)
    anna.act("stop", {"description": "nobody's business"})
    anna.act("stop")
    assert front.said("Timer started") == [
        {"level": "info", "user_id": anna.principal.user_id, "issue_id": front.company.issues["BP-1"]}
    ]
    assert front.said("Cost calculated") == [{"level": "debug", "seconds": 3600, "cost": "50.0000"}]
    assert front.said("Timer failed") == [{"level": "error", "error": "no_timer"}]
    log = front.out.getvalue().decode()
    assert "nobody's business" not in log
    assert anna.token not in log


def test_the_log_can_be_quieter(front: Front) -> None:
    """Nothing below the level is written."""
    quiet = Front(front.company, level=LogLevel.WARNING)
    for each in opened(quiet):
        each.caller(front.company.anna).start("BP-1")
        assert each.events == []
