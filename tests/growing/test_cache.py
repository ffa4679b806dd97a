"""Is what instances keep in Redis let go of in time, whatever happens in between?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.domain.events import BudgetMoved, RatesChanged, TimeChanged
from server.domain.messages import Role
from server.live.cache import RATES, Fresh, budget_topic
from tests.e2e.eventually import eventually
from tests.growing.farm import Farm, missing_tools
from tests.growing.redis_server import RedisServer
from tests.growing.test_events import token_of
from tests.growing.test_redis import Instance, together, until
from tests.growing.worker import Line
from tests.server.company import Company
from tests.server.databases import in_ci

HOUR_S = 3600


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    if missing := missing_tools():
        say = pytest.fail if in_ci() else pytest.skip
        say(f"not here: {', '.join(missing)}")
    redis = RedisServer(tmp_path)
    redis.start()
    yield redis
    redis.kill()


class Source:
    """What a database would say. `reads`: how often it was asked."""

    def __init__(self) -> None:
        self.reads = 0
        self.may_keep = True

    async def read(self) -> Fresh:
        self.reads += 1
        return Fresh(b"%d" % self.reads, self.may_keep)

    async def through(self, at: Instance, key: str = "rate.1", topic: str = RATES) -> bytes:
        return await at.together.cache.through(key, topic, HOUR_S, self.read)


async def marked(at: Instance) -> None:
    """Until what changed there is let go of everywhere."""
    await until(lambda: not at.together.cache._stale)


def test_it_is_read_once_for_all(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        source = Source()
        assert [await source.through(at) for at in (one, two, one, two)] == [b"1"] * 4
        assert await source.through(one, "rate.2") == b"2"

    together(redis, "12", work)


def test_a_change_on_one_is_seen_on_all(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        source = Source()
        assert await source.through(one) == b"1"
        two.together.hear((RatesChanged(7),))
        assert await source.through(two) == b"2"  # whoever changed it sees that at once
        await marked(two)
        assert await source.through(one) == await source.through(two) == b"3"

    together(redis, "12", work)


def test_another_change_is_none_of_its_business(redis: RedisServer) -> None:
    async def work(one: Instance) -> None:
        source, topic = Source(), budget_topic(7)
        assert await source.through(one, "budget.7", topic) == b"1"
        one.together.hear((BudgetMoved(8), RatesChanged(None), TimeChanged(1)))
        await marked(one)
        assert await source.through(one, "budget.7", topic) == b"1"
        one.together.hear((BudgetMoved(7),))
        await marked(one)
        assert await source.through(one, "budget.7", topic) == b"2"

    together(redis, "1", work)


def test_what_was_read_before_a_change_and_kept_after_it_is_never_taken(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        source = Source()

        async def read_slowly() -> Fresh:
            old = await source.read()
            two.together.hear((RatesChanged(7),))  # somebody changes it, and all of that is faster
            await marked(two)
            return old

        assert await one.together.cache.through("rate.1", RATES, HOUR_S, read_slowly) == b"1"
        assert [await source.through(at) for at in (one, two)] == [b"2", b"2"]

    together(redis, "12", work)


def test_what_changes_by_itself_is_not_kept(redis: RedisServer) -> None:
    async def work(one: Instance) -> None:
        source = Source()
        source.may_keep = False
        assert [await source.through(one) for _ in range(2)] == [b"1", b"2"]

    together(redis, "1", work)


def test_it_does_not_last_for_ever(redis: RedisServer) -> None:
    async def work(one: Instance) -> None:
        await Source().through(one)
        client = one.together._shared.client
        [name] = await client.keys("*:kept:*")
        assert HOUR_S - 60 < await client.ttl(name) <= HOUR_S

    together(redis, "1", work)


def test_without_redis_the_database_is_asked(redis: RedisServer) -> None:
    async def work(one: Instance) -> None:
        source = Source()
        assert await source.through(one) == b"1"
        redis.kill()
        assert [await source.through(one) for _ in range(2)] == [b"2", b"3"]
        one.together.hear((RatesChanged(7),))
        redis.start()
        await marked(one)
        assert [await source.through(one) for _ in range(2)] == [b"4", b"4"]

    together(redis, "1", work)


def test_a_change_that_redis_did_not_hear_of_is_told_when_it_is_back(redis: RedisServer) -> None:
    """It was cut off, not restarted: it still has what was kept."""

    async def work(one: Instance, two: Instance) -> None:
        source = Source()
        assert await source.through(one) == b"1"
        shared = one.together._shared
        shared._lose(ConnectionError())
        one.together.hear((RatesChanged(7),))
        await asyncio.sleep(0)
        assert await source.through(one) == b"2"
        await marked(one)
        assert [await source.through(at) for at in (one, two)] == [b"3", b"3"]

    together(redis, "12", work)


def test_a_rate_and_a_budget_through_the_api(company: Company, farm: Farm) -> None:
    """On every instance, after every change on another one."""
    company.set_budget("BP", 1000)
    ada = company.hire("ada", [], Role.ADMIN)
    token = token_of(company, ada, "laptop")
    lines = [Line(port, token) for port in farm.ports]
    person, project = company.anna.principal.user_id, company.projects["BP"]

    def said(asked: list[Line]) -> set[tuple[int, int]]:
        return {
            (
                int(each.ask("GET", f"/rate?user_id={person}").body["rate_amount"]),
                int(each.ask("GET", f"/projects/{project}/budget").body["total_budget"]),
            )
            for each in asked
        }

    for number, line in enumerate(lines, start=1):
        body = b'{"rate_type":"hourly","rate_amount":%d,"currency":"USD"}' % number
        assert line.ask("PUT", f"/rate?user_id={person}", body).status == 200
        budget = b'{"total_budget":%d,"currency":"USD"}' % (number * 1000)
        assert line.ask("PUT", f"/projects/{project}/budget", budget).status == 200
        eventually(lambda n=number: said(lines) == {(n, n * 1000)}, "the change on all instances")  # type: ignore[misc]
        assert said(lines) == {(number, number * 1000)}
    for line in lines:
        line.close()
