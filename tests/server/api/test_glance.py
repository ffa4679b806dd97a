"""Is what runs now answered the same with and without the web framework?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar, cast

import pytest
from httpx import Response
from litestar.testing import TestClient

from server.api import glance
from server.api.envelope import Envelope
from server.api.glance import Glance
from server.api.shedding import Shedding
from server.db.session import Connection, Database, StorageFailed
from server.services.staff import accounts
from tests.server.api.front import PREFIX, Caller, Front, opened
from tests.server.company import Company

T = TypeVar("T")
Observed = list[tuple[str, str, int]]

STATUS: Final = f"{PREFIX}/time-tracking/status"
WAY: Final = b"x-way"


class BothWays(Front):
    """The same requests to the same server: with the header X-Way past the glance."""

    def __init__(self, company: Company, database: Database | None = None) -> None:
        super().__init__(company, database)
        shedding = cast(Shedding, self.app._app)
        self.glance = cast(Glance, shedding._app)
        self.observed: Observed = []
        self.by_route = 0
        route = self.glance._app

        async def counted(scope: Any, receive: Any, send: Any) -> None:
            self.by_route += 1
            await route(scope, receive, send)

        self.glance._app = cast(Any, counted)
        around = [
            Envelope(cast(Any, each), self.app._log, lambda: 0.0, self._observe)
            for each in (self.glance, route)
        ]

        async def either(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await self.app(scope, receive, send)
                return
            headers = [each for each in scope["headers"] if each[0] != WAY]
            way = around[len(headers) < len(scope["headers"])]
            await way(cast(Any, {**scope, "headers": headers}), receive, send)

        self.client = TestClient(cast(Envelope, either), base_url="http://hourkeep.test")

    def _observe(self, method: str, route: str, status: int, _seconds: float) -> None:
        self.observed.append((method, route, status))

    def same(self, method: str = "GET", path: str = STATUS, headers: Any = (), **options: Any) -> Response:
        """The answer to it, which is the same both ways, and so are its line in the log and what is counted."""
        given = [*dict(headers).items()] if isinstance(headers, dict) else list(headers)
        given.append(("X-Request-Id", "abc"))
        before = len(self.events)
        glanced = self.ask(method, path, headers=given, **options)
        between = len(self.events)
        routed = self.ask(method, path, headers=[*given, (WAY.decode(), "route")], **options)
        assert glanced.status_code == routed.status_code
        assert sorted(glanced.headers.raw) == sorted(routed.headers.raw)
        assert glanced.content == routed.content
        assert self._lines(before, between) == self._lines(between, None)
        assert self.observed[-2] == self.observed[-1]
        return glanced

    def _lines(self, begin: int, end: int | None) -> list[dict[str, Any]]:
        unlike = {"timestamp", "exception"}
        return [
            {name: value for name, value in line.items() if name not in unlike}
            for line in self.events[begin:end]
        ]


@pytest.fixture
def both(company: Company) -> Iterator[BothWays]:
    for front in opened(BothWays(company)):
        assert isinstance(front, BothWays)
        yield front


def signed_in(caller: Caller, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {caller.token}"), *more]


def test_nothing_runs(both: BothWays, company: Company) -> None:
    reply = both.same(headers=signed_in(both.caller(company.anna)))
    assert reply.status_code == 200
    assert reply.json()["status"] == "stopped"


def test_it_runs_it_is_paused_it_is_stopped(both: BothWays, company: Company) -> None:
    company.set_budget("BP", 10_000)
    anna = both.caller(company.anna)
    for action, status in [
        ("start", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("stop", "stopped"),
    ]:
        assert (
            anna.start("BP-1") if action == "start" else anna.post(f"/time-tracking/{action}")
        ).status_code == 200
        company.clock.advance(minutes=10)
        assert both.same(headers=signed_in(anna)).json()["status"] == status


@pytest.mark.parametrize(
    ("known", "status"),
    [("{}", 304), ("*", 304), ('"x", {}', 304), ("W/{}", 304), ('"x"', 200), ("", 200), ("ü", 200)],
)
def test_what_is_known(both: BothWays, company: Company, known: str, status: int) -> None:
    anna = both.caller(company.anna)
    anna.start("BP-1")
    etag = both.same(headers=signed_in(anna)).headers["etag"]
    company.clock.advance(minutes=10)
    asked = [*signed_in(anna), ("If-None-Match", known.format(etag).encode("latin-1"))]
    assert both.same(headers=asked).status_code == status


def test_a_change_is_seen_at_once(both: BothWays, company: Company) -> None:
    anna = both.caller(company.anna)
    anna.start("BP-1")
    asked = signed_in(anna, ("If-None-Match", both.same(headers=signed_in(anna)).headers["etag"]))
    assert both.same(headers=asked).status_code == 304
    anna.post("/time-tracking/pause")
    assert both.same(headers=asked).status_code == 200


STRANGE: Final[dict[str, Any]] = {
    "nothing is shown": {"headers": []},
    "another scheme": {"headers": [("Authorization", "Basic x")]},
    "no token": {"headers": [("Authorization", "Bearer")]},
    "somebody's token": {"headers": [("Authorization", "Bearer hk_unknown")]},
    "no mark": {"headers": [("Authorization", "Bearer unknown")]},
    "letters": {"headers": [("Authorization", "Bearer hk_ü".encode("latin-1"))]},
    "a cookie that opens nothing": {"headers": [("Cookie", "hourkeep=hs_x")]},
}
UNUSUAL: Final[dict[str, Any]] = {
    "a query": {"path": f"{STATUS}?x=1"},
    "a query twice": {"path": f"{STATUS}?x=1&x=2"},
    "a slash more": {"path": f"{STATUS}/"},
    "a body": {"content": b"{}"},
    "HEAD": {"method": "HEAD"},
    "OPTIONS": {"method": "OPTIONS"},
    "POST": {"method": "POST"},
}
USUAL: Final[dict[str, Any]] = {
    "a scheme in capitals": {"scheme": "BEARER"},
    "a space more": {"scheme": "Bearer  "},
    "a cookie beside it": {"more": [("Cookie", "hourkeep=hs_x; a=b")]},
    "what it accepts": {"more": [("Accept", "text/html"), ("Range", "bytes=0-1"), ("Connection", "close")]},
}


@pytest.mark.parametrize("options", STRANGE.values(), ids=STRANGE)
def test_strangers(both: BothWays, options: dict[str, Any]) -> None:
    assert both.same(**options).status_code == 401


@pytest.mark.parametrize("options", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_for_the_route(both: BothWays, company: Company, options: dict[str, Any]) -> None:
    anna = both.caller(company.anna)
    headers = [*signed_in(anna), *options.get("more", [])]
    before = both.by_route
    both.same(
        options.get("method", "GET"), options.get("path", STATUS), headers, content=options.get("content")
    )
    assert both.by_route == before + 1


@pytest.mark.parametrize("name", [b"authorization", b"if-none-match"])
def test_a_header_twice_is_for_the_route(both: BothWays, company: Company, name: bytes) -> None:
    """The test's client would make one of them."""
    token = both.caller(company.anna).token.encode()
    headers = [(b"authorization", b"Bearer " + token), (b"if-none-match", b"*")]
    scope = {"type": "http", "method": "GET", "path": STATUS, "query_string": b"", "headers": headers}
    assert glance._asked(scope) is not None
    scope["headers"] = [*headers, (name, b"x")]
    assert glance._asked(scope) is None


@pytest.mark.parametrize("options", USUAL.values(), ids=USUAL)
def test_what_is_usual_needs_no_route(both: BothWays, company: Company, options: dict[str, Any]) -> None:
    anna = both.caller(company.anna)
    headers = [("Authorization", f"{options.get('scheme', 'Bearer')} {anna.token}"), *options.get("more", [])]
    before = both.by_route
    assert both.same(headers=headers).status_code == 200
    assert both.by_route == before


def test_an_ended_sign_in_opens_nothing_from_then_on(both: BothWays, company: Company) -> None:
    anna, ben = both.caller(company.anna), both.caller(company.ben)
    assert both.same(headers=signed_in(anna)).status_code == 200
    anna.ask("DELETE", "/auth/token")
    assert both.same(headers=signed_in(anna)).status_code == 401
    assert both.same(headers=signed_in(ben)).status_code == 200
    both.switch_off(company.ben)
    assert both.same(headers=signed_in(ben)).status_code == 401


def test_it_is_noted_that_the_sign_in_is_used(both: BothWays, company: Company) -> None:
    anna = both.caller(company.anna)
    before = both.by_route
    reply = both.ask("GET", STATUS, headers=dict(signed_in(anna)))
    assert reply.status_code == 200
    assert both.by_route == before
    used = company.rows("SELECT last_used_at FROM device_tokens WHERE user_id = ?", anna.principal.user_id)
    assert (company.clock.now_ms(),) in used
    company.clock.advance(millis=accounts.USED_EVERY_MS)
    both.ask("GET", STATUS, headers=dict(signed_in(anna)))
    used = company.rows("SELECT last_used_at FROM device_tokens WHERE user_id = ?", anna.principal.user_id)
    assert (company.clock.now_ms(),) in used


class Unreadable(Database):
    """Nothing can be read: the database is away, or there is a bug."""

    def __init__(self, database: Database, failure: Exception) -> None:
        self._database = database
        self._failure = failure

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await self._database.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:  # noqa: ARG002
        raise self._failure

    async def close(self) -> None:
        await self._database.close()


@pytest.mark.parametrize(
    ("failure", "status"),
    [(StorageFailed("away", None, ValueError()), 503), (ZeroDivisionError("inner words"), 500)],
)
def test_what_goes_wrong_is_told_by_the_route(company: Company, failure: Exception, status: int) -> None:
    for front in opened(BothWays(company, Unreadable(company.served(), failure))):
        assert isinstance(front, BothWays)
        reply = front.same(headers=signed_in(front.caller(company.anna)))
        assert reply.status_code == status
        assert "inner words" not in reply.text
