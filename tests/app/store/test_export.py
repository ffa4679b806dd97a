"""Can a person take along what the server does not have yet, and read it?"""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta, timezone
from typing import Any

import pytest

from app.core.actions import Draft, Kind
from app.core.timer import IssueRef
from app.store.export import as_csv, as_json
from app.store.outbox import Outbox
from app.store.records import Settled
from tests.fakes.clock import START
from tests.fakes.desk import LOGIN, MENU, Desk

BERLIN = timezone(timedelta(hours=1))


def known(issue_id: int) -> IssueRef | None:
    return {LOGIN.id: LOGIN}.get(issue_id)


def table(outbox: Outbox) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(outbox, known, BERLIN))))


def record(desk: Desk, kind: Kind, **body: Any) -> None:
    t = {"wall": START, "session": "", "mono_s": 0, "awake_s": 0, "tz": "UTC", "off_ms": None}
    desk.outbox.record([Draft(desk.new_id(), kind, START, {**body, "t": t})], desk.outbox.timer())


def test_the_json_is_everything_that_is_not_confirmed(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.pause()
    desk.outbox.settle(1, [Settled(1, "applied")])
    desk.start(MENU)
    content = json.loads(as_json(desk.outbox, known))
    unsent = desk.outbox.unsent()
    assert [(each["action_id"], each["seq"], each["kind"], each["body"]) for each in content["actions"]] == [
        (each.action_id, each.seq, each.kind, each.body) for each in unsent
    ]
    assert [each["issue"] for each in content["actions"]] == ["BP-123", "BP-123", "#7"]
    assert content["actions"][0]["at"] == "2026-01-05 09:00:00+00:00"
    assert content["device_id"] == desk.outbox.device_id


def test_the_table_says_what_was_worked(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.advance(minutes=90)
    desk.pause()
    desk.clock.advance(minutes=10)
    desk.resume()
    desk.clock.advance(minutes=5)
    desk.stop("Größe, „fest“")
    desk.start(MENU)
    rows = table(desk.outbox)
    assert [(row["issue"], row["start"], row["end"], row["seconds"]) for row in rows] == [
        ("BP-123", "2026-01-05 10:00:00+01:00", "2026-01-05 11:30:00+01:00", "5400"),
        ("BP-123", "2026-01-05 11:40:00+01:00", "2026-01-05 11:45:00+01:00", "300"),
        ("#7", "2026-01-05 11:45:00+01:00", "", ""),
    ]
    assert [row["description"] for row in rows] == ["", "Größe, „fest“", ""]


def test_a_stretch_whose_beginning_is_confirmed_is_told_whole(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.advance(minutes=1)
    desk.pause()
    desk.clock.advance(minutes=1)
    desk.resume()
    desk.outbox.settle(3, [Settled(seq, "applied") for seq in (1, 2, 3)])
    desk.clock.advance(minutes=2)
    desk.stop()
    (row,) = table(desk.outbox)
    assert (row["issue"], row["seconds"], row["what"]) == ("BP-123", "120", "worked")


def test_what_was_entered_corrected_and_deleted_is_there(desk: Desk) -> None:
    record(
        desk,
        Kind.ADD,
        timer_id="t1",
        claim_id="c1",
        issue_id=LOGIN.id,
        start=START,
        end=START + 60,
        more=[{"claim_id": "c2", "start": START + 120, "end": START + 150}],
    )
    record(
        desk,
        Kind.EDIT,
        timer_id="t1",
        base_rev=1,
        set={"issue_id": MENU.id, "description": "=HYPERLINK(0)"},
        stretches=[{"claim_id": "c1", "start": START, "end": START + 30, "is_void": True}],
    )
    record(desk, Kind.VOID, timer_id="t1", base_rev=2, reason="Twice")
    record(desk, Kind.RESOLVE, ref="a", choice="keep")
    rows = table(desk.outbox)
    assert [(row["what"], row["issue"], row["seconds"], row["description"]) for row in rows] == [
        ("entered", "BP-123", "60", ""),
        ("entered", "BP-123", "30", ""),
        ("corrected", "#7", "", "'=HYPERLINK(0)"),
        ("deleted", "BP-123", "30", ""),
        ("deleted", "BP-123", "", "Twice"),
        ("decided", "", "", ""),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(desk: Desk, text: str) -> None:
    record(desk, Kind.VOID, timer_id="t1", base_rev=1, reason=text)
    (row,) = table(desk.outbox)
    assert row["description"] == f"'{text}"


def test_where_nothing_waits_there_is_nothing(desk: Desk) -> None:
    assert (table(desk.outbox), json.loads(as_json(desk.outbox, known))["actions"]) == ([], [])
