"""What do instances share through a real Redis, and what when it dies?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest

from server.bootstrap import open_log
from server.domain.events import AlertRaised, BudgetMoved, Event, RatesChanged, TimeChanged
from server.live.bus import Bus
from server.live.gate import TRIES_PER_ADDRESS, TRIES_PER_EMAIL, WINDOW_MS, Knock
from server.live.together import Together, join
from server.settings import LogLevel
from tests.growing.farm import missing_tools
from tests.growing.redis_server import RedisServer
from tests.server.databases import in_ci

NOW: Final = 1_800_000_000_000
ANNA: Final = Knock("anna@demo.test", "203.0.113.7")
PATIENCE_S: Final = 30.0


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    if missing := missing_tools():
        say = pytest.fail if in_ci() else pytest.skip
        say(f"not here: {', '.join(missing)}")
    redis = RedisServer(tmp_path)
    redis.start()
    yield redis
    redis.kill()


def _ticks() -> float:
    return asyncio.get_running_loop().time()


class Instance:
    """What one server process has of it, in an event loop that the test drives."""

    def __init__(self, redis: RedisServer, name: str, company: str = "company") -> None:
        self.out = BytesIO()
        self.bus = Bus(name)
        self.heard: list[Event] = []
        self.losses = 0
        self._ear = self.bus.listen(lambda _: True, None)
        log = open_log(LogLevel.INFO, self.out)
        self.together: Together = join(redis.url, company, self.bus, _ticks, log)

    async def listen(self) -> None:
        while (heard := await self._ear.next(60)) is not None:
            self.heard += heard.events
            self.losses += not heard.is_whole

    def said(self) -> list[str]:
        return [json.loads(line)["event"] for line in self.out.getvalue().splitlines()]


def together(redis: RedisServer, names: str, work: Callable[..., Any]) -> None:
    """Runs `work(*instances)` while all of them live."""

    async def main() -> None:
        instances = [Instance(redis, name) for name in names]
        tasks = [
            asyncio.create_task(run) for each in instances for run in (each.together.run(), each.listen())
        ]
        try:
            async with asyncio.timeout(PATIENCE_S):
                await settled(instances)
                await work(*instances)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())


async def settled(instances: list[Instance]) -> None:
    """Until each hears the others."""
    if len(instances) > 1:
        for each in instances:
            others = [other for other in instances if other is not each]
            while not all(other.heard for other in others):
                each.together.hear((TimeChanged(0),))
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)  # what is still under way
    for each in instances:
        each.heard.clear()


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110  # another process does it
        await asyncio.sleep(0.02)


# ---- events


def test_what_happens_on_one_is_heard_on_all_once(redis: RedisServer) -> None:
    events = (TimeChanged(1), BudgetMoved(2), AlertRaised(3, 4), RatesChanged(None), RatesChanged(5))

    async def work(one: Instance, two: Instance, three: Instance) -> None:
        one.together.hear(events)
        two.together.hear((TimeChanged(9),))
        await until(lambda: all(len(each.heard) >= 6 for each in (one, two, three)))
        for each in (one, two, three):
            assert sorted(map(str, each.heard)) == sorted(map(str, (*events, TimeChanged(9))))

    together(redis, "123", work)


def test_companies_on_one_redis_hear_nothing_of_each_other(redis: RedisServer) -> None:
    async def main() -> None:
        ours, same, other = Instance(redis, "1"), Instance(redis, "2"), Instance(redis, "3", "other company")
        tasks = [
            asyncio.create_task(run)
            for each in (ours, same, other)
            for run in (each.together.run(), each.listen())
        ]
        async with asyncio.timeout(PATIENCE_S):
            await settled([ours, same])
        assert other.heard == []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())


def test_after_a_break_everybody_reads_again(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        redis.kill()
        one.together.hear((TimeChanged(1),))
        await until(lambda: "Redis does not answer" in one.said())
        assert TimeChanged(1) in one.heard  # its own people hear it all the same
        redis.start()
        await until(lambda: one.losses > 0 and two.losses > 0)
        await until(lambda: "Redis answers again" in one.said())
        assert one.said().count("Redis does not answer") == 1
        await settled([one, two])

    together(redis, "12", work)


def test_the_server_starts_without_it(redis: RedisServer) -> None:
    redis.kill()

    async def main() -> None:
        one = Instance(redis, "1")
        task = asyncio.create_task(one.together.run())
        one.together.hear((TimeChanged(1),))
        await until(lambda: one.said() == ["Redis does not answer"])
        assert await one.together.gate.begin(ANNA, NOW) == 0
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


# ---- sign-ins


async def knock(instances: list[Instance], count: int, who: Knock = ANNA, now_ms: int = NOW) -> list[int]:
    """By turns at each; how long they say to wait."""
    return [await instances[n % len(instances)].together.gate.begin(who, now_ms) for n in range(count)]


def test_tries_are_counted_together(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        assert await knock([one, two], TRIES_PER_EMAIL) == [0] * TRIES_PER_EMAIL
        assert await knock([one, two], 2) == [WINDOW_MS] * 2
        assert await knock([one, two], 2, now_ms=NOW + WINDOW_MS - 1) == [1, 1]
        assert await knock([one, two], 1, now_ms=NOW + WINDOW_MS) == [0]

    together(redis, "12", work)


def test_one_address_cannot_try_everybody_on_all_instances(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        for number in range(TRIES_PER_ADDRESS):
            assert await knock([one, two], 1, Knock(f"person{number}@demo.test", "203.0.113.7")) == [0]
        assert await knock([one, two], 2) == [WINDOW_MS] * 2
        assert await knock([one, two], 2, Knock("anna@demo.test", "203.0.113.8")) == [0, 0]

    together(redis, "12", work)


def test_many_at_once_are_no_way_around(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        waits = await asyncio.gather(*(each.together.gate.begin(ANNA, NOW) for each in [one, two] * 20))
        assert sorted(waits) == [0] * TRIES_PER_EMAIL + [WINDOW_MS] * (40 - TRIES_PER_EMAIL)

    together(redis, "12", work)


def test_a_success_forgives_on_all(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        await knock([one], TRIES_PER_EMAIL - 1)
        await two.together.gate.forgive(ANNA)
        assert await knock([one, two], TRIES_PER_EMAIL) == [0] * TRIES_PER_EMAIL

    together(redis, "12", work)


def test_a_clock_that_was_a_day_ahead_keeps_nobody_out(redis: RedisServer) -> None:
    async def work(one: Instance, two: Instance) -> None:
        await knock([one], TRIES_PER_EMAIL, now_ms=NOW + 24 * 3_600_000)
        assert await knock([two], 1) == [0]

    together(redis, "12", work)


def test_redis_knows_no_e_mail_and_forgets(redis: RedisServer) -> None:
    async def work(one: Instance) -> None:
        await knock([one], 1)
        client = one.together._shared.client
        keys = await client.keys("*")
        assert len(keys) == 2
        assert not any(b"anna" in key or b"203.0" in key for key in keys)
        assert all([0 < await client.pttl(key) <= WINDOW_MS for key in keys])

    together(redis, "1", work)


def test_without_redis_each_counts_for_itself(redis: RedisServer) -> None:
    async def work(one: Instance) -> None:
        redis.kill()
        assert await knock([one], TRIES_PER_EMAIL) == [0] * TRIES_PER_EMAIL
        assert await knock([one], 1) == [WINDOW_MS]

    together(redis, "1", work)
