"""Does every command do what it says, and does nonsense do nothing?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.core.notices import SignInResult
from app.settings import Settings
from app.ui.answers import Answers
from tests.fakes.clock import START
from tests.fakes.office import ANNA, Office


@dataclass
class Talk:
    office: Office
    shown: list[str] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)

    def say(self, line: bytes) -> dict[str, Any]:
        """The one answer to this line."""
        self.send(line)
        return self.replies.pop()

    def send(self, line: bytes) -> None:
        answers = Answers(
            self.office.controller, lambda: self.shown.append("show"), lambda: self.shown.append("quit")
        )
        before = len(self.replies)
        answers.answer(line, self.replies.append)
        assert len(self.replies) <= before + 1

    def do(self, what: str, **fields: object) -> dict[str, Any]:
        return self.say(json.dumps({"do": what, **fields}).encode() + b"\n")


@pytest.fixture
def talk(tmp_path: Path, qtbot: QtBot) -> Iterator[Talk]:
    office = Office(tmp_path)
    office.syncs()
    yield Talk(office)
    office.close()


@pytest.fixture
def nobody(tmp_path: Path, qtbot: QtBot) -> Iterator[Talk]:
    office = Office(tmp_path, Settings())
    yield Talk(office)
    office.close()


def test_a_piece_of_work(talk: Talk) -> None:
    assert talk.do("start", key="BP-123", ago_s=600) == {
        "ok": True,
        "issue_key": "BP-123",
        "running_since": START - 600,
    }
    talk.office.clock.advance(minutes=50)
    assert talk.do("pause") == {"ok": True, "issue_key": "BP-123", "elapsed_seconds": 3600}
    assert talk.do("resume") == {"ok": True, "issue_key": "BP-123", "elapsed_seconds": 3600}
    assert talk.do("status")["status"]["cost"] == Decimal("50.0000")
    assert len(talk.do("outbox")["outbox"]["waiting"]) == 3
    assert talk.do("stop", description="Done") == {
        "ok": True,
        "issue_key": "BP-123",
        "seconds": 3600,
        "cost": Decimal("50.0000"),
        "currency": "USD",
    }


def test_each_stop_says_its_own_time(talk: Talk) -> None:
    for key in ("BP-123", "WEB-7"):
        talk.do("start", key=key)
        talk.office.clock.advance(minutes=1)
        answer = talk.do("stop")
        assert (answer["issue_key"], answer["seconds"]) == (key, 60)


def test_status_of_a_fresh_app(nobody: Talk) -> None:
    assert nobody.do("status")["status"] == {
        "status": "idle",
        "issue_key": None,
        "elapsed_seconds": 0,
        "cost": None,
        "currency": None,
        "budget_percent": None,
        "sync": {"state": "signed_out", "waiting": 0, "confirmed": 0, "attention": 0, "last_contact": None},
    }


def test_show_and_quit(talk: Talk) -> None:
    assert talk.do("show") == {"ok": True}
    assert talk.do("quit") == {"ok": True}
    assert talk.shown == ["show", "quit"]


@pytest.mark.parametrize(
    ("what", "fields", "code"),
    [
        ("pause", {}, "nothing_runs"),
        ("resume", {}, "nothing_runs"),
        ("stop", {}, "nothing_runs"),
        ("start", {"key": "NOPE-1"}, "unknown_issue"),
        ("start", {"key": "\ud800"}, "unknown_issue"),
        ("start", {"key": "BP-123", "ago_s": -1}, "ago_in_future"),
        ("start", {"key": "BP-123", "ago_s": 10**30}, "ago_too_far"),
    ],
)
def test_what_makes_no_sense_now(talk: Talk, what: str, fields: dict[str, object], code: str) -> None:
    answer = talk.do(what, **fields)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert "\n" not in answer["text"]
    assert talk.office.controller.outbox()["waiting"] == []


def test_before_anybody_signed_in(nobody: Talk) -> None:
    assert nobody.do("start", key="BP-123")["code"] == "sign_in_first"


@pytest.mark.parametrize("description", ["a\0b", "\ud800", "x" * 60_000])
def test_words_that_cannot_be_kept(talk: Talk, description: str) -> None:
    talk.do("start", key="BP-123")
    answer = talk.do("stop", description=description)
    assert answer["ok"] is False
    assert talk.do("status")["status"]["status"] == "running"


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"no json\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"7\n",
        b"null\n",
        b"{}\n",
        b'{"do": null}\n',
        b'{"do": []}\n',
        b'{"do": {}}\n',
        b'{"do": "frobnicate"}\n',
        b'{"do": "start"}\n',
        b'{"do": "start", "key": 123}\n',
        b'{"do": "start", "key": "BP-123", "ago_s": "600"}\n',
        b'{"do": "start", "key": "BP-123", "ago_s": 1.5}\n',
        b'{"do": "start", "key": "BP-123", "ago_s": true}\n',
        b'{"do": "start", "key": "BP-123", "ago_s": NaN}\n',
        b'{"do": "start", "key": "BP-123", "ago_s": null}\n',
        b'{"do": "start", "key": "BP-123", "ago_s": ' + b"9" * 5000 + b"}\n",
        b'{"do": "stop", "description": 7}\n',
        b'{"do": "login"}\n',
        b'{"do": "login", "server": "x", "email": "y", "password": 7}\n',
        b"[" * 60_000 + b"\n",
    ],
)
def test_nonsense(talk: Talk, line: bytes) -> None:
    answer = talk.say(line)
    assert (answer["ok"], answer["code"]) == (False, "bad_request")
    assert answer["text"]
    assert talk.office.controller.outbox()["waiting"] == []


def test_sign_in_is_answered_when_the_server_has_answered(nobody: Talk) -> None:
    nobody.send(b'{"do": "login", "server": "s", "email": "e", "password": "p"}\n')
    assert nobody.replies == []
    nobody.office.sign_in_ends(SignInResult(ANNA, note="Signed in to Demo."))
    assert nobody.replies == [
        {"ok": True, "name": "Anna", "email": "anna@demo.test", "note": "Signed in to Demo."}
    ]


def test_sign_in_without_a_keyring(nobody: Talk) -> None:
    for _ in range(2):
        nobody.send(b'{"do": "login", "server": "s", "email": "e", "password": "p"}\n')
        nobody.office.sign_in_ends(SignInResult(ANNA), token_path="/profile/tokens")
        assert nobody.replies.pop()["note"].count("/profile/tokens") == 1


def test_sign_in_that_fails(nobody: Talk) -> None:
    nobody.send(b'{"do": "login", "server": "s", "email": "e", "password": "p"}\n')
    nobody.office.sign_in_ends(SignInResult(code="tls", error="Not\ntrusted."))
    assert nobody.replies == [{"ok": False, "code": "tls", "text": "Not trusted."}]
