"""How long does a device with 10,000 actions in its outbox take until the server has confirmed them all?

The app's own sync thread, calls and desk, a real server, and the network between them as short as can be. What the desk does stands for what
the window would have to wait for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import monotonic, perf_counter
from typing import Final

import psutil

from app.api.client import Client
from app.clock import Reading, SystemClock
from app.core import gestures
from app.core.actions import Draft
from app.core.ids import id_source
from app.core.notices import Notice
from app.core.screen import Account
from app.core.timer import IssueRef
from app.desktop.secrets import Keyring, Secrets
from app.store.cache import Cache
from app.store.outbox import Outbox
from app.sync.clerk import do
from app.sync.desk import Desk
from app.sync.events import Rest
from app.sync.loop import ForFiles, Happened, Loop, Open, Parcel
from app.sync.network import Calls
from app.sync.sign_in import SignInAsked, SignInEnded
from tests.bench._commits import commits
from tests.bench._places import company, folder
from tests.bench._processes import pss_mib
from tests.bench.rows import Row
from tests.e2e.company import ANNA, PASSWORD, Company

MANY: Final = 10_000
FEW: Final = 2_500
AT_ONCE: Final = 500  # recorded in one commit: making the outbox is not what is measured
PART_S: Final = 120
WITHIN_S: Final = 90.0
BAR_S: Final = 10
BATCH: Final = 200
FRAME_MS: Final = 16  # a longer step is seen


@dataclass(frozen=True, slots=True)
class Replay:
    """`seconds` until everything was confirmed, and `longest_ms` of one step of the desk."""

    seconds: float
    longest_ms: float
    app_grew_mib: float
    server_grew_mib: float


def measure() -> list[Row]:
    few, many = _replayed(FEW), _replayed(MANY)
    with folder() as place:
        floor = sum(commits(place / "floor.sqlite3", MANY // BATCH, rows=BATCH)) / 1000
    name = f"the same rows in {MANY // BATCH} durable SQLite commits"
    return [
        Row(f"replay of {MANY:,} queued actions", "s", many.seconds, floor, name, BAR_S, absolute=True),
        Row(
            f"replay, per action of {MANY:,}",
            "ms",
            many.seconds / MANY * 1000,
            few.seconds / FEW * 1000,
            f"per action of {FEW:,}",
            1.25,
        ),
        Row(
            "replay, longest step in the window's thread",
            "ms",
            many.longest_ms,
            few.longest_ms,
            f"of {FEW:,}",
            FRAME_MS,
            absolute=True,
        ),
        Row("replay, the app's memory grew", "MiB", many.app_grew_mib, few.app_grew_mib, f"with {FEW:,}"),
        Row(
            "replay, the server's memory grew",
            "MiB",
            many.server_grew_mib,
            few.server_grew_mib,
            f"with {FEW:,}",
        ),
    ]


def _replayed(count: int) -> Replay:
    with folder() as place, company(place) as server:
        server.start()
        parcels: SimpleQueue[Parcel] = SimpleQueue()
        loop = _loop(place, parcels)
        loop.start()
        try:
            account = _sign_in(loop, parcels, server)
            with closing(_desk(place)) as desk:
                _record(desk, count)
                return _send(desk, loop, parcels, account, server)
        finally:
            loop.stop(5)


def _no_keyring() -> Keyring:
    raise OSError("none is asked: the token goes into the profile")


def _loop(place: Path, parcels: SimpleQueue[Parcel]) -> Loop:
    clock = SystemClock()

    def network() -> Calls:
        secrets = Secrets(place, _no_keyring)
        return Calls(lambda url: Client(url, version="1", now=clock.now), secrets, "1", clock.reading)

    return Loop(network, parcels.put, monotonic, random.random)


def _sign_in(loop: Loop, parcels: SimpleQueue[Parcel], server: Company) -> Account:
    loop.post(SignInAsked(1, server.url, ANNA, PASSWORD))
    ended = parcels.get(timeout=WITHIN_S)
    assert isinstance(ended, SignInEnded), ended
    assert ended.result.account is not None, ended.result
    return ended.result.account


def _desk(place: Path) -> Desk:
    return Desk(
        Outbox.open(place / "queue.sqlite3"), Cache.open(place / "cache.sqlite3"), SystemClock(), _told
    )


def _told(notice: Notice) -> None:
    raise AssertionError(f"the app had something to say: {notice}")


def _record(desk: Desk, count: int) -> None:
    """Starts and stops by turns, two minutes each with nothing between, up to a minute ago."""
    drafts: list[Draft] = []
    for draft in _drafts(count):
        drafts.append(draft)
        if len(drafts) == AT_ONCE:
            desk.outbox.record(drafts, None)
            drafts = []
    desk.outbox.record(drafts, None)
    assert desk.outbox.pending_count() == count


def _drafts(count: int) -> Iterator[Draft]:
    clock = SystemClock()
    new_id = id_source(clock)
    first = clock.now() - 60 - count * PART_S
    issue = IssueRef(1, "BP-102", "", 1)
    timer = None
    for number in range(count):
        at = first + number * PART_S
        reading = Reading(at, "the-day-before", at - first, (at - first) * 1000, at - first, "UTC")
        if timer is None:
            gesture = gestures.start(None, issue, reading, new_id, None)
        else:
            gesture = gestures.stop(timer, reading, new_id)
        timer = gesture.timer
        yield from gesture.drafts


def _send(desk: Desk, loop: Loop, parcels: SimpleQueue[Parcel], account: Account, server: Company) -> Replay:
    """Does in this thread what the window's thread does."""
    ours = psutil.Process().pid
    before = pss_mib(ours), pss_mib(server.program.pid)
    longest = 0.0
    began = perf_counter()
    loop.post(Open(account, 1))
    while True:
        parcel = parcels.get(timeout=WITHIN_S)
        assert isinstance(parcel, ForFiles), parcel
        if isinstance(parcel.effect, Rest):
            break
        step = perf_counter()
        event = do(desk, parcel.effect)
        longest = max(longest, perf_counter() - step)
        if event is not None:
            loop.post(Happened(event, parcel.number))
    seconds = perf_counter() - began
    assert desk.outbox.pending_count() == 0
    assert not desk.outbox.attention()
    return Replay(seconds, longest * 1000, pss_mib(ours) - before[0], pss_mib(server.program.pid) - before[1])
