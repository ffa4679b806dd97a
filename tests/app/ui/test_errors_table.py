"""Does each row of the table of errors (sync.md 2.11) end as it says: for the device, and for the person before it?

Engine, calls, desk, controller and words are the product's, in one thread; the test is the network and the clock.
"""

from __future__ import annotations

import json
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from pytestqt.qtbot import QtBot

from app.api.client import Client
from app.core.notices import Notice, NoticeKind
from app.core.screen import Hindrance, Link
from app.desktop.secrets import Secrets
from app.errors import DescriptionTooLong
from app.sync.engine import Engine
from app.sync.events import Due, Effect, Event, FetchIssues, FetchProjects, FindToken, Kicked, Probe, Send
from app.sync.loop import ForFiles, Happened
from app.sync.network import Calls
from app.ui.floating_words import sync_words
from app.ui.notices import said
from app.ui.text import Text
from tests.app.api.far_end import BreaksOff, FarEnd, Said, Turn, answer, problem
from tests.app.desktop.test_secrets import MemoryKeyring
from tests.app.sync.pieces import Dice
from tests.fakes.desk import LOGIN
from tests.fakes.office import ANNA, ISSUES, PROJECTS, Office

MINUTE_S: Final = 60
SYNC: Final = "/api/v1/time-tracking/sync"
HTML: Final = {"Content-Type": "text/html"}
PAGE: Final = b"<!doctype html><title>Hotel</title>"
CUT_OFF: Final = Said(200, b'{"nonce": "x", "server_id": "demo", "las', {"Content-Type": "application/json"})
NAME: Final = f"{ANNA.server_id}/{ANNA.user_id}"
HEALTH: Final = {"product": "hourkeep", "name": "Demo", "version": "1", "protocol": 1}

Judge = Callable[[dict[str, Any]], dict[str, Any]]
"""What the server makes of an action, beside its number and its id."""


def applies(_action: dict[str, Any]) -> dict[str, Any]:
    return {"outcome": "applied"}


@dataclass
class Server(FarEnd):
    """Takes everything, and says what the test wants of it. `trouble`: what its requests to sync meet first.

    `refuses_in`: the so-many-th request from now on is answered with 401.
    """

    judge: Judge = applies
    server_id: str = ANNA.server_id
    understands: Callable[[dict[str, Any]], bool] = lambda _request: True
    attention: list[dict[str, Any]] = field(default_factory=list)
    trouble: deque[Turn] = field(default_factory=deque)
    heard: list[dict[str, Any]] = field(default_factory=list)
    refuses_in: int = 0
    paths: list[str] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(Said(500))

    def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:
        self.paths.append(request.url or "")
        self._turns = deque([self._turn(request)])
        return super().send(request, *args, **named)

    def _turn(self, request: requests.PreparedRequest) -> Turn:
        path = request.path_url.partition("?")[0]
        if path == "/healthz":
            return answer({**HEALTH, "server_id": self.server_id})
        if path != SYNC:
            items = PROJECTS if path.endswith("projects") else ISSUES
            return answer({"items": [asdict(each) for each in items], "next": None})
        asked = FarEnd(Said(200))
        asked.send(request)
        content = asked.asked[0].json()
        self.heard.append(content)
        self.refuses_in -= 1
        if self.refuses_in == 0:
            return problem(401, "not_signed_in")
        return self.trouble.popleft() if self.trouble else answer(self._reply(content))

    def _reply(self, request: dict[str, Any]) -> dict[str, Any]:
        code, actions, base = "OK", request["actions"], request["base"]
        if not self.understands(request):
            code, actions = "UPGRADE", []
        self.taken |= {each["action_id"]: each for each in actions}
        head = actions[-1] if actions else base
        results = [
            {"seq": each["seq"], "action_id": each["action_id"], **self.judge(each)} for each in actions
        ]
        return {
            "nonce": request["nonce"],
            "server_id": self.server_id,
            "server_epoch": "epoch",
            "server_time": request["now"]["wall"],
            "code": code,
            "last_seq": head["seq"],
            "chain": head["chain"],
            "results": results,
            "snapshot": self._snapshot() if code == "OK" else None,
            "limits": {"max_actions": 200, "next_poll_s": 60},
        }

    def _snapshot(self) -> dict[str, Any]:
        stops = sum(each["kind"] == "timer.stop" for each in self.taken.values())
        return {
            "revision": "r",
            "active_timer": None,
            "rate": None,
            "today": {"counted_seconds": MINUTE_S * stops, "held_seconds": 0, "costs": []},
            "budgets": [],
            "attention": self.attention,
            "recent_issue_ids": [],
        }


class App:
    """Anna's. `version` is what she has installed."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.server = server
        self.office = Office(folder)
        self.keyring = MemoryKeyring()
        self.secrets = Secrets(folder, lambda: self.keyring)
        self.secrets.store(NAME, "hk_token")
        self.dice = Dice()
        self.now = 0.0
        self.begin("0.1.0")

    def begin(self, version: str) -> None:
        """The program starts."""
        self.calls = Calls(
            lambda url: Client(url, version=version, now=self.office.clock.now, adapter=self.server),
            self.secrets,
            version,
            self.office.clock.reading,
        )
        self.engine = Engine(ANNA, self.dice)
        self._run(self.engine.begin())

    @property
    def controller(self) -> Any:
        return self.office.controller

    @property
    def told(self) -> list[NoticeKind]:
        """Without what was logged: that is the person's own doing."""
        return [each.kind for each in self.notices()]

    def notices(self) -> list[Notice]:
        return [each for each in self.office.told if each.kind is not NoticeKind.LOGGED]

    @property
    def waiting(self) -> int:
        return self.office.controller.state.sync.waiting

    @property
    def hindrance(self) -> Hindrance | None:
        return self.office.controller.state.sync.hindrance

    def works(self, times: int = 1) -> None:
        """A minute on the login redirect: a start and a stop."""
        for _ in range(times):
            self.office.controller.start(LOGIN)
            self.office.clock.advance(seconds=MINUTE_S)
            self.office.controller.stop()
        self._happens(Kicked())

    def wait(self) -> float:
        """Until the engine's time comes; how long that was, in seconds."""
        assert self.engine.due is not None
        waited, self.now = self.engine.due - self.now, self.engine.due
        self._happens(Due())
        return waited

    def waits(self, times: int) -> None:
        for _ in range(times):
            self.wait()

    def words(self, language: str = "en") -> str:
        """The whole line about sync in the floating timer."""
        return sync_words(self.office.controller.state, self.office.clock.now(), Text(language)).full

    def _happens(self, event: Event) -> None:
        self._run(self.engine.handle(event, self.now))

    def _run(self, effects: Iterable[Effect]) -> None:
        todo = deque(effects)
        while todo:
            effect = todo.popleft()
            match effect:
                case FindToken() | Send() | Probe() | FetchProjects() | FetchIssues():
                    event: Event | None = self.calls.do(effect)
                case _:
                    event = self._at_the_desk(effect)
            if event is not None:
                todo.extend(self.engine.handle(event, self.now))

    def _at_the_desk(self, effect: Any) -> Event | None:
        before = len(self.office.posted)
        self.office._postman.receive(ForFiles(effect, self.office._number()))
        answered = [each.event for each in self.office.posted[before:] if isinstance(each, Happened)]
        return answered[0] if answered else None


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def app(tmp_path: Path, server: Server, qtbot: QtBot) -> Iterator[App]:
    opened = App(tmp_path, server)
    yield opened
    opened.office.close()


def sent_since(server: Server, number: int) -> list[list[str]]:
    """The ids of the actions of each request to sync from that one on."""
    return [[each["action_id"] for each in request["actions"]] for request in server.heard[number:]]


def check_all_arrived_once(app: App, actions: int) -> None:
    assert (app.waiting, len(app.server.taken)) == (0, actions)
    assert app.office.controller.state.sync.confirmed == actions


def check_the_sign_in_is_as_it_was(app: App) -> None:
    assert app.secrets.load(NAME) == "hk_token"
    assert app.keyring.kept
    assert all(each.startswith(ANNA.server_url) for each in app.server.paths), "no other address is asked"


# ---- outcomes: the queue goes on ------------------------------------------------------------------------------

HELD: Final = (
    "ISSUE_DELETED", "PROJECT_ARCHIVED", "BUDGET_LOCKED", "PERIOD_CLOSED", "NO_PERMISSION", "FUTURE", "LATE", "LONG",
    "STOPPED_ELSEWHERE",
)  # fmt: skip
REJECTED: Final = ("SCHEMA", "END_BEFORE_START", "ID_REUSE", "WRONG_USER", "UNKNOWN_KIND", "DEPENDS")


def judged(server: Server, outcome: str, code: str) -> None:
    """The first action of all is judged so; the server says that somebody is needed."""

    def judge(action: dict[str, Any]) -> dict[str, Any]:
        if action["seq"] != 1:
            return {"outcome": "applied"}
        need = {"action_id": action["action_id"], "code": code, "detail": "It needs you: 35.", "since": 1}
        choices = ["move_issue", "discard"] if outcome == "held" else []
        server.attention = [{**need, "issue_key": "BP-123", "choices": choices}]
        return {"outcome": outcome, "code": code, "detail": need["detail"]}

    server.judge = judge


@pytest.mark.parametrize("code", HELD)
@pytest.mark.parametrize("language", ["en", "de"])
def test_held(app: App, server: Server, code: str, language: str) -> None:
    """Permanent, the time is safe on the server: the next action goes on, and the person may decide."""
    judged(server, "held", code)
    app.works(2)
    check_all_arrived_once(app, 4)
    sync = app.office.controller.state.sync
    assert (sync.link, sync.attention, app.told) == (Link.ATTENTION, 1, [NoticeKind.HELD])
    shown = said(app.notices()[0], Text(language))
    assert "BP-123" in shown.title
    assert shown.words != "It needs you: 35.", "in the person's language, by the code"
    [need] = app.controller.desk.needs()
    assert [str(each) for each in need.choices] == ["move_issue", "discard"]


@pytest.mark.parametrize("code", REJECTED)
def test_rejected_and_what_depends_on_it(app: App, server: Server, code: str) -> None:
    """Permanent, a bug: the row stays, the queue goes on, and what it was is said and can be exported."""
    judged(server, "rejected", code)
    app.works(2)
    check_all_arrived_once(app, 4)
    assert app.told == [NoticeKind.REJECTED]
    assert "could not accept" in said(app.notices()[0], Text("en")).title
    if code != "DEPENDS":
        assert "Kopie" in said(app.notices()[0], Text("de")).words
    assert app.office.controller.state.sync.attention == 1
    [item] = app.controller.desk.outbox.attention()
    assert (item.outcome, item.code) == ("rejected", code)
    before = len(server.heard)
    app.works()
    assert all(item.action_id not in sent for sent in sent_since(server, before)), "it is not sent again"


# ---- transient: nothing is consumed ---------------------------------------------------------------------------

TRANSIENT: Final[dict[str, Turn]] = {
    "timeout": requests.exceptions.ReadTimeout(),
    "reset": requests.exceptions.ConnectionError(ConnectionResetError(104, "reset")),
    "DNS": requests.exceptions.ConnectionError(OSError("Max retries", socket.gaierror(-2, "unknown"))),
    "breaks off": BreaksOff(ConnectionResetError(104, "reset")),
    "408": Said(408),
    "500": problem(500, "internal"),
    "502": Said(502, PAGE, HTML),
    "503": Said(503, PAGE, HTML),
    "504": Said(504),
    "truncated JSON": CUT_OFF,
    "invalid JSON": Said(200, b"\x01\x02", {"Content-Type": "application/json"}),
    "429": problem(429, "too_many_requests"),
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_transient(app: App, server: Server, name: str) -> None:
    """The same actions go again after a pause; nobody is told, and the time goes on being recorded."""
    before = len(server.heard)
    server.trouble = deque(3 * [TRANSIENT[name]])
    app.works()
    while server.trouble:
        assert app.office.controller.state.sync.link is Link.OFFLINE
        assert app.hindrance in {Hindrance.SERVER, Hindrance.UNREACHABLE}
        assert 0 < app.wait() <= 300
    app.waits(2 if app.waiting else 0)
    first, *others = [each["actions"] for each in server.heard[before:] if each["actions"]]
    assert (len(first), len(others)) == (2, 3)
    assert all(json.dumps(each) == json.dumps(first) for each in others)
    check_all_arrived_once(app, 2)
    assert app.told == []
    check_the_sign_in_is_as_it_was(app)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("rolled", [0.0, 0.999])
def test_retry_after(app: App, server: Server, status: int, rolled: float) -> None:
    """It is a minimum, and as much chance again follows it."""
    app.dice.value = rolled
    server.trouble = deque([problem(status, "busy", **{"Retry-After": "120"})])
    app.works()
    assert 120 <= app.wait() <= 240
    check_all_arrived_once(app, 2)
    assert app.told == []


# ---- somebody else answers ------------------------------------------------------------------------------------

PORTALS: Final[dict[str, Turn]] = {
    "200 HTML": Said(200, PAGE, HTML),
    "302": Said(302, b"", {"Location": "http://portal.test/terms"}),
    "511": Said(511, PAGE, HTML),
    "another nonce": answer({"nonce": "another", "server_id": "demo"}),
    "401 of a proxy": Said(401, PAGE, HTML),
}


@pytest.mark.parametrize("name", PORTALS)
def test_portal(app: App, server: Server, name: str) -> None:
    """As if offline; no redirect is followed, and neither the token nor the address changes."""
    server.trouble = deque([PORTALS[name]])
    app.works()
    assert (app.hindrance, app.waiting) == (Hindrance.PORTAL, 2)
    assert "hotel" in app.words()
    assert "Hotels" in app.words("de")
    app.works()
    app.waits(2)
    check_all_arrived_once(app, 4)
    check_the_sign_in_is_as_it_was(app)
    assert app.told == []


def test_tls(app: App, server: Server) -> None:
    """No way around it is offered; it is tried every five minutes, and what is wrong is said once."""
    server.trouble = deque(12 * [requests.exceptions.SSLError("expired")])
    app.works()
    app.dice.value = 0.999
    app.waits(10)
    assert 299 < app.wait() <= 300
    assert app.told == [NoticeKind.NO_TLS]
    assert "secure connection" in said(app.notices()[0], Text("en")).words
    assert "Zertifikat" in app.words("de")
    assert not [each for each in server.asked if each.verify is False]
    app.wait()
    check_all_arrived_once(app, 2)


# ---- our server says no ---------------------------------------------------------------------------------------


def test_401_mid_replay(app: App, server: Server) -> None:
    """The first is doubted: the token is read again, and the same is sent. The second asks to sign in; recording goes on."""
    server.trouble = deque([Said(502)])
    app.works(150)
    before = len(server.heard)
    server.refuses_in = 2
    app.waits(2)
    whole, refused, again = sent_since(server, before)
    assert (len(whole), len(refused), refused) == (200, 100, again)
    check_all_arrived_once(app, 300)
    assert app.told == []

    server.trouble = deque(2 * [problem(401, "not_signed_in")])
    app.works()
    app.wait()
    assert (app.office.controller.state.sync.link, app.told) == (Link.SIGNED_OUT, [NoticeKind.SIGN_IN_NEEDED])
    assert "2 actions wait" in said(app.notices()[0], Text("en")).words
    app.works()
    assert app.waiting == 4
    check_the_sign_in_is_as_it_was(app)
    app.begin("0.1.0")
    check_all_arrived_once(app, 304)


def test_403_on_everything(app: App, server: Server) -> None:
    """Perhaps a switched-off account: as transient, an hour at most, and the person is asked to look when it lasts."""
    server.trouble = deque(14 * [problem(403, "forbidden")])
    app.works()
    assert (app.hindrance, app.told) == (Hindrance.REFUSED, [])
    app.dice.value = 0.999
    app.waits(12)
    assert 3590 < app.wait() <= 3600
    assert app.told == [NoticeKind.REFUSED]
    app.works()
    app.wait()
    check_all_arrived_once(app, 4)
    check_the_sign_in_is_as_it_was(app)


def test_413(app: App, server: Server) -> None:
    """Half as many are sent; one alone that is too large for a proxy blocks nothing here, and is not given up."""
    before = len(server.heard)
    server.trouble = deque(2 * [Said(413, PAGE, HTML)])
    app.works(100)
    assert [len(each) for each in sent_since(server, before)] == [200, 100, 50, 50, 50, 50]
    check_all_arrived_once(app, 200)
    assert app.told == []
    server.trouble = deque(9 * [problem(413, "too_large")])
    app.works()
    assert (app.hindrance, app.waiting) == (Hindrance.SERVER, 2)
    while app.waiting:
        app.wait()
    check_all_arrived_once(app, 202)


def test_413_of_a_single_action_is_refused_before_it_is_recorded(app: App) -> None:
    app.office.controller.start(LOGIN)
    with pytest.raises(DescriptionTooLong):
        app.office.controller.stop("x" * 300_000)
    assert app.waiting == 1


def understands_newer(request: dict[str, Any]) -> bool:
    return str(request["app_version"]) >= "0.2"


@pytest.mark.parametrize("by", ["426", "UPGRADE"])
def test_426_and_upgrade(app: App, server: Server, by: str) -> None:
    """Nothing more is pushed, everything goes on being recorded, it is said; a newer program sends all of it as it was recorded."""
    if by == "426":
        server.trouble = deque(6 * [problem(426, "upgrade")])
    else:
        server.understands = understands_newer
    before = len(server.heard)
    app.works()
    for _ in range(5):
        app.works()
        app.wait()
    assert [len(each) for each in sent_since(server, before)] == [2, 0, 0, 0, 0, 0]
    assert (app.hindrance, app.waiting, server.taken) == (Hindrance.UPGRADE, 12, {})
    assert app.told == [NoticeKind.UPGRADE]
    shown = said(app.notices()[0], Text("en"))
    assert "update" in shown.title
    assert "goes on being recorded" in shown.words
    assert "newer Hourkeep" in app.words()
    recorded = {each.action_id: each for each in app.controller.desk.outbox.unsent()}
    app.begin("0.2.0")
    check_all_arrived_once(app, 12)
    assert {key: (each["v"], each["body"]) for key, each in server.taken.items()} == {
        key: (each.v, each.body) for key, each in recorded.items()
    }
    assert app.office.controller.state.sync.link is Link.ONLINE


def test_server_id_changed(app: App, server: Server) -> None:
    """Another server gets nothing of it; it is said once, and what waits is sent when ours is back."""
    before = len(server.heard)
    server.server_id = "another"
    app.works()
    assert len(server.heard) == before + 1
    server.taken.clear()
    for _ in range(5):
        app.works()
        app.wait()
    assert (app.hindrance, app.waiting) == (Hindrance.WRONG_SERVER, 12)
    assert len(server.heard) == before + 1, "only who it is was asked"
    assert app.told == [NoticeKind.WRONG_SERVER]
    assert "sign in there" in said(app.notices()[0], Text("en")).words
    server.server_id = ANNA.server_id
    app.waits(2)
    check_all_arrived_once(app, 12)
    check_the_sign_in_is_as_it_was(app)
