"""Are the bodies the seed document's, field for field and type for type?

In the seed's example Anna costs 50 an hour and works for one hour.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from httpx import Response

from tests.server.api.front import Caller, Front, understood
from tests.server.daytime import at


def is_so(reply: Response, expected: dict[str, Any]) -> None:
    """Same fields in the same order, same values, same types: 1 is not true, and money is a number with places."""
    assert reply.status_code == 200, reply.text
    found = understood(reply)
    assert list(found) == list(expected)
    assert [type(value) for value in found.values()] == [type(value) for value in expected.values()]
    assert found == expected


def test_start(front: Front, anna: Caller) -> None:
    is_so(
        anna.start("BP-1"),
        {
            "success": True,
            "time_log_id": 1,
            "status": "running",
            "elapsed_seconds": 0,
            "cost": Decimal("0.0000"),
            "start_time": at("8:00"),
        },
    )


def test_stop(front: Front, anna: Caller) -> None:
    anna.start("BP-1")
    front.company.clock.advance(hours=1)
    is_so(
        anna.act("stop", {"description": "Fixed the auth bug"}),
        {
            "success": True,
            "time_log_id": 1,
            "status": "stopped",
            "elapsed_seconds": 3600,
            "cost": Decimal("50.0000"),
            "end_time": at("9:00"),
        },
    )


def test_pause_and_resume(front: Front, anna: Caller) -> None:
    anna.start("BP-1")
    front.company.clock.advance(minutes=30)
    expected = {
        "success": True,
        "time_log_id": 1,
        "status": "paused",
        "elapsed_seconds": 1800,
        "cost": Decimal("25.0000"),
    }
    is_so(anna.act("pause"), expected)
    front.company.clock.advance(hours=2)
    is_so(anna.act("resume"), {**expected, "status": "running"})


def test_status_while_running(front: Front, anna: Caller) -> None:
    front.company.set_budget("BP", 1000)
    anna.start("BP-1")
    front.company.clock.advance(hours=1)
    revision = understood(anna.status())["revision"]
    is_so(
        anna.status(),
        {
            "status": "running",
            "time_log_id": 1,
            "server_time": at("9:00"),
            "revision": revision,
            "issue_id": front.company.issues["BP-1"],
            "issue_key": "BP-1",
            "issue_summary": "About BP-1",
            "project_id": front.company.projects["BP"],
            "started_at": at("8:00"),
            "paused_at": None,
            "elapsed_seconds": 3600,
            "cost": Decimal("50.0000"),
            "currency": "USD",
            "rate_type": "hourly",
            "rate_amount": Decimal("50.0000"),
            "budget_percent": Decimal("5.00"),
        },
    )


def test_status_while_stopped(front: Front, anna: Caller) -> None:
    found = understood(anna.status())
    assert found == {
        "status": "stopped",
        "time_log_id": None,
        "server_time": at("8:00"),
        "revision": found["revision"],
    }


def test_money_keeps_every_place(front: Front, anna: Caller) -> None:
    """50 an hour for one second is 0.013888…, which no binary fraction holds."""
    anna.start("BP-1")
    front.company.clock.advance(seconds=1)
    reply = anna.act("stop")
    assert b'"cost":0.0139' in reply.content
