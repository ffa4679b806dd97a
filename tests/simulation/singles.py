"""What may a person ask of the server without the app, by one request?"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

from server.db.session import Connection
from server.domain.messages import AddLog, ChangeLog, DeleteLog, StartTimer, StopTimer
from server.domain.principal import Principal
from server.services.time import editing, timers
from tests.simulation.office import Office

Work = Callable[[Connection], object]
WAYS: Final = {"start": 2, "pause": 1, "resume": 1, "stop": 4, "add": 1, "change": 3, "remove": 1}


def draw(office: Office, principal: Principal, issue: int, random: Random) -> tuple[str, Work | None]:
    """One of the ways, and what it does; None when there is nothing that it could be done with."""
    way = random.choices(list(WAYS), list(WAYS.values()))[0]
    match way:
        case "start":
            project = office.book.rules.places[issue].project
            asked = StartTimer(issue_id=issue, project_id=project)
            return way, lambda conn: timers.start(conn, principal, asked, office.now_ms)
        case "pause":
            return way, lambda conn: timers.pause(conn, principal, office.now_ms)
        case "resume":
            return way, lambda conn: timers.resume(conn, principal, office.now_ms)
        case "stop":
            return way, lambda conn: timers.stop(conn, principal, StopTimer(None), office.now_ms)
        case "add":
            start = office.now - random.randint(60, 20 * 3600)
            said = AddLog(issue, start, min(office.now, start + random.choice([60, 7200])))
            return way, lambda conn: editing.add(conn, principal, said, office.now_ms)
        case _:
            return way, _correction(way, office, principal, issue, random)


def _correction(way: str, office: Office, principal: Principal, issue: int, random: Random) -> Work | None:
    found = office.rows(
        "SELECT id, start_time, end_time FROM issue_time_logs"
        " WHERE user_id = ? AND status = 'stopped' AND is_deleted = 0 ORDER BY id",
        principal.user_id,
    )
    if not found:
        return None
    log, start_ms, end_ms = random.choice(found)
    if way == "remove":
        return lambda conn: editing.remove(conn, principal, log, DeleteLog(), office.now_ms)
    wanted: dict[str, Any] = {}
    if random.random() < 0.4:
        wanted["issue_id"] = issue
    if random.random() < 0.5:
        wanted["start_time"] = start_ms // 1000 + random.randint(-1800, 1800)
    if random.random() < 0.5 and end_ms is not None:
        wanted["end_time"] = min(office.now, end_ms // 1000 + random.randint(-1800, 1800))
    said = ChangeLog(**wanted)
    return lambda conn: editing.change(conn, principal, log, said, office.now_ms)
