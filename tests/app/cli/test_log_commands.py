"""Does each command about logged time ask the app for what was typed, and say what became of it?"""

from __future__ import annotations

import json
import stat
from typing import Any, Final

import pytest

from tests.app.cli.conftest import Shell

START: Final = 1_767_603_600
LOG: Final[dict[str, Any]] = {
    "id": "0190aaaa", "timer_id": "0190aaaa-1", "issue_key": "BP-123", "issue_summary": "Fix the login redirect",
    "status": "stopped", "start": START, "end": START + 5400, "seconds": 5400, "description": None,
    "is_billable": True, "cost": None, "currency": None, "flag": None, "is_confirmed": True,
}  # fmt: skip
NO_TIMES: Final = {"from": None, "to": None, "date": None, "second": False}


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (
            "log add BP-123 --from 09:00 --to 10:30 -m Fixed --no-billable",
            {
                "do": "log_add", "key": "BP-123", "from": "09:00", "to": "10:30", "date": None, "second": False,
                "description": "Fixed", "is_billable": False,
            },
        ),
        (
            "log edit 0190 --to 11:00 --date 2026-01-05 --issue WEB-7",
            {
                "do": "log_edit", "id": "0190", "key": "WEB-7", "from": None, "to": "11:00",
                "date": "2026-01-05", "second": False, "description": None,
            },
        ),
        (
            "log split 0190 --at 10:15 --second",
            {"do": "log_split", **NO_TIMES, "second": True, "id": "0190", "at": "10:15"},
        ),
        ("log void 0190 -m Twice", {"do": "log_void", "id": "0190", "reason": "Twice"}),
        (
            "outbox resolve ab move-issue --issue WEB-7",
            {"do": "outbox_resolve", **NO_TIMES, "item": "ab", "choice": "move-issue", "key": "WEB-7"},
        ),
    ],
)  # fmt: skip
def test_what_is_asked(shell: Shell, typed: str, asked: dict[str, Any]) -> None:
    app = shell.app_answers(log=LOG, issue_key="BP-123", choice="move_issue")
    assert shell.type(*typed.split()) == 0
    assert app.heard == [asked]
    assert shell.out.getvalue().count("\n") == 1


def test_a_list_for_people_and_for_programs(shell: Shell) -> None:
    waiting = {**LOG, "id": "0190bbbb", "is_confirmed": False, "flag": "LONG", "description": "Fixed\nit"}
    going = {**LOG, "id": "0190cccc", "end": None, "status": "running"}
    app = shell.app_answers(logs=[LOG, waiting, going])
    assert shell.type("log", "list", "--days", "3") == 0
    day, *lines, key = shell.out.getvalue().splitlines()
    assert (day, len(lines)) == ("Mon 2026-01-05", 3)
    assert lines[0].split("  ")[1] == "0190aaaa"
    assert "1:30:00" in lines[0]
    assert lines[1].endswith("Fixed it ! *")
    assert key.startswith("* waits")
    assert app.heard == [{"do": "log_list", "days": 3}]
    assert shell.type("log", "list", "--json") == 0
    assert json.loads(shell.out.getvalue().splitlines()[-1]) == [LOG, waiting, going]


@pytest.mark.parametrize(
    "typed",
    [
        "log",
        "log add BP-123 --from 09:00",
        "log list --days 0",
        "log list --days 63",
        "outbox resolve ab forget",
        "log split 0190",
    ],
)
def test_wrong_usage(shell: Shell, typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as wrong:
        shell.type(*typed.split())
    assert wrong.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "0190aaaa  move-issue, discard"),
        ({"decided": "move_issue"}, "0190aaaa  move-issue: will be settled when the server has it"),
        ({"asked_at": START}, "0190aaaa  a manager is asked"),
        ({"choices": []}, ""),
    ],
)
def test_what_needs_somebody(shell: Shell, state: dict[str, Any], said: str) -> None:
    item = {
        "id": "0190aaaa", "code": "ISSUE_DELETED", "detail": "Gone.", "since": START, "start": START - 3600,
        "issue_key": "BP-1", "choices": ["move_issue", "discard"], "decided": None, "asked_at": None, **state,
    }  # fmt: skip
    shell.app_answers(outbox={"waiting": [], "attention": [item]})
    assert shell.type("outbox") == 0
    first, *rest = shell.out.getvalue().splitlines()
    assert first == "2026-01-05 08:00:00  BP-1  Gone."
    assert "".join(rest).strip() == said


@pytest.mark.parametrize(("name", "content"), [("a.csv", "issue\n"), ("a.json", "{}")])
def test_an_export_is_new_and_private(shell: Shell, name: str, content: str) -> None:
    shell.app_answers(count=1, csv="issue\n", json="{}")
    file = shell.folder / name
    assert shell.type("outbox", "export", str(file)) == 0
    assert file.read_text() == content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shell.out.getvalue() == f"1 action is in {file}.\n"
    file.write_text("mine")
    assert shell.type("outbox", "export", str(file)) == 1
    assert file.read_text() == "mine"
    assert "already" in shell.err.getvalue()


def test_an_export_to_nowhere(shell: Shell) -> None:
    shell.app_answers(count=0, csv="", json="")
    assert shell.type("outbox", "export", str(shell.folder / "no" / "file")) == 1
    assert len(shell.err.getvalue().splitlines()) == 1
