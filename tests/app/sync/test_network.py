"""Does each call become the right event, and does nothing secret go astray?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from app.api.client import Client
from app.api.models import SyncReply
from app.clock import ServerAnchor
from app.core.logbook import Stretch
from app.core.screen import Hindrance
from app.core.timer import Status
from app.desktop.secrets import Secrets
from app.store.records import ChainHead, Settled
from app.sync import wire
from app.sync.events import (
    Answered,
    Code,
    Event,
    Failure,
    FetchIssues,
    FetchProjects,
    FindToken,
    IssuesFetched,
    Probe,
    Probed,
    ProjectsFetched,
    Send,
    TokenFound,
    TooLarge,
    Unanswered,
    Unauthorised,
)
from app.sync.network import Calls
from app.sync.sign_in import SignInAsked
from tests.app.api.far_end import FarEnd, Said, Turn, answer, problem
from tests.app.desktop.test_secrets import MemoryKeyring
from tests.app.sync.pieces import ACCOUNT, RATE, outgoing
from tests.fakes.clock import START, FakeClock

INFO: dict[str, Any] = {
    "product": "hourkeep",
    "server_id": ACCOUNT.server_id,
    "name": "Demo Company",
    "version": "0.1.0",
    "protocol": 1,
}
TIMER: dict[str, Any] = {
    "timer_id": "t",
    "time_log_id": 4,
    "status": "running",
    "issue_id": 123,
    "issue_key": "BP-123",
    "issue_summary": "Fix the login redirect",
    "project_id": 1,
    "claim_id": "c",
    "device_id": "device-1",
    "started_at": 900,
    "running_since": 950,
    "paused_at": None,
    "closed_seconds": 30,
    "rate": {"rate_type": "hourly", "rate_amount": 50.0, "currency": "USD"},
    "hold_code": None,
}
SNAPSHOT: dict[str, Any] = {
    "revision": "r",
    "active_timer": TIMER,
    "rate": TIMER["rate"],
    "today": {"counted_seconds": 80, "held_seconds": 0, "costs": []},
    "budgets": [{"project_id": 1, "percent": 81.5, "warning_percent": 80.0, "as_of": 1000}],
    "attention": [],
    "recent_issue_ids": [123],
}
PASSWORD = "a-pass-phrase"


class ServerSays(FarEnd):
    """Repeats the nonce of each sync, as the real server does."""

    def __init__(self, *turns: Turn, **changes: Any) -> None:
        super().__init__(*(turns or (answer(INFO),)))
        self.changes = changes

    def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:
        if self.changes and (request.url or "").endswith("/sync"):
            reply = super().send(request, *args, **named)
            content = {**sync_reply(), "nonce": self.asked[-1].json()["nonce"], **self.changes}
            said = FarEnd(answer(content)).send(request)
            reply.raw, reply.headers = said.raw, said.headers
            return reply
        return super().send(request, *args, **named)


def sync_reply() -> dict[str, Any]:
    return {
        "nonce": "",
        "server_id": ACCOUNT.server_id,
        "server_epoch": "epoch-1",
        "server_time": 1000,
        "code": "OK",
        "last_seq": 1,
        "chain": "d" * 64,
        "results": [{"seq": 1, "action_id": "action-1", "outcome": "applied"}],
        "snapshot": SNAPSHOT,
        "limits": {"max_actions": 200, "next_poll_s": 5},
    }


class Machine:
    """A device with a keyring, on which the servers of the test answer."""

    def __init__(self, folder: Path) -> None:
        self.keyring = MemoryKeyring()
        self.secrets = Secrets(folder, lambda: self.keyring)
        self.servers: dict[str, FarEnd] = {}
        self.clock = FakeClock()
        self.calls = Calls(self._client, self.secrets, "0.1.0", self.clock.reading)

    def _client(self, url: str) -> Client:
        return Client(url, version="0.1.0", now=lambda: START, adapter=self.servers[url])

    def signed_in(self, server: FarEnd) -> None:
        self.servers[ACCOUNT.server_url] = server
        self.secrets.store("server-1/3", "hk_token")
        assert self.calls.do(FindToken(ACCOUNT)) == TokenFound(found=True)


@pytest.fixture
def device(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_a_token_there_is_none(device: Machine) -> None:
    device.servers[ACCOUNT.server_url] = ServerSays()
    assert device.calls.do(FindToken(ACCOUNT)) == TokenFound(found=False)


def test_a_sync_carries_the_actions_and_brings_the_state(device: Machine) -> None:
    server = ServerSays(last_seq=1)
    device.signed_in(server)
    event = device.calls.do(Send(outgoing(1)))
    sent = server.asked[-1].json()
    assert (sent["device_id"], sent["base"]["seq"], len(sent["actions"])) == ("device-1", 0, 1)
    assert server.asked[-1].request.headers["Authorization"] == "Bearer hk_token"
    assert isinstance(event, Answered)
    got = event.answer
    assert (got.code, got.head, got.poll_s) == (Code.OK, ChainHead(1, "d" * 64), 5.0)
    assert got.results == (Settled(1, "applied", action_id="action-1"),)
    assert got.snapshot is not None
    assert got.snapshot.timer is not None
    assert (got.snapshot.timer.status, got.snapshot.timer.rate) == (Status.RUNNING, RATE)
    assert (got.snapshot.today_seconds, got.snapshot.as_of) == (80, 1000)
    assert str(got.snapshot.budgets[1].percent) == "81.5"


def test_the_clocks_of_a_request_are_those_of_its_sending(device: Machine) -> None:
    """The server measures by them: what has waited in a queue must not make its anchor late."""
    server = ServerSays(last_seq=1)
    device.signed_in(server)
    taken = Send(outgoing(1))
    for _ in range(2):
        device.clock.advance(seconds=30)
        device.calls.do(taken)
        now, reading = server.asked[-1].json()["now"], device.clock.reading()
        assert (now["session"], now["mono_ms"], now["wall"]) == (
            reading.session, reading.mono_ms, reading.wall,
        )  # fmt: skip


@pytest.mark.parametrize(
    "rate",
    [
        {"rate_type": "daily", "rate_amount": 50, "currency": "USD"},
        {"rate_type": "hourly", "rate_amount": 0.00001, "currency": "USD"},
    ],
)
def test_a_rate_that_cannot_be_computed_with_is_unknown(device: Machine, rate: dict[str, Any]) -> None:
    device.signed_in(ServerSays(snapshot={**SNAPSHOT, "rate": rate, "active_timer": {**TIMER, "rate": rate}}))
    event = device.calls.do(Send(outgoing(1)))
    assert isinstance(event, Answered)
    assert event.answer.snapshot is not None
    assert event.answer.snapshot.timer is not None
    assert (event.answer.snapshot.rate, event.answer.snapshot.timer.rate) == (None, None)


@pytest.mark.parametrize(
    ("reply", "hindrance"),
    [
        ({"code": "SOMETHING_NEW"}, Hindrance.UPGRADE),
        ({"results": [{"seq": 1, "action_id": "a", "outcome": "new"}]}, Hindrance.UPGRADE),
        ({"server_id": "another"}, Hindrance.WRONG_SERVER),
        ({"nonce": "somebody else's"}, Hindrance.PORTAL),
    ],
)
def test_an_answer_that_is_not_for_us(device: Machine, reply: dict[str, Any], hindrance: Hindrance) -> None:
    device.signed_in(ServerSays(**reply))
    assert device.calls.do(Send(outgoing(1))) == Unanswered(Failure(hindrance))


FAILURES: list[tuple[Turn, Event]] = [
    (requests.exceptions.ConnectionError("refused"), Unanswered(Failure(Hindrance.UNREACHABLE))),
    (requests.exceptions.ReadTimeout("slow"), Unanswered(Failure(Hindrance.SERVER))),
    (requests.exceptions.SSLError("expired"), Unanswered(Failure(Hindrance.TLS))),
    (Said(200, b"<html>Hotel", {"Content-Type": "text/html"}), Unanswered(Failure(Hindrance.PORTAL))),
    (Said(302, b"", {"Location": "http://portal.test"}), Unanswered(Failure(Hindrance.PORTAL))),
    (Said(502, b"Bad Gateway"), Unanswered(Failure(Hindrance.SERVER))),
    (problem(503, "busy", **{"Retry-After": "7"}), Unanswered(Failure(Hindrance.SERVER, 7.0))),
    (problem(401, "not_signed_in"), Unauthorised()),
    (Said(401, b"proxy", {"Content-Type": "text/html"}), Unanswered(Failure(Hindrance.PORTAL))),
    (problem(403, "forbidden"), Unanswered(Failure(Hindrance.REFUSED))),
    (problem(413, "too_large"), TooLarge()),
    (problem(422, "invalid"), Unanswered(Failure(Hindrance.SERVER))),
    (problem(426, "upgrade"), Unanswered(Failure(Hindrance.UPGRADE))),
]


@pytest.mark.parametrize(("turn", "event"), FAILURES, ids=lambda each: type(each).__name__)
def test_a_failure_is_an_event_and_the_token_stays(device: Machine, turn: Turn, event: Event) -> None:
    device.signed_in(FarEnd(turn))
    for effect in (Send(outgoing(1)), FetchProjects(None), FetchIssues(None, None)):
        assert device.calls.do(effect) == event
    assert device.secrets.load("server-1/3") == "hk_token"


def test_a_probe_asks_for_our_server_alone(device: Machine) -> None:
    device.signed_in(ServerSays())
    assert device.calls.do(Probe()) == Probed()
    device.servers[ACCOUNT.server_url] = ServerSays(answer({**INFO, "server_id": "another"}))
    device.calls.do(FindToken(replace(ACCOUNT, name="Anna B.")))
    assert device.calls.do(Probe()) == Unanswered(Failure(Hindrance.WRONG_SERVER))


def test_pages_of_the_catalogue(device: Machine) -> None:
    project = {"id": 1, "key": "BP", "name": "Big", "is_archived": False, "updated_at": 5}
    issue = {"id": 9, "key": "BP-9", "summary": "x", "project_id": 1, "is_deleted": False, "updated_at": 5}
    server = FarEnd(answer({"items": [project], "next": None}), answer({"items": [issue], "next": "c"}))
    device.signed_in(server)
    projects, issues = device.calls.do(FetchProjects(None)), device.calls.do(FetchIssues(77, "b"))
    assert isinstance(projects, ProjectsFetched)
    assert isinstance(issues, IssuesFetched)
    assert ([each.key for each in projects.projects], projects.next) == (["BP"], None)
    assert ([each.key for each in issues.issues], issues.next) == (["BP-9"], "c")
    assert "updated_since=77" in (server.asked[-1].request.url or "")


# ---- signing in and out -------------------------------------------------------------------------------------


def asked(url: str = ACCOUNT.server_url) -> SignInAsked:
    return SignInAsked(1, url, " anna@demo.test ", PASSWORD)


def signed_in_reply() -> Said:
    user = {
        "id": 3,
        "email": "anna@demo.test",
        "name": "Anna",
        "role": "member",
        "rate": None,
        "server": INFO,
    }
    return answer({"token": "hk_new", "token_id": 1, "user": user}, 201)


def test_signing_in_keeps_the_token_in_the_keyring(device: Machine) -> None:
    server = ServerSays(answer(INFO), signed_in_reply())
    device.servers[ACCOUNT.server_url] = server
    ended = device.calls.sign_in(asked())
    assert (ended.result.account, ended.token_path) == (ACCOUNT, None)
    assert device.secrets.load("server-1/3") == "hk_new"
    assert server.asked[-1].json()["email"] == "anna@demo.test"
    assert PASSWORD not in repr(asked())


def test_without_a_keyring_it_is_said_where_the_token_is(device: Machine) -> None:
    device.keyring.trouble = RuntimeError("no D-Bus")
    device.servers[ACCOUNT.server_url] = ServerSays(answer(INFO), signed_in_reply())
    assert device.calls.sign_in(asked()).token_path == str(device.secrets.file)


@pytest.mark.parametrize(
    ("turn", "code"),
    [
        (answer({"product": "wiki", "version": "2"}), "not_hourkeep"),
        (Said(200, b"<html>", {"Content-Type": "text/html"}), "not_hourkeep"),
        (requests.exceptions.ConnectionError("refused"), "unreachable"),
    ],
)
def test_the_password_goes_to_no_one_else(device: Machine, turn: Turn, code: str) -> None:
    server = FarEnd(turn)
    device.servers[ACCOUNT.server_url] = server
    assert device.calls.sign_in(asked()).result.code == code
    assert [each.request.method for each in server.asked] == ["GET"]


def test_a_wrong_password_keeps_nothing(device: Machine) -> None:
    device.servers[ACCOUNT.server_url] = ServerSays(answer(INFO), problem(401, "bad_credentials"))
    assert device.calls.sign_in(asked()).result.code == "bad_credentials"
    assert device.keyring.kept == {}


def test_that_is_no_address(device: Machine) -> None:
    assert device.calls.sign_in(asked("not an address")).result.code == "bad_address"


@pytest.mark.parametrize("turn", [Said(204), requests.exceptions.ConnectionError("away")])
def test_signing_out_forgets_the_token_also_when_the_server_is_away(device: Machine, turn: Turn) -> None:
    device.signed_in(ServerSays())
    server = FarEnd(turn)
    device.servers[ACCOUNT.server_url] = server
    device.calls.sign_out(ACCOUNT)
    assert device.keyring.kept == {}
    assert server.asked[-1].request.method == "DELETE"
    device.calls.sign_out(ACCOUNT)
    assert len(server.asked) == 1


# ---- the journal in full --------------------------------------------------------------------------------------

LOG: dict[str, Any] = {
    "timer_id": "t",
    "time_log_id": 4,
    "revision": 2,
    "issue_id": 123,
    "issue_key": "BP-123",
    "issue_summary": "Fix the login redirect",
    "project_id": 1,
    "status": "stopped",
    "start": 900,
    "end": 1000,
    "seconds": 90,
    "is_billable": True,
    "is_deleted": False,
    "description": None,
    "rate": {"rate_type": "hourly", "rate_amount": 50, "currency": "USD"},
    "cost": 1.25,
    "currency": "USD",
    "stretches": [{"claim_id": "c", "start": 900, "end": 990}],
    "flag": "TRIMMED",
}
NEED: dict[str, Any] = {
    "action_id": "a",
    "code": "EDITED_TWICE",
    "detail": "Two devices changed it.",
    "since": 7,
    "issue_key": "BP-123",
    "timer_id": "t",
    "claim_id": None,
    "time_log_id": 4,
    "start": 900,
    "end": 1000,
    "choices": ["keep", "use_other"],
    "other": {"issue_id": 7, "issue_key": "WEB-7", "description": "x", "is_billable": False, "stretches": []},
    "asked_at": None,
}


def test_logs_signature_and_anchor_are_understood() -> None:
    reply = sync_reply_of(
        snapshot=SNAPSHOT
        | {
            "attention": [NEED],
            "logs": {"is_full": True, "changed": [LOG], "cursor": "c", "digest": "d" * 64, "has_more": False},
        },
        sig="5" * 64,
        anchor={"session": "boot", "mono0_s": 1_767_600_000},
    )
    got = wire.answer(reply)
    assert (got.sig, got.anchor) == ("5" * 64, ServerAnchor("boot", 1_767_600_000))
    assert got.logs is not None
    [own] = got.logs.changed
    assert (own.timer_id, own.revision, own.issue.key, own.seconds) == ("t", 2, "BP-123", 90)
    assert (own.cost, own.stretches) == (Decimal("1.25"), (Stretch("c", 900, 990),))
    assert got.snapshot is not None
    [need] = got.snapshot.attention
    assert need.choices == ("keep", "use_other")
    assert need.other is not None
    assert need.other.issue_key == "WEB-7"


def test_an_older_server_says_less() -> None:
    got = wire.answer(sync_reply_of(snapshot=SNAPSHOT))
    assert (got.sig, got.anchor, got.logs) == (None, None, None)


def sync_reply_of(**changes: Any) -> SyncReply:
    said = {**sync_reply(), "nonce": "nonce", **changes}
    return msgspec.json.decode(msgspec.json.encode(said), type=SyncReply)


def test_the_mark_lies_in_the_keyring_beside_the_token(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    secrets = Secrets(tmp_path, lambda: keyring)
    name = f"{ACCOUNT.server_id}/{ACCOUNT.user_id}"
    secrets.store(name, "token")
    secrets.note(name, "device-1 4")
    assert secrets.recall(name) == "device-1 4"
    assert secrets.load(name) == "token"


def test_without_a_keyring_there_is_no_mark(tmp_path: Path) -> None:
    def locked() -> MemoryKeyring:
        raise OSError

    secrets = Secrets(tmp_path, locked)
    secrets.store("name", "token")
    secrets.note("name", "device-1 4")
    assert secrets.recall("name") is None
