"""Can a program look at logged time and correct it, with times as people type them?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytestqt.qtbot import QtBot

from app.errors import AppError
from app.settings import Settings
from app.ui.answers import Answers
from app.ui.log_answers import LogAnswers
from tests.app.ui.moments import do_nothing
from tests.app.ui.needing import DELETED, LONG, NINE, the_server_says
from tests.fakes.clock import FakeClock
from tests.fakes.desk import LOGIN
from tests.fakes.office import Office

BERLIN = ZoneInfo("Europe/Berlin")


class Program:
    def __init__(self, office: Office) -> None:
        self._answers = LogAnswers(office.controller, BERLIN)

    def asks(self, verb: str, **request: Any) -> dict[str, Any]:
        return self._answers.verbs[verb](request)

    def adds(self, start: str, end: str, **more: Any) -> dict[str, Any]:
        log: dict[str, Any] = self.asks("log_add", **{"key": "BP-123", "from": start, "to": end, **more})[
            "log"
        ]
        return log

    def logs(self, **request: Any) -> list[dict[str, Any]]:
        logs: list[dict[str, Any]] = self.asks("log_list", **request)["logs"]
        return logs

    def refusal(self, verb: str, **request: Any) -> str:
        with pytest.raises(AppError) as refused:
            self.asks(verb, **request)
        return refused.value.code


@pytest.fixture
def program(office: Office) -> Program:
    return Program(office)


def test_an_entry_is_in_the_list(program: Program) -> None:
    added = program.adds("08:00", "09:30", description="Fixed", is_billable=False)
    assert (added["start"], added["seconds"], added["is_billable"]) == (NINE + 3600, 5400, False)
    assert program.logs() == [added]
    assert added["timer_id"].startswith(added["id"])
    assert added["is_confirmed"] is False


def test_a_correction_by_a_short_id(program: Program) -> None:
    added = program.adds("08:00", "09:30")
    edited = program.asks("log_edit", id=added["id"], key="WEB-7", to="09:00")["log"]
    assert (edited["issue_key"], edited["start"], edited["seconds"]) == ("WEB-7", added["start"], 3600)


def test_a_time_without_a_date_is_one_of_the_logs_day(program: Program) -> None:
    added = program.adds("08:00", "09:30", date="2026-01-03")
    assert program.logs(days=2) == []
    assert program.asks("log_edit", id=added["id"], to="09:00")["log"]["seconds"] == 3600
    rest = program.asks("log_split", id=added["id"], at="08:20")["log"]
    assert (rest["start"], rest["seconds"]) == (added["start"] + 1200, 2400)
    assert [each["seconds"] for each in program.logs()] == [1200, 2400]


def test_a_deletion(program: Program) -> None:
    added = program.adds("08:00", "09:30")
    program.asks("log_void", id=added["id"])
    assert program.logs() == []
    assert program.refusal("log_void", id=added["id"]) == "already_deleted"


def test_ids_that_name_none_or_several(program: Program) -> None:
    one, other = program.adds("08:00", "08:30"), program.adds("08:30", "09:00")
    assert one["id"] != other["id"]
    first = {one["timer_id"][:6], other["timer_id"][:6]}.pop()
    assert program.refusal("log_void", id=first) == "several_logs"
    for typed in ("ffff", "", " ", "%"):
        assert program.refusal("log_void", id=typed) == "unknown_log"
    assert len(program.logs()) == 2


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"from": "09:00", "to": "08:00"}, "end_before_start"),
        ({"from": "09:00", "to": "11:00"}, "in_future"),
        ({"from": "9 am", "to": "10:00"}, "not_a_time"),
        ({"from": "09:00", "to": "10:00", "date": "5 Jan"}, "not_a_time"),
        ({"from": "02:30", "to": "03:30", "date": "2025-03-30"}, "time_skipped"),
        ({"from": "02:30", "to": "03:30", "date": "2025-10-26"}, "time_twice"),
        ({"from": "09:00", "to": "10:00", "key": "BP-999"}, "unknown_issue"),
        ({"from": "09:00", "to": "10:00", "is_billable": "yes"}, "bad_request"),
        ({"from": 9, "to": "10:00"}, "bad_request"),
        ({"from": "09:00"}, "bad_request"),
    ],
)
def test_what_is_refused_records_nothing(program: Program, request_: dict[str, Any], code: str) -> None:
    assert program.refusal("log_add", **{"key": "BP-123", **request_}) == code
    assert program.logs(days=62) == []


def test_a_time_that_came_twice_with_the_word_for_which(program: Program) -> None:
    night = {"date": "2025-10-26"}
    assert program.adds("02:30", "03:30", second=True, **night)["seconds"] == 3600


def test_a_decision(office: Office, program: Program) -> None:
    the_server_says(office, DELETED, LONG)
    item = DELETED.action_id[:8]
    assert program.refusal("outbox_resolve", item=item, choice="move-issue") == "choice_incomplete"
    assert program.refusal("outbox_resolve", item=item, choice="count") == "not_offered"
    assert program.refusal("outbox_resolve", item=item, choice="dance") == "not_offered"
    assert program.refusal("outbox_resolve", item="0190", choice="discard") == "unknown_item"
    said = program.asks("outbox_resolve", item=item, choice="move-issue", key="BP-123")
    assert said == {"issue_key": "BP-99", "choice": "move_issue"}
    assert program.refusal("outbox_resolve", item=item, choice="discard") == "settled_already"
    needs = office.controller.outbox()["attention"]
    assert [(each["id"], each["decided"]) for each in needs] == [(item, "move_issue"), ("0190bbbb", None)]


def test_the_export_holds_what_waits(office: Office, program: Program) -> None:
    office.controller.start(LOGIN)
    program.adds("08:00", "09:30")
    answer = program.asks("outbox_export")
    assert answer["count"] == 2
    assert [each["kind"] for each in json.loads(answer["json"])["actions"]] == ["timer.start", "log.add"]
    assert "+01:00" in answer["csv"]


def test_over_the_line(office: Office) -> None:
    replies: list[dict[str, Any]] = []
    answers = Answers(office.controller, do_nothing, do_nothing)
    for line in ('{"do": "log_list"}', '{"do": "log_list", "days": "x"}', '{"do": ["log_list"]}'):
        answers.answer(line.encode(), replies.append)
    assert replies[0] == {"ok": True, "logs": []}
    assert [each["ok"] for each in replies[1:]] == [False, False]


def test_nobody_signed_in(tmp_path: Path, clock: FakeClock, qtbot: QtBot) -> None:
    nobody = Office(tmp_path / "nobody", Settings())
    program = Program(nobody)
    assert program.logs() == []
    assert program.refusal("log_add", key="BP-1", **{"from": "08:00", "to": "09:00"}) == "sign_in_first"
    nobody.controller.close()
