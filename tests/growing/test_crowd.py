"""Does a server that was away for half an hour survive the return of all its devices?

All of it is real but the devices' files: a server process on a database file, and the app's own engine for each device.
`tests/bench/server_crowd.py` does the same with ten thousand.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import uvloop

from app.core.screen import Account, Hindrance
from server.db import migrate
from server.db.blocking import Blocking
from server.db.session import Connection
from server.domain.messages import Role
from server.services.company import identity
from server.services.projects import catalog
from server.services.staff import accounts, browsers
from tests.e2e.eventually import eventually
from tests.growing.farm import LOCAL, READY_WITHIN_S, is_ready
from tests.growing.instances import Instance
from tests.growing.returning import ISSUE, OUTAGE_S, Device, Line, Member, Story, come_back

DEVICES: Final = 2_000
SPEED: Final = 40.0  # of the devices' clock
PAGES: Final = ("/healthz", "/metrics", "/api/v1/projects", "/api/v1/time-tracking/logs?limit=50")
LOOK_S: Final = 0.1
SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A company's database, everybody's sign-in on their device, and an administrator's in a browser."""

    url: str
    server_id: str
    members: tuple[Member, ...]
    cookie: str


@dataclass(slots=True)
class Watch:
    """What others got of the server meanwhile: statuses by address."""

    seen: dict[str, list[int]] = field(default_factory=dict)

    async def look(self, port: int, cookie: str) -> None:
        """A health check, and what an administrator looks at, over and over."""
        line = Line(port)
        try:
            while True:
                for path in PAGES:
                    reply = await line.ask("GET", path, {"Cookie": f"hourkeep={cookie}"})
                    self.seen.setdefault(path, []).append(reply.status)
                await asyncio.sleep(LOOK_S)
        finally:
            await line.close()


def founded(folder: Path, count: int) -> Place:
    url = f"sqlite:///{folder / 'hourkeep.sqlite3'}"
    migrate.upgrade(url)
    database = Blocking.open(url)
    try:
        server = database.read(identity.server_identity)
        members, cookie = database.run(lambda conn: _people(conn, count))
    finally:
        database.close()
    return Place(url, server.server_id, members, cookie)


def _people(conn: Connection, count: int) -> tuple[tuple[Member, ...], str]:
    now_ms = time.time_ns() // 1_000_000
    project_id = catalog.add_project(conn, "BP", "Payments", now_ms)
    issue_id = catalog.add_issue(conn, project_id, ISSUE, "About it", "open", now_ms)
    members = []
    for number in range(count):
        user_id = accounts.add_user(
            conn, f"person{number}@demo.test", f"Person {number}", Role.MEMBER, None, now_ms
        )
        catalog.add_member(conn, project_id, user_id, now_ms)
        token, _ = accounts.issue_token(conn, user_id, "device", f"device-{user_id}", now_ms)
        members.append(Member(user_id, token, issue_id, has_recorded=number % 2 == 0))
    boss = accounts.add_user(conn, "boss@demo.test", "Boss", Role.ADMIN, None, now_ms)
    return tuple(members), browsers.open_session(conn, boss, "Browser", now_ms).secret


@contextmanager
def serving(folder: Path, place: Place) -> Iterator[Instance]:
    instance = Instance(folder, {"HOURKEEP_DATABASE_URL": place.url, "HOURKEEP_LOG_LEVEL": "warning"})
    instance.program.start()
    try:
        eventually(partial(is_ready, instance.port), "the server", READY_WITHIN_S)
        yield instance
    finally:
        instance.program.kill9()


async def all_of_it(place: Place, port: int, speed: float, seed: int, watch: Watch) -> Story:
    """Half of them met a proxy without a server behind it, the other half nobody at all."""
    story, rng = Story(), Random(seed)  # noqa: S311  # repeatable
    loop = asyncio.get_running_loop()
    clock: list[float] = []

    def now() -> float:
        return OUTAGE_S + (loop.time() - clock[0]) * speed

    wall = time.time_ns() // 1_000_000_000
    devices = []
    for number, member in enumerate(place.members):
        account = Account(f"http://{LOCAL}:{port}", place.server_id, member.user_id, "", "")
        device = Device(member, account, wall, Random(rng.random()), story, now)  # noqa: S311
        device.live_through(Hindrance.SERVER if number % 4 < 2 else Hindrance.UNREACHABLE)
        devices.append(device)
    clock.append(loop.time())
    await come_back(devices, port, speed, lambda: watch.look(port, place.cookie))
    return story


def figures(instance: Instance, name: str) -> dict[str, float]:
    """By the label of each."""
    status, page = instance.ask("GET", "/metrics")
    assert status == 200
    found = re.findall(rf'^{name}{{\w+="(\w+)"}} (\S+)$', page, re.MULTILINE)
    return {label: float(value) for label, value in found}


def recorded(place: Place) -> int:
    """Timers, each of them from one action."""
    database = Blocking.open(place.url)
    try:
        [row] = database.read(
            lambda conn: conn.exec_driver_sql(
                "SELECT count(*), count(DISTINCT user_id), (SELECT count(*) FROM applied_actions) FROM active_timers"
            ).all()
        )
    finally:
        database.close()
    timers, people, actions = row
    assert timers == people == actions
    return int(timers)


def rank(settled: list[bool], *, recorded: bool) -> float:
    """The mean place in the order, of those who had recorded something or of the others."""
    places = [place for place, each in enumerate(settled) if each is recorded]
    return sum(places) / len(places)


@dataclass(frozen=True, slots=True)
class Return:
    """How it went. `recorded`: timers that the server has. `words`: of the server. `seconds`: until the last one was done."""

    story: Story
    watch: Watch
    refused: dict[str, float]
    most_waiting: float
    recorded: int
    words: str
    seconds: float


def returned(folder: Path, devices: int, speed: float) -> Return:
    place, watch = founded(folder, devices), Watch()
    with serving(folder, place) as instance:
        began = time.perf_counter()
        story = uvloop.run(all_of_it(place, instance.port, speed, SEED, watch))
        seconds = time.perf_counter() - began
        refused = figures(instance, "hourkeep_requests_refused_total")
        most = figures(instance, "hourkeep_requests_waiting_most")["devices"]
        words = instance.program.words
    return Return(story, watch, refused, most, recorded(place), words, seconds)


def test_a_crowd_comes_back_after_half_an_hour(tmp_path: Path) -> None:
    """All are done, each action once and before the mere polls, and nobody waits for an answer in vain."""
    end = returned(tmp_path, DEVICES, SPEED)
    story = end.story
    assert len(story.settled) == DEVICES
    assert end.recorded == DEVICES // 2
    assert sum(end.refused.values()) == story.refused
    assert end.most_waiting < DEVICES
    assert rank(story.settled, recorded=True) < rank(story.settled, recorded=False)
    assert {status for seen in end.watch.seen.values() for status in seen} == {200}
    assert '"level":"error"' not in end.words
