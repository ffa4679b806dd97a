"""What is answered when more is asked than can be done, and what never waits?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final, cast

import pytest
from httpx import Response

from server.api.queues import RANKS, Kind, Queues, kind_of
from server.api.shedding import Shedding
from server.api.wire import SYNC_LIMIT
from server.live.lane import LONGEST_POLL_S, SHORTEST_PAUSE_S, Lane
from server.settings import Settings
from tests.server.api.front import PREFIX, Caller, Front, opened, refused
from tests.server.company import Company
from tests.server.live.test_lane import Watch, settled

TOKEN: Final = {"authorization": "Bearer hk_x"}
NOTHING_PENDING: Final = {**TOKEN, "x-hourkeep-pending": "0"}
COOKIE: Final = {"cookie": "hourkeep=hs_x"}
SYNC: Final = "/api/v1/time-tracking/sync"
START: Final = "/api/v1/time-tracking/start"
METRICS: Final = "0123456789abcdef0123456789abcdef"
STATUS: Final = "/api/v1/time-tracking/status"


def asked(method: str, path: str, headers: dict[str, str] | None = None) -> Any:
    said = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return {"type": "http", "method": method, "path": path, "headers": said}


# ---- which line


@pytest.mark.parametrize(
    ("method", "path", "headers", "kind"),
    [
        ("GET", "/healthz", {}, Kind.OPEN),
        ("GET", "/readyz", {}, Kind.OPEN),
        ("GET", "/metrics", {}, Kind.OPEN),
        ("OPTIONS", SYNC, {}, Kind.OPEN),
        ("POST", SYNC, TOKEN, Kind.ACTIONS),
        ("POST", SYNC, {**TOKEN, "x-hourkeep-pending": "3"}, Kind.ACTIONS),
        ("POST", SYNC, {**TOKEN, "x-hourkeep-pending": "none"}, Kind.ACTIONS),
        ("POST", SYNC, NOTHING_PENDING, Kind.POLLS),
        ("POST", START, TOKEN, Kind.ACTIONS),
        ("POST", START, NOTHING_PENDING, Kind.ACTIONS),
        ("POST", "/api/v1/time-tracking/stop", TOKEN, Kind.ACTIONS),
        ("GET", STATUS, TOKEN, Kind.POLLS),
        ("GET", "/api/v1/projects", TOKEN, Kind.LISTS),
        ("GET", "/api/v1/issues", TOKEN, Kind.LISTS),
        ("POST", "/api/v1/projects", TOKEN, Kind.PAGES),
        ("GET", "/api/v1/time-tracking/projects/1/statistics", TOKEN, Kind.PAGES),
        ("GET", "/api/v1/projects", COOKIE, Kind.PAGES),
        ("GET", STATUS, COOKIE, Kind.PAGES),
        ("POST", START, COOKIE, Kind.PAGES),
        ("POST", SYNC, {}, Kind.PAGES),
        ("GET", "/api/v1/events", TOKEN, Kind.PAGES),
        ("POST", "/api/v1/auth/token", {}, Kind.SIGN_INS),
        ("POST", "/api/v1/auth/session", {}, Kind.SIGN_INS),
        ("GET", "/nowhere", {}, Kind.PAGES),
    ],
)
def test_a_request_tells_where_it_waits(method: str, path: str, headers: dict[str, str], kind: Kind) -> None:
    assert kind_of(asked(method, path, headers)) is kind


def test_each_line_but_the_devices_is_of_one_kind() -> None:
    queues = Queues.open(Watch())
    lanes = {kind: queues.of(kind) for kind in Kind}
    assert lanes[Kind.OPEN] is None
    assert lanes[Kind.ACTIONS] is lanes[Kind.LISTS] is lanes[Kind.POLLS] is queues.devices
    assert len({id(lane) for lane in lanes.values()}) == 4


# ---- a request's way through it


class Desk:
    """An application that answers when it is told to, behind one place for each kind."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.queues = Queues(Lane(self.watch, 1, ranks=len(RANKS)), Lane(self.watch, 1), Lane(self.watch, 1))
        self.refused: list[Kind] = []
        self.working: list[str] = []
        self.bodies: dict[str, bytes] = {}
        self.go_on: dict[str, asyncio.Event] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.shedding = Shedding(cast(Any, self._answer), self.queues, self.refused.append)

    async def _answer(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        name = scope["name"]
        self.working.append(name)
        self.go_on[name] = asyncio.Event()
        if scope["method"] == "POST":
            body, more = b"", True
            while more:
                message = await receive()
                body, more = body + message["body"], message["more_body"]
            self.bodies[name] = body
        await self.go_on[name].wait()
        if name.startswith("broken"):
            raise ZeroDivisionError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        self.go_on[name].clear()
        await self.go_on[name].wait()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def ask(
        self, name: str, scope: Any, *parts: bytes, is_slow: bool = False
    ) -> tuple[list[Any], list[bytes]]:
        """What is answered, and what of the body was not taken. `is_slow`: the last part never comes."""
        answered: list[Any] = []
        left = list(parts)

        async def receive() -> Any:
            if is_slow and len(left) == 1:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

        async def send(message: Any) -> None:
            answered.append(message)

        length = str(sum(map(len, parts))).encode()
        scope = {**scope, "name": name, "headers": [*scope["headers"], (b"content-length", length)]}
        self.tasks.append(asyncio.create_task(self.shedding(scope, cast(Any, receive), cast(Any, send))))
        await settled()
        return answered, left

    async def let(self, name: str) -> None:
        self.go_on[name].set()
        await settled()

    async def fill(self, headers: dict[str, str]) -> None:
        """As much waits as may, on lines that are as slow as can be."""
        while self.queues.devices.has_room(RANKS[Kind.ACTIONS if headers is TOKEN else Kind.POLLS]):
            await self.ask("waits", asked("POST", SYNC, headers), b"{}")

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def at_a_desk(story: Callable[[Desk], Awaitable[None]]) -> None:
    async def told() -> None:
        desk = Desk()
        await story(desk)
        await desk.end()

    asyncio.run(told())


def test_a_body_arrives_whole() -> None:
    async def story(desk: Desk) -> None:
        await desk.ask("one", asked("POST", SYNC, TOKEN), b"a", b"b", b"c")
        assert desk.bodies == {"one": b"abc"}

    at_a_desk(story)


def test_a_body_that_is_too_large_is_for_the_application_to_refuse() -> None:
    async def story(desk: Desk) -> None:
        parts = [b"x" * SYNC_LIMIT, b"y", b"z"]
        _, left = await desk.ask("one", asked("POST", SYNC, TOKEN), *parts)
        assert desk.bodies == {"one": b"".join(parts)}
        assert not left

    at_a_desk(story)


def test_who_sends_slowly_holds_up_nobody() -> None:
    async def story(desk: Desk) -> None:
        await desk.ask("slow", asked("POST", SYNC, TOKEN), b"a", b"b", is_slow=True)
        await desk.ask("quick", asked("POST", SYNC, TOKEN), b"a", b"b")
        assert desk.working == ["quick"]

    at_a_desk(story)


def test_who_reads_slowly_holds_up_nobody() -> None:
    async def story(desk: Desk) -> None:
        answered, _ = await desk.ask("slow", asked("GET", STATUS, TOKEN))
        await desk.ask("next", asked("GET", STATUS, TOKEN))
        assert desk.working == ["slow"]
        await desk.let("slow")
        assert [message["type"] for message in answered] == ["http.response.start"]
        assert desk.working == ["slow", "next"]
        await desk.let("slow")
        assert desk.queues.devices.in_hand == 1

    at_a_desk(story)


def test_a_failure_gives_its_place_back() -> None:
    async def story(desk: Desk) -> None:
        await desk.ask("broken", asked("GET", STATUS, TOKEN))
        await desk.let("broken")
        assert desk.queues.devices.in_hand == 0

    at_a_desk(story)


def test_who_finds_no_room_is_answered_before_anything_is_read() -> None:
    async def story(desk: Desk) -> None:
        await desk.fill(TOKEN)
        answered, left = await desk.ask("one too many", asked("POST", SYNC, TOKEN), b"never", b"read")
        assert left == [b"never", b"read"]
        start, body = answered
        headers = dict(start["headers"])
        assert start["status"] == 503
        assert headers[b"content-type"] == b"application/problem+json"
        assert int(headers[b"retry-after"]) >= SHORTEST_PAUSE_S
        assert int(headers[b"content-length"]) == len(body["body"])
        assert json.loads(body["body"])["code"] == "busy"
        assert desk.refused == [Kind.ACTIONS]

    at_a_desk(story)


def test_polls_make_room_for_an_action() -> None:
    async def story(desk: Desk) -> None:
        await desk.fill(NOTHING_PENDING)
        await desk.ask("action", asked("POST", SYNC, TOKEN), b"{}")
        assert desk.refused == [Kind.POLLS]
        await desk.let("waits")
        assert desk.working == ["waits", "action"]

    at_a_desk(story)


@pytest.mark.parametrize(
    "scope",
    [
        asked("GET", "/healthz"),
        asked("GET", "/metrics"),
        asked("GET", "/api/v1/time-tracking/projects/1/statistics", COOKIE),
        asked("POST", "/api/v1/auth/session"),
    ],
)
def test_devices_hold_up_nobody_else(scope: Any) -> None:
    async def story(desk: Desk) -> None:
        await desk.fill(TOKEN)
        await desk.ask("another", scope, b"{}")
        assert desk.working[-1] == "another"

    at_a_desk(story)


# ---- the whole server


class Full(Front):
    """Nobody leaves any line that is full."""

    def __init__(self, company: Company, *full: str) -> None:
        self.watch = Watch()
        none = Lane(self.watch, 0, 0.0)
        lanes = {
            name: none if name in full else Lane(self.watch) for name in ("devices", "pages", "sign_ins")
        }
        self.queues = Queues(**lanes)
        super().__init__(company, queues=self.queues, settings=Settings(metrics_token=METRICS))

    @property
    def metrics(self) -> str:
        return self.ask("GET", "/metrics", headers={"Authorization": f"Bearer {METRICS}"}).text


@pytest.fixture
def full(company: Company) -> Iterator[Full]:
    for front in opened(Full(company, "devices")):
        assert isinstance(front, Full)
        yield front


def busy(reply: Response) -> None:
    refused(reply, 503, "busy")
    assert int(reply.headers["Retry-After"]) >= SHORTEST_PAUSE_S
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.json()["request_id"] == reply.headers["x-request-id"]


def test_a_refusal_is_a_problem_like_all_others(full: Full, company: Company) -> None:
    anna = full.caller(company.anna)
    busy(anna.start("BP-1"))
    busy(anna.ask("GET", "/time-tracking/status"))
    busy(anna.sync(anna.device().request()))
    assert company.rows("SELECT count(*) FROM applied_actions") == [(0,)]
    assert full.said("Request")[-1]["status"] == 503


def test_a_refused_action_works_later(full: Full, company: Company, front: Front) -> None:
    device = full.caller(company.anna).device()
    device.start("BP-1", "7:00")
    busy(full.caller(company.anna).sync(device.request()))
    assert front.caller(company.anna).sync(device.request()).json()["results"][0]["outcome"] == "applied"


def test_strangers_are_refused_before_anybody_looks_who_they_are(full: Full) -> None:
    busy(full.ask("GET", f"{PREFIX}/time-tracking/status", headers={"Authorization": "Bearer nobody's"}))


def test_health_and_pages_are_answered_all_the_same(full: Full, company: Company) -> None:
    assert full.ask("GET", "/healthz").status_code == 200
    assert full.ask("GET", "/readyz").status_code == 200
    assert full.caller(company.anna).ask("GET", "/me").status_code == 200


def test_the_metrics_say_who_waits_and_who_was_refused(full: Full, company: Company) -> None:
    anna = full.caller(company.anna)
    busy(anna.start("BP-1"))
    busy(anna.ask("GET", "/time-tracking/status"))
    busy(anna.ask("GET", "/time-tracking/status"))
    lines = full.metrics.splitlines()
    assert 'hourkeep_requests_refused_total{kind="actions"} 1.0' in lines
    assert 'hourkeep_requests_refused_total{kind="polls"} 2.0' in lines
    assert 'hourkeep_requests_refused_total{kind="pages"} 0.0' in lines
    assert 'hourkeep_requests_waiting{queue="devices"} 0.0' in lines
    assert 'hourkeep_requests_waiting_most{queue="pages"} 0.0' in lines


def test_polls_are_told_to_be_rarer(company: Company) -> None:
    for front in opened(Full(company)):
        assert isinstance(front, Full)
        anna: Caller = front.caller(company.anna)
        usual = anna.sync(anna.device().request()).json()["limits"]["next_poll_s"]
        assert usual == 60
        lane = front.queues.devices

        async def hold() -> None:
            for _ in range(31):
                await lane.enter()  # noqa: B023  # it is awaited here

        asyncio.run(hold())
        front.watch.now += 3600
        slower = anna.sync(anna.device().request()).json()["limits"]["next_poll_s"]
        assert usual < slower <= LONGEST_POLL_S
