"""What does Prometheus see, and who else?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from httpx import Response
from litestar.testing import TestClient

from server import bootstrap
from server.api.envelope import Envelope
from server.db.address import open_database
from server.settings import LogLevel, Settings
from tests.server.api.front import PREFIX, Front, opened, refused
from tests.server.company import Company

TOKEN = "0123456789abcdef0123456789abcdef"


class Near(Front):
    """A front that is asked from an address, and that may have a token for its metrics."""

    def __init__(self, company: Company, address: str, token: str | None = None) -> None:
        super().__init__(company)
        self.app = bootstrap.build(
            open_database(company.url),
            company.server,
            company.clock,
            bootstrap.open_log(LogLevel.INFO, self.out),
            lambda: next(self.ticks),
            settings=Settings(metrics_token=token),
        )

        async def from_there(scope: Any, receive: Any, send: Any) -> None:
            asked = {**scope, "client": (address, 50000)} if "client" in scope else scope
            await self.app(asked, receive, send)  # type: ignore[arg-type]  # one scope like the other

        self.client = TestClient(cast(Envelope, from_there), base_url="http://hourkeep.test")


@pytest.fixture
def near(company: Company) -> Iterator[Front]:
    yield from opened(Near(company, "127.0.0.1"))


def read(front: Front, **headers: str) -> dict[str, float]:
    return understood(front.ask("GET", "/metrics", headers=headers))


def understood(reply: Response) -> dict[str, float]:
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/plain; version=")
    lines = [line for line in reply.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


# ---- who


def test_this_machine_may_read_them(near: Front) -> None:
    assert read(near)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_nobody_may_through_a_proxy_on_this_machine(near: Front, header: str) -> None:
    refused(near.ask("GET", "/metrics", headers={header: "203.0.113.7"}), 403, "forbidden")


def test_nobody_else_may(company: Company) -> None:
    for front in opened(Near(company, "203.0.113.7")):
        refused(front.ask("GET", "/metrics"), 403, "forbidden")


def test_with_a_token_whoever_has_it_may(company: Company) -> None:
    for front in opened(Near(company, "203.0.113.7", TOKEN)):
        assert read(front, Authorization=f"Bearer {TOKEN}")
        for wrong in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ü"):
            reply = front.ask("GET", "/metrics", headers={"Authorization": wrong.encode("latin-1")})
            refused(reply, 403, "forbidden")


def test_with_a_token_this_machine_needs_it_too(company: Company) -> None:
    for front in opened(Near(company, "127.0.0.1", TOKEN)):
        refused(front.ask("GET", "/metrics"), 403, "forbidden")


# ---- what


def test_the_response_time_of_each_route(near: Front, company: Company) -> None:
    anna = near.caller(company.anna)
    anna.get("/me")
    near.ask("GET", f"{PREFIX}/me")
    found = read(near)
    name = "hourkeep_http_request_duration_seconds"
    assert found[f'{name}_count{{method="GET",route="/api/v1/me",status="200"}}'] == 1
    assert found[f'{name}_count{{method="GET",route="/api/v1/me",status="401"}}'] == 1
    assert found[f'{name}_sum{{method="GET",route="/api/v1/me",status="200"}}'] == 0.25


def test_what_a_stranger_makes_up_is_one_line(near: Front) -> None:
    for number in range(5):
        near.ask("GET", f"/nothing/{number}")
    found = read(near)
    made_up = [name for name in found if "nothing" in name]
    assert made_up == []
    assert found['hourkeep_http_request_duration_seconds_count{method="none",route="none",status="404"}'] == 5


def test_ids_in_addresses_are_one_line(near: Front, company: Company) -> None:
    anna = near.caller(company.anna)
    for number in range(5):
        anna.ask("GET", f"/webhooks/{number + 1}/deliveries")
    found = read(near)
    [line] = [name for name in found if "/deliveries" in name and "_count" in name]
    assert "{webhook_id" in line
    assert found[line] == 5


def test_the_seeds_figures(near: Front, company: Company) -> None:
    company.set_budget("BP", 100)
    anna, ben = near.caller(company.anna), near.caller(company.ben)
    anna.start("BP-1")
    company.clock.advance(minutes=114)
    anna.act("stop")
    anna.start("BP-2")
    ben.start("BP-3")
    ben.act("pause")
    found = read(near)
    assert found['hourkeep_active_timers{status="running"}'] == 1
    assert found['hourkeep_active_timers{status="paused"}'] == 1
    for period in ("day", "week", "month"):
        assert found[f'hourkeep_tracked_seconds{{period="{period}"}}'] == 114 * 60
    assert found['hourkeep_budget_alerts{type="warning"}'] == 1
    assert found['hourkeep_budget_alerts{type="critical"}'] == 1
    assert found['hourkeep_budget_alerts{type="exceeded"}'] == 0
    assert found["hourkeep_cost_wrong_logs"] == 0
    assert found["hourkeep_cost_sampled_logs"] > 0


def test_what_was_yesterday_is_not_today(near: Front, company: Company) -> None:
    anna = near.caller(company.anna)
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.act("stop")
    company.clock.advance(hours=24)
    found = read(near)
    assert found['hourkeep_tracked_seconds{period="day"}'] == 0
    assert found['hourkeep_tracked_seconds{period="month"}'] == 3600


def test_a_wrong_cost_is_seen(near: Front, company: Company) -> None:
    anna = near.caller(company.anna)
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.act("stop")
    company.write("UPDATE issue_time_logs SET total_cost = total_cost + 1")
    assert read(near)["hourkeep_cost_wrong_logs"] == 1


def test_the_database_is_asked_once_in_ten_seconds(near: Front, company: Company) -> None:
    before = read(near)['hourkeep_active_timers{status="running"}']
    near.caller(company.anna).start("BP-1")
    assert read(near)['hourkeep_active_timers{status="running"}'] == before == 0
    for _ in range(50):
        next(near.ticks)
    assert read(near)['hourkeep_active_timers{status="running"}'] == 1
