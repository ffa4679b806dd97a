"""Does each command ask the running app for the right thing, and say the answer in plain words?"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.cli.conftest import Shell

SINCE = 1_767_609_120  # 2026-01-05 10:32:00 UTC
ONLINE = {"state": "online", "waiting": 0, "attention": 0, "last_contact": SINCE}
IDLE: dict[str, Any] = {
    "status": "idle",
    "issue_key": None,
    "elapsed_seconds": 0,
    "cost": None,
    "currency": None,
    "budget_percent": None,
    "sync": ONLINE,
}
RUNNING = {
    **IDLE,
    "status": "running",
    "issue_key": "BP-123",
    "elapsed_seconds": 4328,
    "cost": 60.1111,
    "currency": "USD",
    "budget_percent": 82.9,
}


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The C library reads the zone from the environment and nowhere else."""
    with monkeypatch.context() as environment:
        environment.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def test_start(shell: Shell) -> None:
    app = shell.app_answers(issue_key="BP-123", running_since=SINCE)
    assert shell.type("start", " BP-123", "--ago", "10m") == 0
    assert app.heard == [{"do": "start", "key": "BP-123", "ago_s": 600}]
    assert shell.out.getvalue() == "BP-123 runs since 10:32.\n"


def test_pause_and_resume(shell: Shell) -> None:
    app = shell.app_answers(issue_key="BP-123", elapsed_seconds=4328)
    assert shell.type("pause") == 0
    assert shell.type("resume") == 0
    assert app.heard == [{"do": "pause"}, {"do": "resume"}]
    assert shell.out.getvalue() == "BP-123 is paused at 1:12:08.\nBP-123 goes on at 1:12:08.\n"


@pytest.mark.parametrize(
    ("cost", "currency", "said"),
    [
        (60.1111, "USD", "Logged 1:12:08 for $60.11 on BP-123."),
        (1234.565, "EUR", "Logged 1:12:08 for €1,234.57 on BP-123."),
        (60.5, "JPY", "Logged 1:12:08 for ¥61 on BP-123."),
        (60.0, "CHF", "Logged 1:12:08 for CHF 60.00 on BP-123."),
        (60.5, "KWD", "Logged 1:12:08 for KWD 60.500 on BP-123."),
        (60.5, "KRW", "Logged 1:12:08 for ₩61 on BP-123."),
        (None, None, "Logged 1:12:08 on BP-123."),
    ],
)
def test_stop(shell: Shell, cost: float | None, currency: str | None, said: str) -> None:
    app = shell.app_answers(issue_key="BP-123", seconds=4328, cost=cost, currency=currency)
    assert shell.type("stop", "-m", "Fixed it") == 0
    assert app.heard == [{"do": "stop", "description": "Fixed it"}]
    assert shell.out.getvalue() == f"{said}\n"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (IDLE, "No timer is running.\nEverything is saved on the server.\n"),
        (RUNNING, "BP-123 runs: 1:12:08, $60.11, 82 % of budget.\nEverything is saved on the server.\n"),
        (
            {**RUNNING, "status": "paused", "cost": None, "budget_percent": None},
            "BP-123 is paused: 1:12:08.\nEverything is saved on the server.\n",
        ),
    ],
)
def test_status(shell: Shell, state: dict[str, Any], said: str) -> None:
    shell.app_answers(status=state)
    assert shell.type("status") == 0
    assert shell.out.getvalue() == said


@pytest.mark.parametrize(
    ("sync", "said"),
    [
        ({"state": "online", "waiting": 1}, "1 action is saved here and will be sent."),
        ({"state": "offline", "waiting": 3}, "Offline. 3 actions are saved here and will be sent."),
        ({"state": "offline"}, "Offline. Nothing is waiting."),
        ({"state": "signed_out"}, "Not signed in: hourkeep login"),
        ({"state": "signed_out", "waiting": 2}, "2 actions are saved here and will be sent when you sign in"),
        ({"state": "attention", "attention": 1}, "1 action needs your decision: hourkeep outbox."),
    ],
)
def test_status_says_whether_all_is_saved(shell: Shell, sync: dict[str, Any], said: str) -> None:
    shell.app_answers(status={**IDLE, "sync": {**ONLINE, **sync}})
    assert shell.type("status") == 0
    assert said in shell.out.getvalue()


def test_status_for_programs(shell: Shell) -> None:
    shell.app_answers(status=RUNNING)
    assert shell.type("status", "--json") == 0
    assert json.loads(shell.out.getvalue()) == RUNNING


def test_outbox(shell: Shell) -> None:
    shell.app_answers(
        outbox={
            "waiting": [
                {"seq": 7, "action_id": "a", "kind": "timer.start", "at": SINCE, "issue_key": "BP-123"}
            ],
            "attention": [
                {
                    "id": "b",
                    "action_id": "b",
                    "code": "locked",
                    "detail": "BP is locked.",
                    "since": 0,
                    "start": None,
                    "issue_key": None,
                    "choices": [],
                    "decided": None,
                    "asked_at": None,
                }
            ],
        }
    )
    assert shell.type("outbox") == 0
    assert shell.out.getvalue() == (
        "1970-01-01 00:00:00  BP is locked.\n2026-01-05 10:32:00  BP-123  start, waiting to be sent\n"
    )


def test_an_empty_outbox(shell: Shell) -> None:
    shell.app_answers(outbox={"waiting": [], "attention": []})
    assert shell.type("outbox") == 0
    assert shell.out.getvalue().startswith("Nothing is waiting.")
    shell.out.truncate(0)
    assert shell.type("outbox", "--json") == 0
    assert json.loads(shell.out.getvalue().strip("\0")) == {"waiting": [], "attention": []}


def test_sign_in_reads_the_password_from_the_first_line(shell: Shell) -> None:
    app = shell.app_answers(name="Anna", email="anna@demo.test", note="The token is kept in a file.")
    shell.typed = "pass word \r\nnot this\n"
    words = ["login", "--server", "hours.example.com", "--email", "anna@demo.test", "--password-stdin"]
    assert shell.type(*words) == 0
    assert app.heard == [
        {
            "do": "login",
            "server": "hours.example.com",
            "email": "anna@demo.test",
            "password": "pass word ",
        }
    ]
    assert shell.out.getvalue() == "Signed in as Anna (anna@demo.test).\nThe token is kept in a file.\n"
    assert "pass word" not in shell.out.getvalue() + shell.err.getvalue()


@pytest.mark.parametrize("typed", ["", "\n", "\r\nsecret\n"])
def test_no_password(shell: Shell, typed: str) -> None:
    app = shell.app_answers()
    shell.typed = typed
    assert shell.type("login", "--server", "x", "--email", "y", "--password-stdin") == 1
    assert app.heard == []
    assert len(shell.err.getvalue().splitlines()) == 1


def test_a_refusal_is_one_line(shell: Shell) -> None:
    shell.app_runs(lambda _: {"ok": False, "code": "unknown_issue", "text": "No issue\nNOPE-1 is known."})
    assert shell.type("start", "NOPE-1") == 1
    assert shell.out.getvalue() == ""
    assert shell.err.getvalue() == "No issue NOPE-1 is known.\n"
