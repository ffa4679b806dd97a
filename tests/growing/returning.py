"""How does a crowd of devices come back to a server that was away?

What each device does and when is the app's own: its engine, its pauses, its judgement of answers. Only its files are simulated, and
its clock is passed in: half an hour without a server takes no time, and afterwards it runs several times as fast as ours, so that
the crowd is several times as dense.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Final

import msgspec

from app.api.client import API, PENDING
from app.api.models import IssuePage, ProjectPage, SyncReply
from app.api.problems import Busy, TimedOut, Unreachable
from app.api.replies import Judge, Model
from app.api.transport import READ_WITHIN_S, Reply
from app.clock import Reading
from app.core import gestures
from app.core.actions import BODY_VERSION, Recorded, body_hash, genesis, link
from app.core.ids import new_device_id, uuid7
from app.core.screen import Account, Hindrance
from app.core.timer import IssueRef
from app.store.records import Batch, ChainHead, Outcome
from app.sync import wire
from app.sync.engine import Engine
from app.sync.events import (
    Answer,
    Answered,
    Done,
    Due,
    Effect,
    Event,
    Failure,
    FetchIssues,
    FetchProjects,
    FindToken,
    IssuesFetched,
    IssuesWanted,
    KeepIssues,
    KeepProjects,
    Outgoing,
    Probe,
    Probed,
    ProjectsFetched,
    Rest,
    Send,
    Settle,
    Take,
    Taken,
    TokenFound,
    Unanswered,
)
from app.sync.network import _event_of
from tests.growing.farm import LOCAL

OUTAGE_S: Final = 1800.0
WAKES_S: Final = 10.0  # before the server is back: a computer that slept meanwhile
VERSION: Final = "0.1.0"
ISSUE: Final = "BP-1"
ANSWERS: Final[dict[type[Effect], Event]] = {
    FindToken: TokenFound(found=True),
    KeepProjects: IssuesWanted(None),
    KeepIssues: Done(0),
}


@dataclass(frozen=True, slots=True)
class Member:
    """`has_recorded`: they started a timer while the server was away."""

    user_id: int
    token: str = field(repr=False)
    issue_id: int
    has_recorded: bool


@dataclass(slots=True)
class Story:
    """What became of the crowd. `settled`: whether each had something recorded, in the order in which the server confirmed it.

    `refused`: how many requests were told to come back. `longest_poll_s`: the longest pause that the server asked for.
    """

    settled: list[bool] = field(default_factory=list)
    refused: int = 0
    longest_poll_s: float = 0.0


class Line:
    """One kept connection of HTTP/1.1, opened when it is needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        """Unreachable; TimedOut after as long as the app waits."""
        said = {**headers, "Host": LOCAL, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                return await self._answer(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        except TimeoutError as failure:
            await self.close()
            raise TimedOut("no answer in time") from failure
        except (OSError, asyncio.IncompleteReadError) as failure:
            await self.close()
            raise Unreachable("no connection") from failure

    async def _answer(self, request: bytes) -> Reply:
        if self._open is None:
            self._open = await asyncio.open_connection(LOCAL, self._port)
        reader, writer = self._open
        writer.write(request)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.title(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        return Reply(int(first.split()[1]), headers, await reader.readexactly(int(headers["Content-Length"])))

    async def close(self) -> None:
        if self._open is not None:
            _, writer = self._open
            self._open = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class Device:
    """`account` of `member`; `wall` at the end of the outage, epoch seconds; `now`: seconds on the crowd's own clock."""

    def __init__(
        self, member: Member, account: Account, wall: int, rng: Random, story: Story, now: Callable[[], float]
    ) -> None:
        self._member = member
        self._wall = wall
        self._now = now
        self._story = story
        self._engine = Engine(account, rng.random)
        self._device_id = new_device_id()
        self._head = ChainHead(0, genesis(self._device_id))
        self._waiting = self._recorded() if member.has_recorded else ()
        self._judge = Judge(account.server_url, lambda: wall)
        self._is_settled = self._is_done = False

    # ---- while nobody answers

    def live_through(self, hindrance: Hindrance) -> None:
        """The outage. Where nobody of ours answers the computer sleeps through most of it: it would ask every few seconds."""
        now = 0.0
        effects = self._engine.begin()
        while True:
            self._go_without(effects, hindrance, now)
            due = self._engine.due
            assert due is not None
            now = max(due, OUTAGE_S - WAKES_S) if hindrance is Hindrance.UNREACHABLE else due
            if now >= OUTAGE_S:
                return
            effects = self._engine.handle(Due(), now)

    def _go_without(self, effects: list[Effect], hindrance: Hindrance, now: float) -> None:
        while effects:
            event = self._offline(effects.pop(0), hindrance)
            if event is not None:
                effects += self._engine.handle(event, now)

    def _offline(self, effect: Effect, hindrance: Hindrance) -> Event | None:
        return (
            Unanswered(Failure(hindrance)) if isinstance(effect, Send | Probe) else self._of_the_desk(effect)
        )

    # ---- when the server is back

    async def come_back(self, port: int, speed: float) -> None:
        """Until the server has all that was recorded, and the device has all that the server had."""
        line = Line(port)
        try:
            while not self._is_done:
                await self._next(line, speed)
        finally:
            await line.close()

    async def _next(self, line: Line, speed: float) -> None:
        due = self._engine.due
        assert due is not None
        await asyncio.sleep(max(0.0, due - self._now()) / speed)
        effects = self._engine.handle(Due(), self._now())
        while effects:
            event = await self._online(effects.pop(0), line)
            if event is not None:
                effects += self._engine.handle(event, self._now())

    async def _online(self, effect: Effect, line: Line) -> Event | None:
        """An ApiProblem for every bad answer but that the server is busy."""
        try:
            match effect:
                case Send(outgoing):
                    return await self._sync(outgoing, line)
                case Probe():
                    self._judge.require_success(await line.ask("GET", "/healthz", {}))
                    return Probed()
                case FetchProjects(None):
                    projects = await self._fetch("/projects", ProjectPage, line)
                    return ProjectsFetched(tuple(projects.items), projects.next)
                case FetchIssues(None, None):
                    issues = await self._fetch("/issues", IssuePage, line)
                    return IssuesFetched(tuple(issues.items), issues.next)
                case _:
                    return self._of_the_desk(effect)
        except Busy as problem:
            self._story.refused += 1
            return _event_of(problem)

    async def _sync(self, outgoing: Outgoing, line: Line) -> Event:
        request = wire.request(outgoing, self._reading(), self._new_id(), VERSION)
        headers = {
            "Authorization": f"Bearer {self._member.token}",
            "Content-Type": "application/json",
            PENDING: str(len(request.actions)),
        }
        reply = await line.ask("POST", f"{API}/time-tracking/sync", headers, msgspec.json.encode(request))
        return Answered(wire.answer(self._judge.read(reply, SyncReply, nonce=request.nonce)))

    async def _fetch(self, path: str, model: type[Model], line: Line) -> Model:
        reply = await line.ask("GET", f"{API}{path}", {"Authorization": f"Bearer {self._member.token}"})
        return self._judge.read(reply, model)

    # ---- its files

    def _of_the_desk(self, effect: Effect) -> Event | None:
        match effect:
            case Take(limit):
                batch = Batch(self._device_id, None, self._head, self._waiting[:limit])
                return Taken(Outgoing(batch, None))
            case Settle(answer):
                return self._settle(answer)
            case Rest():
                self._is_done = True
        return ANSWERS.get(type(effect))

    def _settle(self, answer: Answer) -> Event:
        assert [result.final for result in answer.results] == [Outcome.APPLIED] * len(self._waiting)
        self._head = answer.head
        self._waiting = ()
        if not self._is_settled:
            self._story.settled.append(self._member.has_recorded)
        self._is_settled = True
        self._story.longest_poll_s = max(self._story.longest_poll_s, answer.poll_s)
        return Done(0)

    def _recorded(self) -> tuple[Recorded, ...]:
        issue = IssueRef(self._member.issue_id, ISSUE, "About it", 1)
        gesture = gestures.start(None, issue, self._reading(), self._new_id, None, ago_s=60)
        chain, found = self._head.chain, []
        for seq, draft in enumerate(gesture.drafts, 1):
            chain = link(chain, draft.action_id, body_hash(BODY_VERSION, draft.kind, draft.body))
            found.append(Recorded(seq, draft.action_id, BODY_VERSION, draft.kind, draft.body, chain))
        return tuple(found)

    def _new_id(self) -> str:
        return uuid7(self._wall * 1000, os.urandom(10))

    def _reading(self) -> Reading:
        return Reading(self._wall, self._device_id, 5000, 5_000_000, 5000, "UTC")


async def come_back(
    devices: list[Device], port: int, speed: float, meanwhile: Callable[[], Coroutine[None, None, None]]
) -> None:
    """All of them. `meanwhile` goes on until then."""
    beside = asyncio.create_task(meanwhile())
    try:
        async with asyncio.TaskGroup() as group:
            for device in devices:
                group.create_task(device.come_back(port, speed))
    finally:
        beside.cancel()
        with suppress(asyncio.CancelledError):
            await beside
